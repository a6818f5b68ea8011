#[worker(
    pub(crate),
    crate = my_library,
    name = "store",
    aging = "100ms",
    event = Changed<Self>,
    on_panic = keep,
    channels(default(capacity = LIMIT))
)]
#[cfg(unix)]
impl<K: Wire, V: ?Sized> Store<K, Box<V>>
where
    V: 'static,
{
    const SOON: i32 = -3;

    #[init]
    fn open(path: &Path, keys: &[K], seed: Option<&u64>) -> my_library::Result<Self> {
        todo!()
    }

    #[message(priority = if urgent { Self::SOON } else { level(&key, self::BASE) })]
    fn put(&mut self, cx: &mut Context<Self>, key: &K, text: &str, raw: &[u8], urgent: bool) {}

    #[message]
    fn merge(&mut self, other: Self, name: Option<&str>, title: Cow<'_, str>) -> io::Result<Self> {
        todo!()
    }

    #[cfg(feature = "late")]
    #[deprecated]
    #[message]
    fn late(&mut self, cx: &mut Context<Self>) -> Later<K, Error> {
        todo!()
    }

    #[message(oneway)]
    fn r#move(&self, r#type: K) {}

    #[tick(every = self.pace)]
    fn sweep(&mut self, cx: &mut Context<Self>) {}

    #[cfg(feature = "idle")]
    #[idle]
    fn idle(&mut self) -> Idle {
        Idle::Wait
    }

    #[gone]
    fn left(&mut self, peer: Peer) {}

    #[close]
    fn close(self) -> Result<Summary<K>, Error> {
        todo!()
    }

    fn helper(&self) {}
}
