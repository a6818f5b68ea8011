#[cfg(unix)]
impl<K: Wire, V: ?Sized> Store<K, Box<V>>
where
    V: 'static,
{
    const SOON: i32 = -3;
    fn open(path: &Path, keys: &[K], seed: Option<&u64>) -> my_library::Result<Self> {
        todo!()
    }

    fn put(
        &mut self,
        cx: &mut Context<Self>,
        key: &K,
        text: &str,
        raw: &[u8],
        urgent: bool,
    ) {}
    fn merge(
        &mut self,
        other: Self,
        name: Option<&str>,
        title: Cow<'_, str>,
    ) -> io::Result<Self> {
        todo!()
    }

    #[cfg(feature = "late")]
    #[deprecated]
    fn late(&mut self, cx: &mut Context<Self>) -> Later<K, Error> {
        todo!()
    }

    fn r#move(&self, r#type: K) {}
    fn sweep(&mut self, cx: &mut Context<Self>) {}
    #[cfg(feature = "idle")]
    fn idle(&mut self) -> Idle {
        Idle::Wait
    }

    fn left(&mut self, peer: Peer) {}
    fn close(self) -> Result<Summary<K>, Error> {
        todo!()
    }

    fn helper(&self) {}
}

#[cfg(unix)]
/// The messages of a [`Store`].
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
pub(crate) enum StoreMessage<K: Wire + 'static, V: ?Sized + 'static>
where
    V: 'static,
{
    /// A call of `put`.
    Put {
        /// The argument `key`.
        key: <K as my_library::__private::ByRef>::Owned,
        /// The argument `text`.
        text: ::std::string::String,
        /// The argument `raw`.
        raw: ::std::vec::Vec<u8>,
        /// The argument `urgent`.
        urgent: bool,
    },
    /// A call of `merge`.
    Merge {
        /// The argument `other`.
        other: Store<K, Box<V>>,
        /// The argument `name`.
        name: ::core::option::Option<::std::string::String>,
        /// The argument `title`.
        title: Cow<'static, str>,
    },
    #[cfg(feature = "late")]
    /// A call of `late`.
    Late,
    /// A call of `move`.
    Move {
        /// The argument `type`.
        r#type: K,
    },
    #[doc(hidden)]
    __Never(
        ::core::convert::Infallible,
        ::core::marker::PhantomData<fn(*const K, *const V)>,
    ),
}

#[cfg(unix)]
/// The channels of a [`Store`].
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
pub(crate) enum StoreChannel {
    #[default]
    /// The channel `default`.
    Default,
}

#[cfg(unix)]
/// The controller of a [`Store`], with a method for each of its messages.
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
pub(crate) struct StoreController<K: Wire + 'static, V: ?Sized + 'static>
where
    V: 'static,
{
    link: my_library::__private::Link<Store<K, Box<V>>>,
}

