impl Value {}
/// The messages of a [`Value`].
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
pub enum ValueMessage {}
/// The controller of a [`Value`], with a method for each of its messages.
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
pub struct ValueController {
    link: ::coproc::__private::Link<Value>,
}

#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl ::core::fmt::Debug for ValueMessage {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match *self {}
        }
    }

    impl ValueController {
        /// The handle of the worker: its pid, its statistics, how it ends.
        pub fn worker(&self) -> ::coproc::__private::WorkerHandle<'_, Value> {
            ::coproc::__private::handle(&self.link)
        }
    }

    #[automatically_derived]
    impl ::core::clone::Clone for ValueController {
        fn clone(&self) -> Self {
            Self {
                link: ::core::clone::Clone::clone(&self.link),
            }
        }
    }

    #[automatically_derived]
    impl ::core::fmt::Debug for ValueController {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("ValueController").field("link", &self.link).finish()
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Controller<Value> for ValueController {
        type Message = ValueMessage;
        type Channel = ();
        fn from_link(link: ::coproc::__private::Link<Value>) -> Self {
            Self { link }
        }

        fn link(&self) -> &::coproc::__private::Link<Value> {
            &self.link
        }

        fn post(
            &self,
            message: Self::Message,
        ) -> ::core::result::Result<(), ::coproc::__private::CallError> {
            match message {}
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::serde::Serialize for ValueController {
        fn serialize<C: ::coproc::__private::serde::Serializer>(
            &self,
            writer: C,
        ) -> ::core::result::Result<C::Ok, C::Error> {
            ::coproc::__private::write_link(&self.link, writer)
        }
    }

    #[automatically_derived]
    impl<'de> ::coproc::__private::serde::Deserialize<'de> for ValueController {
        fn deserialize<C: ::coproc::__private::serde::Deserializer<'de>>(
            reader: C,
        ) -> ::core::result::Result<Self, C::Error> {
            ::core::result::Result::Ok(Self {
                link: ::coproc::__private::read_link(reader)?,
            })
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Worker for Value {
        type Controller = ValueController;
        type InitError = ::core::convert::Infallible;
        type Output = ();
        type OutputError = ::core::convert::Infallible;
        type Event = ::core::convert::Infallible;
        type Engine = ::coproc::__private::Serve<Self>;
        const PLAN: ::coproc::__private::Plan = ::coproc::__private::Plan {
            handlers: &[],
            ticks: &[],
            ..::coproc::__private::Plan::new(
                ::core::concat!(::core::module_path!(), "::", "Value"),
            )
        };

        fn start(
            parameters: ::coproc::__private::StartParameters<Self>,
            arguments: ::coproc::__private::Arguments<'_>,
        ) -> ::core::result::Result<Self::Engine, ::coproc::__private::Ended> {
            ::coproc::__private::serve(parameters, arguments)
        }

        fn started() -> ::coproc::__private::Reply<(), Self::InitError> {
            ::coproc::__private::reply::<()>()
        }

        fn output() -> ::coproc::__private::Reply<Self::Output, Self::OutputError> {
            ::coproc::__private::reply::<()>()
        }

        fn event() -> ::coproc::__private::Reply<Self::Event> {
            ::coproc::__private::never()
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Handlers for Value {
        fn init(
            arguments: &mut ::coproc::__private::Arguments<'_>,
        ) -> ::coproc::__private::Decoded<
            ::core::result::Result<Self, ::coproc::__private::Answer>,
        > {
            let worker = ::coproc::__private::whole::<Value>().take(arguments)?;
            arguments.finish()?;
            ::core::result::Result::Ok(::core::result::Result::Ok(worker))
        }

        fn dispatch(
            &mut self,
            cx: &mut ::coproc::__private::Context<Self>,
            number: u32,
            arguments: &mut ::coproc::__private::Arguments<'_>,
        ) -> ::coproc::__private::Decoded<::coproc::__private::Answer> {
            let answer = match number {
                _ => ::coproc::__private::no_handler(number)?,
            };
            ::core::result::Result::Ok(answer)
        }

        fn close(self) -> ::coproc::__private::Answer {
            ::core::mem::drop(self);
            ::coproc::__private::reply::<()>().value(())
        }
    }

    /// A worker that is not started; `spawn` starts it.
    #[derive(::core::fmt::Debug)]
    pub struct ValueOn<P>(::coproc::__private::On<Value, P>);
    impl<P> ValueOn<P> {
        /// Starts the worker, and returns its owner when it has started.
        pub fn spawn<By>(
            self,
            worker: Value,
        ) -> ::core::result::Result<
            <P as ::coproc::__private::Place<Value, By>>::Spawned,
            ::coproc::__private::SpawnError<::core::convert::Infallible>,
        >
        where
            P: ::coproc::__private::Place<Value, By>,
        {
            self.0
                .spawn(|draft| ::coproc::__private::whole::<Value>().put(draft, &worker))
        }
    }

    impl Value {
        /// Starts the worker in a process of its own, and returns its owner when it has started.
        pub fn spawn(
            self,
        ) -> ::core::result::Result<
            ::coproc::__private::WorkerResource<Self>,
            ::coproc::__private::SpawnError<::core::convert::Infallible>,
        > {
            Self::on(::coproc::__private::Process::new()).spawn(self)
        }

        /// A worker for a place: `Process::new()` with its options, `Thread` or `Inline`. `spawn` starts
        /// it.
        #[must_use = "nothing starts before `spawn`"]
        pub fn on<P>(place: P) -> ValueOn<P> {
            ValueOn(::coproc::__private::On::new(place))
        }
    }
    ::coproc::__private::register! {
        Value, Value
    }
};
