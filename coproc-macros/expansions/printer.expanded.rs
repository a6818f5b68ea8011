/// Prints one character at a steady pace until told otherwise.
impl PrintProcess {
    /// Runs inside the worker.
    fn new(every: Duration, ch: char, printing: bool) -> Self {
        Self {
            every,
            ch,
            printing,
            printed: 0,
        }
    }

    /// Starts printing.
    fn start_printing(&mut self) -> Result<(), PrintError> {
        Ok(())
    }

    /// Changes pace and character.
    fn change_behavior(&mut self, every: Duration, ch: char) {
        (self.every, self.ch) = (every, ch);
    }

    fn printed(&self) -> u64 {
        self.printed
    }

    fn print_one(&mut self) {}
    fn finish(self) -> u64 {
        self.printed
    }
}

/// The messages of a [`PrintProcess`].
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
pub enum PrintProcessMessage {
    /// A call of `start_printing`.
    StartPrinting,
    /// A call of `change_behavior`.
    ChangeBehavior {
        /// The argument `every`.
        every: Duration,
        /// The argument `ch`.
        ch: char,
    },
    /// A call of `printed`.
    Printed,
}

/// The channels of a [`PrintProcess`].
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[derive(
    ::core::clone::Clone,
    ::core::marker::Copy,
    ::core::fmt::Debug,
    ::core::default::Default,
    ::core::cmp::PartialEq,
    ::core::cmp::Eq,
    ::core::hash::Hash,
)]
pub enum PrintProcessChannel {
    #[default]
    /// The channel `default`.
    Default,
    /// The channel `control`.
    Control,
    /// The channel `data`.
    Data,
}

/// The controller of a [`PrintProcess`], with a method for each of its messages.
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
pub struct PrintProcessController {
    link: ::coproc::__private::Link<PrintProcess>,
}