#[cfg(unix)]
#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl<K: Wire + 'static, V: ?Sized + 'static> ::core::fmt::Debug
    for StoreMessage<K, V>
    where
        V: 'static,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match *self {
                Self::Put {
                    key: ref arg_0,
                    text: ref arg_1,
                    raw: ref arg_2,
                    urgent: ref arg_3,
                } => {
                    f.debug_struct("Put")
                        .field("key", my_library::__private::debug_field!(arg_0))
                        .field("text", my_library::__private::debug_field!(arg_1))
                        .field("raw", my_library::__private::debug_field!(arg_2))
                        .field("urgent", my_library::__private::debug_field!(arg_3))
                        .finish()
                }
                Self::Merge { other: ref arg_0, name: ref arg_1, title: ref arg_2 } => {
                    f.debug_struct("Merge")
                        .field("other", my_library::__private::debug_field!(arg_0))
                        .field("name", my_library::__private::debug_field!(arg_1))
                        .field("title", my_library::__private::debug_field!(arg_2))
                        .finish()
                }

                #[cfg(feature = "late")]
                Self::Late => f.write_str("Late"),
                Self::Move { r#type: ref arg_0 } => {
                    f.debug_struct("Move")
                        .field("type", my_library::__private::debug_field!(arg_0))
                        .finish()
                }
                StoreMessage::__Never(never, _) => match never {}
            }
        }
    }

    #[automatically_derived]
    impl my_library::__private::Channel for StoreChannel {
        const NAMES: &'static [&'static str] = &["default"];
        fn index(self) -> usize {
            match self {
                Self::Default => 0,
            }
        }

        fn from_index(index: usize) -> ::core::option::Option<Self> {
            [Self::Default].into_iter().nth(index)
        }
    }

    impl<K: Wire + 'static, V: ?Sized + 'static> StoreController<K, V>
    where
        V: 'static,
    {
        /// Sends the message `put`.
        pub fn put(
            &self,
            key: &K,
            text: &str,
            raw: &[u8],
            urgent: bool,
        ) -> my_library::__private::Call<()> {
            let encode = |draft: &mut my_library::__private::Draft| {
                my_library::__private::by_ref::<K>().put(draft, key);
                my_library::__private::text().put(draft, text);
                my_library::__private::bytes().put(draft, raw);
                my_library::__private::argument::<bool>().put(draft, &urgent);
            };
            self.link
                .call(
                    0,
                    encode,
                    if urgent {
                        Store::<K, Box<V>>::SOON
                    } else {
                        level(&key, self::BASE)
                    },
                    my_library::__private::reply::<()>(),
                )
        }

        /// Sends the message `merge`.
        pub fn merge(
            &self,
            other: Store<K, Box<V>>,
            name: Option<&str>,
            title: Cow<'_, str>,
        ) -> my_library::__private::Call<
            <io::Result<Store<K, Box<V>>> as my_library::__private::Fallible>::Ok,
            <io::Result<Store<K, Box<V>>> as my_library::__private::Fallible>::Err,
        > {
            let encode = |draft: &mut my_library::__private::Draft| {
                my_library::__private::argument::<Store<K, Box<V>>>().put(draft, &other);
                my_library::__private::text().put_option(draft, name);
                my_library::__private::argument::<Cow<'_, str>>().put(draft, &title);
            };
            self.link
                .call(
                    1,
                    encode,
                    0,
                    <io::Result<
                        Store<K, Box<V>>,
                    > as my_library::__private::Fallible>::reply(),
                )
        }

        #[cfg(feature = "late")]
        #[deprecated]
        /// Sends the message `late`.
        pub fn late(&self) -> my_library::__private::Call<K, Error> {
            self.link.call(2, |_| {}, 0, my_library::__private::fallible::<K, Error>())
        }

        /// Sends the message `move`.
        pub fn r#move(&self, r#type: K) -> my_library::__private::OneWay {
            let encode = |draft: &mut my_library::__private::Draft| {
                my_library::__private::argument::<K>().put(draft, &r#type);
            };
            self.link.one_way(3, encode, 0)
        }

        /// The handle of the worker: its pid, its statistics, how it ends.
        pub fn worker(
            &self,
        ) -> my_library::__private::WorkerHandle<'_, Store<K, Box<V>>> {
            my_library::__private::handle(&self.link)
        }
    }

    #[automatically_derived]
    impl<K: Wire + 'static, V: ?Sized + 'static> ::core::clone::Clone
    for StoreController<K, V>
    where
        V: 'static,
    {
        fn clone(&self) -> Self {
            Self {
                link: ::core::clone::Clone::clone(&self.link),
            }
        }
    }

    #[automatically_derived]
    impl<K: Wire + 'static, V: ?Sized + 'static> ::core::fmt::Debug
    for StoreController<K, V>
    where
        V: 'static,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("StoreController").field("link", &self.link).finish()
        }
    }

    #[automatically_derived]
    impl<
        K: Wire + 'static,
        V: ?Sized + 'static,
    > my_library::__private::Controller<Store<K, Box<V>>> for StoreController<K, V>
    where
        V: 'static,
    {
        type Message = StoreMessage<K, V>;
        type Channel = StoreChannel;
        fn from_link(link: my_library::__private::Link<Store<K, Box<V>>>) -> Self {
            Self { link }
        }

        fn link(&self) -> &my_library::__private::Link<Store<K, Box<V>>> {
            &self.link
        }

        fn post(
            &self,
            message: Self::Message,
        ) -> ::core::result::Result<(), my_library::__private::CallError> {
            match message {
                StoreMessage::Put {
                    key: arg_0,
                    text: arg_1,
                    raw: arg_2,
                    urgent: arg_3,
                } => {
                    my_library::__private::Tell::tell(
                        Self::put(
                            self,
                            my_library::__private::lend::<K>(&arg_0),
                            &arg_1,
                            &arg_2,
                            arg_3,
                        ),
                    )
                }
                StoreMessage::Merge { other: arg_0, name: arg_1, title: arg_2 } => {
                    my_library::__private::Tell::tell(
                        Self::merge(self, arg_0, arg_1.as_deref(), arg_2),
                    )
                }

                #[cfg(feature = "late")]
                StoreMessage::Late => my_library::__private::Tell::tell(Self::late(self)),
                StoreMessage::Move { r#type: arg_0 } => {
                    my_library::__private::Tell::tell(Self::r#move(self, arg_0))
                }
                StoreMessage::__Never(never, _) => match never {}
            }
        }
    }

    #[automatically_derived]
    impl<K: Wire + 'static, V: ?Sized + 'static> my_library::__private::serde::Serialize
    for StoreController<K, V>
    where
        V: 'static,
    {
        fn serialize<C: my_library::__private::serde::Serializer>(
            &self,
            writer: C,
        ) -> ::core::result::Result<C::Ok, C::Error> {
            my_library::__private::write_link(&self.link, writer)
        }
    }

    #[automatically_derived]
    impl<
        'de,
        K: Wire + 'static,
        V: ?Sized + 'static,
    > my_library::__private::serde::Deserialize<'de> for StoreController<K, V>
    where
        V: 'static,
    {
        fn deserialize<C: my_library::__private::serde::Deserializer<'de>>(
            reader: C,
        ) -> ::core::result::Result<Self, C::Error> {
            ::core::result::Result::Ok(Self {
                link: my_library::__private::read_link(reader)?,
            })
        }
    }

    #[automatically_derived]
    impl<K: Wire + 'static, V: ?Sized + 'static> my_library::__private::Worker
    for Store<K, Box<V>>
    where
        V: 'static,
    {
        type Controller = StoreController<K, V>;
        type InitError = <my_library::Result<
            Store<K, Box<V>>,
        > as my_library::__private::Fallible>::Err;
        type Output = Summary<K>;
        type OutputError = Error;
        type Event = Changed<Store<K, Box<V>>>;
        type Engine = my_library::__private::Serve<Self>;
        const PLAN: my_library::__private::Plan = my_library::__private::Plan {
            init: "open",
            close: "close",
            handlers: &[
                my_library::__private::Handler::new(0, "put"),
                my_library::__private::Handler::new(1, "merge"),
                #[cfg(feature = "late")]
                my_library::__private::Handler::new(2, "late"),
                my_library::__private::Handler::new(3, "move").oneway(),
            ],
            channels: &[
                my_library::__private::ChannelPlan::new("default").capacity(LIMIT),
            ],
            ticks: &["sweep"],
            aging: ::core::option::Option::Some(
                ::core::time::Duration::from_nanos(100000000),
            ),
            keep_on_panic: true,
            ..my_library::__private::Plan::new("store")
        };

        fn start(
            parameters: my_library::__private::StartParameters<Self>,
            arguments: my_library::__private::Arguments<'_>,
        ) -> ::core::result::Result<Self::Engine, my_library::__private::Ended> {
            my_library::__private::serve(parameters, arguments)
        }

        fn started() -> my_library::__private::Reply<(), Self::InitError> {
            my_library::__private::fallible::<
                (),
                <my_library::Result<
                    Store<K, Box<V>>,
                > as my_library::__private::Fallible>::Err,
            >()
        }

        fn output() -> my_library::__private::Reply<Self::Output, Self::OutputError> {
            my_library::__private::fallible::<Summary<K>, Error>()
        }

        fn event() -> my_library::__private::Reply<Self::Event> {
            my_library::__private::reply::<Changed<Store<K, Box<V>>>>()
        }

        fn say_init_error(
            error: &Self::InitError,
            f: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            my_library::__private::say_error!(error, f)
        }
    }

    #[automatically_derived]
    impl<K: Wire + 'static, V: ?Sized + 'static> my_library::__private::Handlers
    for Store<K, Box<V>>
    where
        V: 'static,
    {
        fn init(
            arguments: &mut my_library::__private::Arguments<'_>,
        ) -> my_library::__private::Decoded<
            ::core::result::Result<Self, my_library::__private::Answer>,
        > {
            let arg_0 = my_library::__private::by_ref::<Path>().take(arguments)?;
            let arg_1 = my_library::__private::slice::<K>().take(arguments)?;
            let arg_2 = my_library::__private::by_ref::<u64>().take_option(arguments)?;
            arguments.finish()?;
            ::core::result::Result::Ok(
                my_library::__private::fallible::<
                    (),
                    <my_library::Result<
                        Store<K, Box<V>>,
                    > as my_library::__private::Fallible>::Err,
                >()
                    .split(
                        Self::open(
                            my_library::__private::lend::<Path>(&arg_0),
                            &arg_1,
                            arg_2.as_ref().map(my_library::__private::lend::<u64>),
                        ),
                    ),
            )
        }

        fn dispatch(
            &mut self,
            cx: &mut my_library::__private::Context<Self>,
            number: u32,
            arguments: &mut my_library::__private::Arguments<'_>,
        ) -> my_library::__private::Decoded<my_library::__private::Answer> {
            let answer = match number {
                0 => {
                    let arg_0 = my_library::__private::by_ref::<K>().take(arguments)?;
                    let arg_1 = my_library::__private::text().take(arguments)?;
                    let arg_2 = my_library::__private::bytes().take(arguments)?;
                    let arg_3 = my_library::__private::argument::<bool>()
                        .take(arguments)?;
                    arguments.finish()?;
                    my_library::__private::reply::<()>()
                        .value(
                            Self::put(
                                self,
                                cx,
                                my_library::__private::lend::<K>(&arg_0),
                                arg_1,
                                arg_2,
                                arg_3,
                            ),
                        )
                }
                1 => {
                    let arg_0 = my_library::__private::argument::<Store<K, Box<V>>>()
                        .take(arguments)?;
                    let arg_1 = my_library::__private::text().take_option(arguments)?;
                    let arg_2 = my_library::__private::argument::<Cow<'_, str>>()
                        .take(arguments)?;
                    arguments.finish()?;
                    <io::Result<
                        Store<K, Box<V>>,
                    > as my_library::__private::Fallible>::reply()
                        .result(
                            <io::Result<
                                Store<K, Box<V>>,
                            > as my_library::__private::Fallible>::into_result(
                                Self::merge(self, arg_0, arg_1, arg_2),
                            ),
                        )
                }

                #[cfg(feature = "late")]
                2 => {
                    arguments.finish()?;
                    my_library::__private::fallible::<K, Error>()
                        .later(Self::late(self, cx))
                }
                3 => {
                    let arg_0 = my_library::__private::argument::<K>().take(arguments)?;
                    arguments.finish()?;
                    Self::r#move(self, arg_0);
                    my_library::__private::Answer::none()
                }
                _ => my_library::__private::no_handler(number)?,
            };
            ::core::result::Result::Ok(answer)
        }

        fn close(self) -> my_library::__private::Answer {
            my_library::__private::fallible::<Summary<K>, Error>()
                .result(Self::close(self))
        }

        fn schedule(&self, schedule: &mut my_library::__private::Schedule) {
            schedule.tick(0, true, || self.pace);
        }

        fn tick(&mut self, cx: &mut my_library::__private::Context<Self>, index: u32) {
            match index {
                0 => Self::sweep(self, cx),
                _ => {}
            }
        }

        #[cfg(feature = "idle")]
        const IDLE: bool = true;
        #[cfg(feature = "idle")]
        fn idle(
            &mut self,
            cx: &mut my_library::__private::Context<Self>,
        ) -> my_library::__private::Idle {
            Self::idle(self)
        }

        fn gone(&mut self, peer: my_library::__private::Peer) {
            Self::left(self, peer);
        }
    }

    /// A worker that is not started; `spawn` starts it.
    #[derive(::core::fmt::Debug)]
    pub struct StoreOn<P, K: Wire + 'static, V: ?Sized + 'static>(
        my_library::__private::On<Store<K, Box<V>>, P>,
    )
    where
        V: 'static;
    impl<P, K: Wire + 'static, V: ?Sized + 'static> StoreOn<P, K, V>
    where
        V: 'static,
    {
        /// Starts the worker, and returns its owner when it has started.
        pub fn spawn<By>(
            self,
            path: &Path,
            keys: &[K],
            seed: Option<&u64>,
        ) -> ::core::result::Result<
            <P as my_library::__private::Place<Store<K, Box<V>>, By>>::Spawned,
            my_library::__private::SpawnError<
                <my_library::Result<
                    Store<K, Box<V>>,
                > as my_library::__private::Fallible>::Err,
            >,
        >
        where
            P: my_library::__private::Place<Store<K, Box<V>>, By>,
        {
            self.0
                .spawn(|draft| {
                    my_library::__private::by_ref::<Path>().put(draft, path);
                    my_library::__private::slice::<K>().put(draft, keys);
                    my_library::__private::by_ref::<u64>().put_option(draft, seed);
                })
        }
    }

    impl<K: Wire + 'static, V: ?Sized + 'static> Store<K, Box<V>>
    where
        V: 'static,
    {
        /// Starts the worker in a process of its own, and returns its owner when it has started.
        pub(crate) fn spawn<By>(
            path: &Path,
            keys: &[K],
            seed: Option<&u64>,
        ) -> ::core::result::Result<
            my_library::__private::WorkerResource<Self>,
            my_library::__private::SpawnError<
                <my_library::Result<
                    Store<K, Box<V>>,
                > as my_library::__private::Fallible>::Err,
            >,
        >
        where
            my_library::__private::Process: my_library::__private::Place<
                Self,
                By,
                Spawned = my_library::__private::WorkerResource<Self>,
            >,
        {
            Self::on(my_library::__private::Process::new()).spawn(path, keys, seed)
        }

        /// A worker for a place: `Process::new()` with its options, `Thread` or `Inline`. `spawn` starts
        /// it.
        #[must_use = "nothing starts before `spawn`"]
        pub(crate) fn on<P>(place: P) -> StoreOn<P, K, V> {
            StoreOn(my_library::__private::On::new(place))
        }
    }
};
