/// Prints one character at a steady pace until told otherwise.
#[worker(channels(control(capacity = 16), data(capacity = 1024, overflow = reject)))]
impl PrintProcess {
    /// Runs inside the worker.
    #[init]
    fn new(every: Duration, ch: char, printing: bool) -> Self {
        Self { every, ch, printing, printed: 0 }
    }

    /// Starts printing.
    #[message(channel = control, priority = -10)]
    fn start_printing(&mut self) -> Result<(), PrintError> {
        Ok(())
    }

    /// Changes pace and character.
    #[message(channel = data)]
    fn change_behavior(&mut self, every: Duration, ch: char) {
        (self.every, self.ch) = (every, ch)
    }

    #[message(deadline = "1.5s", idempotent)]
    fn printed(&self) -> u64 {
        self.printed
    }

    #[tick(every = self.every, when = self.printing)]
    fn print_one(&mut self) {}

    #[close]
    fn finish(self) -> u64 {
        self.printed
    }
}
