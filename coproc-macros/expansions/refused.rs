#[worker]
impl Refused {
    #[init]
    async fn new((a, b): (u8, u8)) -> Self {
        todo!()
    }

    #[message]
    fn pair(&mut self, (a, b): (u8, u8)) -> &str {
        todo!()
    }

    #[message]
    fn generic<T: Wire>(&self, item: T) -> Result<T, Error>
    where
        T: Debug,
    {
        todo!()
    }

    #[message(oneway)]
    fn oneway(self) -> u8 {
        todo!()
    }

    #[message]
    fn worker(&self) {}

    #[message]
    fn unnamed(&self) -> impl Debug {
        todo!()
    }

    #[message]
    fn accepted(&self) {}

    #[close]
    fn close(&self) -> u8 {
        todo!()
    }
}
