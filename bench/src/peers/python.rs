//! Python's multiprocessing, in a process that is told what to run.

use std::{
    io::{self, BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/multiprocessing_peer.py");

/// A Python interpreter that runs the script of the peers, and ends when this is dropped.
#[derive(Debug)]
pub struct Python {
    // The script ends when there is nothing more to read, and is waited for then.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    process: Child,
}

impl Python {
    /// Starts it; without `python3` says that its cases are left out.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::try_start()
            .inspect_err(|error| println!("without Python's multiprocessing: python3: {error}\n"))
            .ok()
    }

    fn try_start() -> io::Result<Self> {
        let mut command = Command::new("python3");
        command.arg(SCRIPT).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let missing = || io::Error::other("it has no standard input or output");
        let orders = process.stdin.take().ok_or_else(missing)?;
        let answers = BufReader::new(process.stdout.take().ok_or_else(missing)?);
        let mut python = Self { orders: Some(orders), answers, process };
        python.time("nothing", 0)?;
        Ok(python)
    }

    /// How long so many operations of a case take, whose name is words for the script.
    ///
    /// # Errors
    ///
    /// The script has ended, or answers something else.
    pub fn time(&mut self, case: &str, count: u64) -> io::Result<Duration> {
        if let Some(orders) = &mut self.orders {
            writeln!(orders, "{count} {case}")?;
        }
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let seconds =
            line.trim().parse().map_err(|_| io::Error::other(format!("{case}: {line:?}")))?;
        Ok(Duration::from_secs_f64(seconds))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}