#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl ::core::fmt::Debug for PrintProcessMessage {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match *self {
                Self::StartPrinting => f.write_str("StartPrinting"),
                Self::ChangeBehavior { every: ref arg_0, ch: ref arg_1 } => {
                    f.debug_struct("ChangeBehavior")
                        .field("every", ::coproc::__private::debug_field!(arg_0))
                        .field("ch", ::coproc::__private::debug_field!(arg_1))
                        .finish()
                }
                Self::Printed => f.write_str("Printed"),
            }
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Channel for PrintProcessChannel {
        const NAMES: &'static [&'static str] = &["default", "control", "data"];
        fn index(self) -> usize {
            match self {
                Self::Default => 0,
                Self::Control => 1,
                Self::Data => 2,
            }
        }

        fn from_index(index: usize) -> ::core::option::Option<Self> {
            [Self::Default, Self::Control, Self::Data].into_iter().nth(index)
        }
    }

    impl PrintProcessController {
        /// Starts printing.
        pub fn start_printing(&self) -> ::coproc::__private::Call<(), PrintError> {
            self.link
                .call(0, |_| {}, -10, ::coproc::__private::fallible::<(), PrintError>())
        }

        /// Changes pace and character.
        pub fn change_behavior(
            &self,
            every: Duration,
            ch: char,
        ) -> ::coproc::__private::Call<()> {
            let encode = |draft: &mut ::coproc::__private::Draft| {
                ::coproc::__private::argument::<Duration>().put(draft, &every);
                ::coproc::__private::argument::<char>().put(draft, &ch);
            };
            self.link.call(1, encode, 0, ::coproc::__private::reply::<()>())
        }

        /// Sends the message `printed`.
        pub fn printed(&self) -> ::coproc::__private::Call<u64> {
            self.link.call(2, |_| {}, 0, ::coproc::__private::reply::<u64>())
        }

        /// The handle of the worker: its pid, its statistics, how it ends.
        pub fn worker(&self) -> ::coproc::__private::WorkerHandle<'_, PrintProcess> {
            ::coproc::__private::handle(&self.link)
        }
    }

    #[automatically_derived]
    impl ::core::clone::Clone for PrintProcessController {
        fn clone(&self) -> Self {
            Self {
                link: ::core::clone::Clone::clone(&self.link),
            }
        }
    }

    #[automatically_derived]
    impl ::core::fmt::Debug for PrintProcessController {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("PrintProcessController").field("link", &self.link).finish()
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Controller<PrintProcess> for PrintProcessController {
        type Message = PrintProcessMessage;
        type Channel = PrintProcessChannel;
        fn from_link(link: ::coproc::__private::Link<PrintProcess>) -> Self {
            Self { link }
        }

        fn link(&self) -> &::coproc::__private::Link<PrintProcess> {
            &self.link
        }

        fn post(
            &self,
            message: Self::Message,
        ) -> ::core::result::Result<(), ::coproc::__private::CallError> {
            match message {
                PrintProcessMessage::StartPrinting => {
                    ::coproc::__private::Tell::tell(Self::start_printing(self))
                }
                PrintProcessMessage::ChangeBehavior { every: arg_0, ch: arg_1 } => {
                    ::coproc::__private::Tell::tell(
                        Self::change_behavior(self, arg_0, arg_1),
                    )
                }
                PrintProcessMessage::Printed => {
                    ::coproc::__private::Tell::tell(Self::printed(self))
                }
            }
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::serde::Serialize for PrintProcessController {
        fn serialize<C: ::coproc::__private::serde::Serializer>(
            &self,
            writer: C,
        ) -> ::core::result::Result<C::Ok, C::Error> {
            ::coproc::__private::write_link(&self.link, writer)
        }
    }

    #[automatically_derived]
    impl<'de> ::coproc::__private::serde::Deserialize<'de> for PrintProcessController {
        fn deserialize<C: ::coproc::__private::serde::Deserializer<'de>>(
            reader: C,
        ) -> ::core::result::Result<Self, C::Error> {
            ::core::result::Result::Ok(Self {
                link: ::coproc::__private::read_link(reader)?,
            })
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Worker for PrintProcess {
        type Controller = PrintProcessController;
        type InitError = ::core::convert::Infallible;
        type Output = u64;
        type OutputError = ::core::convert::Infallible;
        type Event = ::core::convert::Infallible;
        type Engine = ::coproc::__private::Serve<Self>;
        const PLAN: ::coproc::__private::Plan = ::coproc::__private::Plan {
            init: "new",
            close: "finish",
            handlers: &[
                ::coproc::__private::Handler::new(0, "start_printing").channel(1),
                ::coproc::__private::Handler::new(1, "change_behavior").channel(2),
                ::coproc::__private::Handler::new(2, "printed")
                    .idempotent()
                    .deadline(1500000000),
            ],
            channels: &[
                ::coproc::__private::ChannelPlan::new("default"),
                ::coproc::__private::ChannelPlan::new("control").capacity(16),
                ::coproc::__private::ChannelPlan::new("data").capacity(1024).reject(),
            ],
            ticks: &["print_one"],
            ..::coproc::__private::Plan::new(
                ::core::concat!(::core::module_path!(), "::", "PrintProcess"),
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
            ::coproc::__private::reply::<u64>()
        }

        fn event() -> ::coproc::__private::Reply<Self::Event> {
            ::coproc::__private::never()
        }
    }

    #[automatically_derived]
    impl ::coproc::__private::Handlers for PrintProcess {
        fn init(
            arguments: &mut ::coproc::__private::Arguments<'_>,
        ) -> ::coproc::__private::Decoded<
            ::core::result::Result<Self, ::coproc::__private::Answer>,
        > {
            let arg_0 = ::coproc::__private::argument::<Duration>().take(arguments)?;
            let arg_1 = ::coproc::__private::argument::<char>().take(arguments)?;
            let arg_2 = ::coproc::__private::argument::<bool>().take(arguments)?;
            arguments.finish()?;
            ::core::result::Result::Ok(
                ::core::result::Result::Ok(Self::new(arg_0, arg_1, arg_2)),
            )
        }

        fn dispatch(
            &mut self,
            cx: &mut ::coproc::__private::Context<Self>,
            number: u32,
            arguments: &mut ::coproc::__private::Arguments<'_>,
        ) -> ::coproc::__private::Decoded<::coproc::__private::Answer> {
            let answer = match number {
                0 => {
                    arguments.finish()?;
                    ::coproc::__private::fallible::<(), PrintError>()
                        .result(Self::start_printing(self))
                }
                1 => {
                    let arg_0 = ::coproc::__private::argument::<Duration>()
                        .take(arguments)?;
                    let arg_1 = ::coproc::__private::argument::<char>().take(arguments)?;
                    arguments.finish()?;
                    ::coproc::__private::reply::<()>()
                        .value(Self::change_behavior(self, arg_0, arg_1))
                }
                2 => {
                    arguments.finish()?;
                    ::coproc::__private::reply::<u64>().value(Self::printed(self))
                }
                _ => ::coproc::__private::no_handler(number)?,
            };
            ::core::result::Result::Ok(answer)
        }

        fn close(self) -> ::coproc::__private::Answer {
            ::coproc::__private::reply::<u64>().value(Self::finish(self))
        }

        fn schedule(&self, schedule: &mut ::coproc::__private::Schedule) {
            schedule.tick(0, self.printing, || self.every);
        }

        fn tick(&mut self, cx: &mut ::coproc::__private::Context<Self>, index: u32) {
            match index {
                0 => Self::print_one(self),
                _ => {}
            }
        }
    }

    /// A worker that is not started; `spawn` starts it.
    #[derive(::core::fmt::Debug)]
    pub struct PrintProcessOn<P>(::coproc::__private::On<PrintProcess, P>);
    impl<P> PrintProcessOn<P> {
        /// Starts the worker, and returns its owner when it has started.
        ///
        /// Runs inside the worker.
        pub fn spawn<By>(
            self,
            every: Duration,
            ch: char,
            printing: bool,
        ) -> ::core::result::Result<
            <P as ::coproc::__private::Place<PrintProcess, By>>::Spawned,
            ::coproc::__private::SpawnError<::core::convert::Infallible>,
        >
        where
            P: ::coproc::__private::Place<PrintProcess, By>,
        {
            self.0
                .spawn(|draft| {
                    ::coproc::__private::argument::<Duration>().put(draft, &every);
                    ::coproc::__private::argument::<char>().put(draft, &ch);
                    ::coproc::__private::argument::<bool>().put(draft, &printing);
                })
        }
    }

    impl PrintProcess {
        /// Starts the worker in a process of its own, and returns its owner when it has started.
        ///
        /// Runs inside the worker.
        pub fn spawn(
            every: Duration,
            ch: char,
            printing: bool,
        ) -> ::core::result::Result<
            ::coproc::__private::WorkerResource<Self>,
            ::coproc::__private::SpawnError<::core::convert::Infallible>,
        > {
            Self::on(::coproc::__private::Process::new()).spawn(every, ch, printing)
        }

        /// A worker for a place: `Process::new()` with its options, `Thread` or `Inline`. `spawn` starts
        /// it.
        #[must_use = "nothing starts before `spawn`"]
        pub fn on<P>(place: P) -> PrintProcessOn<P> {
            PrintProcessOn(::coproc::__private::On::new(place))
        }
    }
    ::coproc::__private::register! {
        PrintProcess, PrintProcess
    }
};
