impl Refused {
    async fn new((a, b): (u8, u8)) -> Self {
        todo!()
    }

    fn pair(&mut self, (a, b): (u8, u8)) -> &str {
        todo!()
    }

    fn generic<T: Wire>(&self, item: T) -> Result<T, Error>
    where
        T: Debug,
    {
        todo!()
    }

    fn oneway(self) -> u8 {
        todo!()
    }

    fn worker(&self) {}
    fn unnamed(&self) -> impl Debug {
        todo!()
    }

    fn accepted(&self) {}
    fn close(&self) -> u8 {
        todo!()
    }
}

/// The messages of a [`Refused`].
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
pub enum RefusedMessage {
    /// A call of `accepted`.
    Accepted,
}

/// The controller of a [`Refused`], with a method for each of its messages.
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
pub struct RefusedController {
    link: ::coproc::__private::Link<Refused>,
}

#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl ::core::fmt::Debug for RefusedMessage {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match *self {
                Self::Accepted => f.write_str("Accepted"),
            }
        }
    }

    impl RefusedController {
        /// Sends the message `accepted`.
        pub fn accepted(&self) -> ::coproc::__private::Call<()> {
            self.link.call(5, |_| {}, 0, ::coproc::__private::reply::<()>())
        }

        /// This message was refused by `#[worker]`.
        pub fn pair(
            &self,
            argument_0: (u8, u8),
        ) -> ::coproc::__private::Call<&'static str> {
            ::coproc::__private::refused()
        }

        /// This message was refused by `#[worker]`.
        pub fn generic<T: Wire>(
            &self,
            argument_0: T,
        ) -> ::coproc::__private::Call<T, Error>
        where
            T: Debug,
        {
            ::coproc::__private::refused()
        }

        /// This message was refused by `#[worker]`.
        pub fn oneway(&self) -> ::coproc::__private::OneWay {
            ::coproc::__private::refused()
        }

        /// The handle of the worker: its pid, its statistics, how it ends.
        pub fn worker(&self) -> ::coproc::__private::WorkerHandle<'_, Refused> {
            ::coproc::__private::handle(&self.link)
        }
    }

    #[automatically_derived]
    impl ::core::clone::Clone for RefusedController {
        fn clone(&self) -> Self {
            Self {
                link: ::core::clone::Clone::clone(&self.link),
            }
        }
    }

    #[automatically_derived]
    impl ::core::fmt::Debug for RefusedController {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("RefusedController").field("link", &self.link).finish()
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Controller<Refused> for RefusedController {
        type Message = RefusedMessage;
        type Channel = ();
        fn from_link(link: ::coproc::__private::Link<Refused>) -> Self {
            Self { link }
        }

        fn link(&self) -> &::coproc::__private::Link<Refused> {
            &self.link
        }

        fn post(
            &self,
            message: Self::Message,
        ) -> ::core::result::Result<(), ::coproc::__private::CallError> {
            match message {
                RefusedMessage::Accepted => {
                    ::coproc::__private::Tell::tell(Self::accepted(self))
                }
            }
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::serde::Serialize for RefusedController {
        fn serialize<C: ::coproc::__private::serde::Serializer>(
            &self,
            writer: C,
        ) -> ::core::result::Result<C::Ok, C::Error> {
            ::coproc::__private::write_link(&self.link, writer)
        }
    }

    #[automatically_derived]
    impl<'de> ::coproc::__private::serde::Deserialize<'de> for RefusedController {
        fn deserialize<C: ::coproc::__private::serde::Deserializer<'de>>(
            reader: C,
        ) -> ::core::result::Result<Self, C::Error> {
            ::core::result::Result::Ok(Self {
                link: ::coproc::__private::read_link(reader)?,
            })
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Worker for Refused {
        type Controller = RefusedController;
        type InitError = ::core::convert::Infallible;
        type Output = u8;
        type OutputError = ::core::convert::Infallible;
        type Event = ::core::convert::Infallible;
        type Engine = ::coproc::__private::Serve<Self>;
        const PLAN: ::coproc::__private::Plan = ::coproc::__private::Plan {
            init: "new",
            close: "close",
            handlers: &[::coproc::__private::Handler::new(5, "accepted")],
            ticks: &[],
            ..::coproc::__private::Plan::new(
                ::core::concat!(::core::module_path!(), "::", "Refused"),
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
            ::coproc::__private::reply::<u8>()
        }

        fn event() -> ::coproc::__private::Reply<Self::Event> {
            ::coproc::__private::never()
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Handlers for Refused {
        fn init(
            arguments: &mut ::coproc::__private::Arguments<'_>,
        ) -> ::coproc::__private::Decoded<
            ::core::result::Result<Self, ::coproc::__private::Answer>,
        > {
            ::coproc::__private::refused()
        }

        fn dispatch(
            &mut self,
            cx: &mut ::coproc::__private::Context<Self>,
            number: u32,
            arguments: &mut ::coproc::__private::Arguments<'_>,
        ) -> ::coproc::__private::Decoded<::coproc::__private::Answer> {
            let answer = match number {
                5 => {
                    arguments.finish()?;
                    ::coproc::__private::reply::<()>().value(Self::accepted(self))
                }
                _ => ::coproc::__private::no_handler(number)?,
            };
            ::core::result::Result::Ok(answer)
        }

        fn close(self) -> ::coproc::__private::Answer {
            ::coproc::__private::refused()
        }
    }

    /// A worker that is not started; `spawn` starts it.
    #[derive(::core::fmt::Debug)]
    pub struct RefusedOn<P>(::coproc::__private::On<Refused, P>);
    impl<P> RefusedOn<P> {
        /// Starts the worker, and returns its owner when it has started.
        pub fn spawn<By>(
            self,
            argument_0: (u8, u8),
        ) -> ::core::result::Result<
            <P as ::coproc::__private::Place<Refused, By>>::Spawned,
            ::coproc::__private::SpawnError<::core::convert::Infallible>,
        >
        where
            P: ::coproc::__private::Place<Refused, By>,
        {
            ::coproc::__private::refused()
        }
    }

    impl Refused {
        /// Starts the worker in a process of its own, and returns its owner when it has started.
        pub fn spawn(
            argument_0: (u8, u8),
        ) -> ::core::result::Result<
            ::coproc::__private::WorkerResource<Self>,
            ::coproc::__private::SpawnError<::core::convert::Infallible>,
        > {
            Self::on(::coproc::__private::Process::new()).spawn(argument_0)
        }

        /// A worker for a place: `Process::new()` with its options, `Thread` or `Inline`. `spawn` starts
        /// it.
        #[must_use = "nothing starts before `spawn`"]
        pub fn on<P>(place: P) -> RefusedOn<P> {
            RefusedOn(::coproc::__private::On::new(place))
        }
    }
    ::coproc::__private::register! {
        Refused, Refused
    }
};
::core::compile_error! {
    "an `async fn` cannot run in a worker\nhelp: write a plain `fn`; one that can answer only later returns `Later<T, E>`"
}
::core::compile_error! {
    "an argument of a worker needs a plain name\nhelp: write `name: (u8, u8)` and take it apart inside of the function"
}
::core::compile_error! {
    "an argument of a worker needs a plain name\nhelp: write `name: (u8, u8)` and take it apart inside of the function"
}
::core::compile_error! {
    "a reply cannot borrow from the worker\nhelp: return an owned value, such as `String` for `&str`"
}
::core::compile_error! {
    "`generic` cannot be generic: each message has one form\nhelp: name the types, or make the worker generic: `impl<T> Name<T>`"
}
::core::compile_error! {
    "a message cannot take `self` by value: the worker lives on\nhelp: write `&mut self`; the last thing a worker does is `#[close]`"
}
::core::compile_error! {
    "a `oneway` message cannot return a value: no caller waits for it\nhelp: remove `oneway` or the return type"
}
::core::compile_error! {
    "a message cannot be called `worker`: that is the controller's own method\nhelp: rename it"
}
::core::compile_error! {
    "`impl Debug` cannot be sent to a worker\nhelp: name a type with `Serialize` and `Deserialize`"
}
::core::compile_error! {
    "`#[close]` does not fit this function\nhelp: write `fn close(self) -> T`"
}
