//! A process of its own prints one character at a steady pace, and between two characters it
//! obeys: faster, another character, stop. Stopping it twice is an error that it answers itself.

use std::{io::Write, time::Duration};

use coproc::prelude::*;

#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
pub enum PrintError {
    #[error("already printing")]
    AlreadyPrinting,
    #[error("not printing")]
    NotPrinting,
}

/// Prints one character at a steady pace until told otherwise.
pub struct PrintProcess {
    every: Duration,
    ch: char,
    printing: bool,
    printed: u64,
}

#[worker(channels(control(capacity = 16), data(capacity = 1024)))]
impl PrintProcess {
    /// Runs inside the worker. Its arguments become those of `PrintProcess::spawn`.
    #[init]
    fn new(every: Duration, ch: char, printing: bool) -> Self {
        Self { every, ch, printing, printed: 0 }
    }

    /// Starts printing.
    #[message(channel = control, priority = -10)]
    fn start_printing(&mut self) -> Result<(), PrintError> {
        if self.printing {
            return Err(PrintError::AlreadyPrinting);
        }
        self.printing = true;
        Ok(())
    }

    /// Stops printing, ahead of everything that is queued.
    #[message(channel = control, priority = -20)]
    fn stop_printing(&mut self) -> Result<(), PrintError> {
        if !self.printing {
            return Err(PrintError::NotPrinting);
        }
        self.printing = false;
        println!();
        Ok(())
    }

    /// Changes pace and character.
    #[message(channel = data)]
    fn change_behavior(&mut self, every: Duration, ch: char) {
        (self.every, self.ch) = (every, ch);
    }

    /// How many characters went out so far.
    #[message]
    fn printed(&self) -> u64 {
        self.printed
    }

    /// Between messages, while printing: the worker sleeps in the kernel and still answers at once.
    #[tick(every = self.every, when = self.printing)]
    fn print_one(&mut self) {
        print!("{}", self.ch);
        let _ = std::io::stdout().flush();
        self.printed += 1;
    }

    /// The last thing the worker does; what it returns is what `join` gives.
    #[close]
    fn finish(self) -> u64 {
        self.printed
    }
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let printer = PrintProcess::spawn(Duration::from_millis(50), 'x', false)?; // a real process
    printer.start_printing().wait()?;
    std::thread::sleep(ms(500));
    let slow = printer.printed().wait()?;

    printer.change_behavior(ms(10), 'y').wait()?;
    std::thread::sleep(ms(500));
    let fast = printer.printed().wait()? - slow;
    assert!(fast > slow, "{fast} characters at the faster pace, {slow} at the slower one");

    printer.stop_printing().wait()?;
    match printer.stop_printing().wait() {
        Err(CallError::Handler(PrintError::NotPrinting)) => {
            println!("already not printing! oh well.");
        }
        other => other?,
    }
    println!("{} characters", printer.worker().join()?);
    Ok(())
}
