/// Squares.
pub fn square(n: u64) -> u64 {
    n * n
}

/// Squares.
///
/// The worker that runs the function `square`.
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
pub struct Square;
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl ::core::fmt::Debug for Square {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("Square")
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Worker for Square {
        type Controller = ::coproc::__private::FunctionController<Square>;
        type InitError = ::core::convert::Infallible;
        type Output = u64;
        type OutputError = ::core::convert::Infallible;
        type Event = ::core::convert::Infallible;
        type Engine = ::coproc::__private::Done;
        const PLAN: ::coproc::__private::Plan = ::coproc::__private::Plan {
            close: "square",
            lanes: ::coproc::__private::lanes::<Self>(),
            ..::coproc::__private::Plan::new(
                ::core::concat!(::core::module_path!(), "::", "Square"),
            )
        };

        fn start(
            parameters: ::coproc::__private::StartParameters<Self>,
            arguments: ::coproc::__private::Arguments<'_>,
        ) -> ::core::result::Result<Self::Engine, ::coproc::__private::Ended> {
            ::core::result::Result::Err(
                ::coproc::__private::function(
                    parameters,
                    arguments,
                    |arguments, _| {
                        <Self as ::coproc::__private::PoolFunction>::call(arguments)
                    },
                ),
            )
        }

        fn started() -> ::coproc::__private::Reply<(), Self::InitError> {
            ::coproc::__private::reply::<()>()
        }

        fn output() -> ::coproc::__private::Reply<Self::Output, Self::OutputError> {
            ::coproc::__private::reply::<u64>()
        }

        fn event() -> ::coproc::__private::Reply<Self::Event> {
            ::coproc::__private::never()
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Function for Square {
        type Send = ();
        type Receive = ();
        type Channel = ();
    }

    #[automatically_derived]
    impl ::coproc::__private::PoolFunction for Square {
        type Item = u64;
        const FUNCTION: &'static ::core::primitive::str = "square";
        fn put(item: &Self::Item, draft: &mut ::coproc::__private::Draft) {
            let arg_0 = item;
            ::coproc::__private::argument::<u64>().put(draft, arg_0);
        }

        fn call(
            arguments: &mut ::coproc::__private::Arguments<'_>,
        ) -> ::coproc::__private::Decoded<::coproc::__private::Answer> {
            let arg_0 = ::coproc::__private::argument::<u64>().take(arguments)?;
            arguments.finish()?;
            ::core::result::Result::Ok(
                ::coproc::__private::reply::<u64>().value(square(arg_0)),
            )
        }
    }
    ::coproc::__private::inventory::submit! {
        ::coproc::__private::Recipe::new:: < Square > ()
    }

    /// A worker that is not started; `spawn` starts it.
    #[derive(::core::fmt::Debug)]
    pub struct SquareOn<P>(::coproc::__private::On<Square, P>);
    impl<P> SquareOn<P> {
        /// Starts the worker, and returns its owner when it has started.
        pub fn spawn<By>(
            self,
            n: u64,
        ) -> ::core::result::Result<
            <P as ::coproc::__private::Place<Square, By>>::Spawned,
            ::coproc::__private::SpawnError<::core::convert::Infallible>,
        >
        where
            P: ::coproc::__private::Place<Square, By>,
        {
            self.0
                .spawn(|draft| {
                    ::coproc::__private::argument::<u64>().put(draft, &n);
                })
        }

        /// Sets the arguments of the later runs; by default they are those of the first.
        #[must_use = "nothing starts before `spawn`"]
        pub fn retry_with<By>(self, n: u64) -> Self
        where
            P: ::coproc::__private::RetryPlace<Square, By>,
        {
            Self(
                self
                    .0
                    .retry_with(|draft| {
                        ::coproc::__private::argument::<u64>().put(draft, &n);
                    }),
            )
        }
    }

    impl Square {
        /// Starts the worker in a process of its own, and returns its owner when it has started.
        pub fn spawn(
            n: u64,
        ) -> ::core::result::Result<
            ::coproc::__private::WorkerResource<Self>,
            ::coproc::__private::SpawnError<::core::convert::Infallible>,
        > {
            Self::on(::coproc::__private::Process::new()).spawn(n)
        }

        /// A worker for a place: `Process::new()` with its options, `Thread` or `Inline`. `spawn` starts
        /// it.
        #[must_use = "nothing starts before `spawn`"]
        pub fn on<P>(place: P) -> SquareOn<P> {
            SquareOn(::coproc::__private::On::new(place))
        }
    }
    ::coproc::__private::register! {
        Square, Square
    }
};

fn echo(
    messenger: Messenger<String, Vec<u8>, Lane>,
    prefix: &str,
) -> my_library::Result<()> {
    Ok(())
}

/// The worker that runs the function `echo`.
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
struct Echo;
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl ::core::fmt::Debug for Echo {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("Echo")
        }
    }

    #[automatically_derived]
    impl my_library::__private::Worker for Echo {
        type Controller = my_library::__private::FunctionController<Echo>;
        type InitError = ::core::convert::Infallible;
        type Output = <my_library::Result<()> as my_library::__private::Fallible>::Ok;
        type OutputError = <my_library::Result<
            (),
        > as my_library::__private::Fallible>::Err;
        type Event = ::core::convert::Infallible;
        type Engine = my_library::__private::Done;
        const PLAN: my_library::__private::Plan = my_library::__private::Plan {
            close: "echo",
            lanes: my_library::__private::lanes::<Self>(),
            ..my_library::__private::Plan::new("echo")
        };

        fn start(
            parameters: my_library::__private::StartParameters<Self>,
            arguments: my_library::__private::Arguments<'_>,
        ) -> ::core::result::Result<Self::Engine, my_library::__private::Ended> {
            ::core::result::Result::Err(
                my_library::__private::function(
                    parameters,
                    arguments,
                    |arguments, messenger| {
                        let arg_0 = my_library::__private::text().take(arguments)?;
                        arguments.finish()?;
                        ::core::result::Result::Ok(
                            <my_library::Result<
                                (),
                            > as my_library::__private::Fallible>::reply()
                                .result(
                                    <my_library::Result<
                                        (),
                                    > as my_library::__private::Fallible>::into_result(
                                        echo(messenger, arg_0),
                                    ),
                                ),
                        )
                    },
                ),
            )
        }

        fn started() -> my_library::__private::Reply<(), Self::InitError> {
            my_library::__private::reply::<()>()
        }

        fn output() -> my_library::__private::Reply<Self::Output, Self::OutputError> {
            <my_library::Result<()> as my_library::__private::Fallible>::reply()
        }

        fn event() -> my_library::__private::Reply<Self::Event> {
            my_library::__private::never()
        }
    }

    #[automatically_derived]
    impl my_library::__private::Function for Echo {
        type Send = String;
        type Receive = Vec<u8>;
        type Channel = Lane;
    }

    /// A worker that is not started; `spawn` starts it.
    #[derive(::core::fmt::Debug)]
    pub struct EchoOn<P>(my_library::__private::On<Echo, P>);
    impl<P> EchoOn<P> {
        /// Starts the worker, and returns its owner when it has started.
        pub fn spawn<By>(
            self,
            prefix: &str,
        ) -> ::core::result::Result<
            <P as my_library::__private::Place<Echo, By>>::Spawned,
            my_library::__private::SpawnError<::core::convert::Infallible>,
        >
        where
            P: my_library::__private::Place<Echo, By>,
        {
            self.0
                .spawn(|draft| {
                    my_library::__private::text().put(draft, prefix);
                })
        }
    }

    impl Echo {
        /// Starts the worker in a process of its own, and returns its owner when it has started.
        fn spawn(
            prefix: &str,
        ) -> ::core::result::Result<
            my_library::__private::WorkerResource<Self>,
            my_library::__private::SpawnError<::core::convert::Infallible>,
        > {
            Self::on(my_library::__private::Process::new()).spawn(prefix)
        }

        /// A worker for a place: `Process::new()` with its options, `Thread` or `Inline`. `spawn` starts
        /// it.
        #[must_use = "nothing starts before `spawn`"]
        fn on<P>(place: P) -> EchoOn<P> {
            EchoOn(my_library::__private::On::new(place))
        }
    }
    my_library::__private::register! {
        Echo, Echo
    }
};
