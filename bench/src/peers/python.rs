//! Python's multiprocessing, in a process that is told what to run.

use std::{
    cell::RefCell,
    io::{self, BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use crate::rounds::Case;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/multiprocessing_peer.py");

/// The script of the peers in Python, if there is a Python.
#[derive(Debug)]
pub struct Python(Option<RefCell<Script>>);

/// A process that runs the script. It ends when there is nothing more to read.
#[derive(Debug)]
struct Script {
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    process: Child,
}

impl Python {
    /// Starts it; says so if `python3` is not there, and then has no cases.
    #[must_use]
    pub fn start() -> Self {
        let script = Script::start().inspect_err(|error| {
            println!("without Python's multiprocessing: `python3` does not run: {error}\n");
        });
        Self(script.ok().map(RefCell::new))
    }

    /// A case, with the words that the script knows it by.
    pub fn case<'a>(&'a self, name: &str, words: &'a str) -> Option<Case<'a>> {
        let script = self.0.as_ref()?;
        Some(Case::timed(name, move |count| Ok(script.borrow_mut().time(words, count)?)))
    }
}

impl Script {
    fn start() -> io::Result<Self> {
        let mut command = Command::new("python3");
        command.arg(SCRIPT).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let missing = || io::Error::other("it has no standard input or output");
        let orders = process.stdin.take().ok_or_else(missing)?;
        let answers = BufReader::new(process.stdout.take().ok_or_else(missing)?);
        let mut script = Self { orders: Some(orders), answers, process };
        script.time("nothing", 0)?;
        Ok(script)
    }

    /// How long so many operations of a case take.
    fn time(&mut self, words: &str, count: u64) -> io::Result<Duration> {
        if let Some(orders) = &mut self.orders {
            writeln!(orders, "{count} {words}")?;
        }
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let seconds = line.trim().parse();
        let seconds = seconds.map_err(|_| io::Error::other(format!("{words}: {line:?}")))?;
        Ok(Duration::from_secs_f64(seconds))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}
