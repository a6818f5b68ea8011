//! [`Monitor`]: samples of the memory and CPU of a process and its descendants over time, with notes.

mod clock;
mod family;
mod log;
#[cfg(feature = "plot")]
mod plot;
mod recording;
mod sampler;
mod save;
mod stats;
mod units;
mod watcher;

use std::{
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use crate::{
    call::Call,
    error::{CallError, Error, SpawnError},
    spawn::{Process, WorkerHandle, WorkerResource},
};

pub use stats::{Note, Sample, Stats};
pub use watcher::Watcher;

use watcher::Options;

/// The default time between two rounds of samples.
const EVERY: Duration = Duration::from_millis(250);

/// The shortest time between two rounds; with less, the monitor would do nothing else.
const EVERY_LEAST: Duration = Duration::from_millis(1);

/// The default number of rounds between two saves of the figure.
#[cfg(feature = "plot")]
const PLOT_EVERY: u32 = 10;

/// Samples the memory and CPU of a process and of all its descendants, from a process of its own.
///
/// The monitor takes a round of samples at a steady pace and finds new processes by itself. Between two
/// rounds it accepts [notes](Monitor::note), whose times are on the clock of the samples, and answers
/// with its [samples and notes](Monitor::stats). It watches the process that spawned it, or that of
/// [`pid`](MonitorBuilder::pid), and never itself. It goes on after the watched processes have ended.
///
/// Dropping it closes it, as any worker: it handles the messages that were sent, saves its figure a last
/// time, and ends. If the process that spawned it dies, it is killed as any worker; the files that it
/// has saved stay.
///
/// ```
/// use coproc::{Monitor, prelude::*};
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let monitor = Monitor::builder().every(ms(10)).spawn()?;
///     let data = vec![1_u8; 32 << 20];
///     monitor.note("loaded").details(format!("{} bytes", data.len())).tell()?;
///     let stats = monitor.stats().wait()?;
///     assert_eq!(stats.notes[0].text, "loaded");
///     assert!(stats.samples.iter().any(|sample| sample.pid == std::process::id()));
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Monitor {
    watcher: WorkerResource<Watcher>,
}

impl Monitor {
    /// A builder with the process to watch, the pace and the files; [`spawn`](MonitorBuilder::spawn)
    /// starts the monitor.
    ///
    /// ```no_run
    /// # use coproc::{Monitor, prelude::*};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let monitor = Monitor::builder().every(ms(250)).children(true).log("run.log").spawn()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> MonitorBuilder {
        MonitorBuilder {
            options: Options {
                pid: process::id(),
                every: EVERY,
                children: true,
                log: None,
                #[cfg(feature = "plot")]
                plot: None,
                #[cfg(feature = "plot")]
                plot_every: PLOT_EVERY,
            },
        }
    }

    /// A note of this process with the present time. By default it is a label in plots and a line in the
    /// log. [`tell`](MonitorNote::tell) or [`wait`](MonitorNote::wait) sends it.
    ///
    /// ```no_run
    /// # use coproc::{Monitor, prelude::*};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let monitor = Monitor::builder().spawn()?;
    /// monitor.note("loaded").details("3 files").label(true).log(true).print(false).tell()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn note(&self, text: impl Into<String>) -> MonitorNote<'_> {
        let note = Note {
            at: clock::now(),
            pid: process::id(),
            text: text.into(),
            details: String::new(),
            label: true,
            log: true,
        };
        MonitorNote { monitor: self, note, print: false }
    }

    /// The samples and notes so far, with all notes that were sent before this call.
    ///
    /// ```no_run
    /// # use coproc::{Monitor, prelude::*};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let monitor = Monitor::builder().spawn()?;
    /// monitor.stats().wait()?.to_csv("memory.csv")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stats(&self) -> Call<Stats> {
        self.watcher.stats()
    }

    /// The handle of its worker: the pid, whether it is alive, joining it.
    ///
    /// `join` returns when the last figure is saved, or the error of saving it.
    ///
    /// ```
    /// use coproc::{Monitor, prelude::*};
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let monitor = Monitor::builder().spawn()?;
    ///     assert_ne!(monitor.worker().pid(), Some(std::process::id()));
    ///     monitor.worker().join()?;
    ///     Ok(())
    /// }
    /// ```
    pub fn worker(&self) -> WorkerHandle<'_, Watcher> {
        self.watcher.worker()
    }
}

/// What a [`Monitor`] watches and writes.
///
/// ```
/// use coproc::{Monitor, prelude::*};
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let itself = Monitor::builder().pid(std::process::id()).children(false);
///     let monitor = itself.every(ms(20)).spawn()?;
///     let stats = monitor.stats().wait()?;
///     assert!(stats.samples.iter().all(|sample| sample.pid == std::process::id()));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a monitor watches once it is spawned"]
pub struct MonitorBuilder {
    options: Options,
}

impl MonitorBuilder {
    /// The time between two rounds of samples: 250 ms by default, at least 1 ms.
    pub fn every(mut self, period: Duration) -> Self {
        self.options.every = period.max(EVERY_LEAST);
        self
    }

    /// Whether it watches the descendants too; by default it does.
    pub fn children(mut self, children: bool) -> Self {
        self.options.children = children;
        self
    }

    /// The process that it watches; by default this one.
    pub fn pid(mut self, pid: u32) -> Self {
        self.options.pid = pid;
        self
    }

    /// The log: a file to which the monitor appends a line for each note with
    /// [`log`](MonitorNote::log). The line has the time since the monitor's start, the pid and the
    /// resident memory of the process that made the note, its text and its details. The first line says
    /// when the monitor was started.
    ///
    /// ```
    /// use coproc::{Monitor, prelude::*};
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     # let file = std::env::temp_dir().join(format!("coproc-doc-{}.log", std::process::id()));
    ///     let monitor = Monitor::builder().log(&file).spawn()?;
    ///     monitor.note("loaded").details("3 files").wait()?;
    ///     let log = std::fs::read_to_string(&file)?;
    ///     assert!(log.ends_with("loaded: 3 files\n"));
    ///     # std::fs::remove_file(&file)?;
    ///     Ok(())
    /// }
    /// ```
    pub fn log(mut self, path: impl AsRef<Path>) -> Self {
        self.options.log = Some(absolute(path.as_ref()));
        self
    }

    /// The figure: a file in which the monitor draws its samples and notes every few rounds and at its
    /// end; see [`Stats::plot`]. If a later save fails, the monitor goes on; it reports the first
    /// failure on standard error, and `join` gives the error of the last save.
    ///
    /// ```
    /// use coproc::{Monitor, prelude::*};
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     # let file = std::env::temp_dir().join(format!("coproc-doc-plot-{}.svg", std::process::id()));
    ///     let monitor = Monitor::builder().plot(&file).plot_every(40).spawn()?;
    ///     monitor.worker().join()?;
    ///     assert!(std::fs::read_to_string(&file)?.starts_with("<svg"));
    ///     # std::fs::remove_file(&file)?;
    ///     Ok(())
    /// }
    /// ```
    #[cfg(feature = "plot")]
    pub fn plot(mut self, path: impl AsRef<Path>) -> Self {
        self.options.plot = Some(absolute(path.as_ref()));
        self
    }

    /// How many rounds pass between two saves of the figure: 10 by default, at least 1.
    #[cfg(feature = "plot")]
    pub fn plot_every(mut self, rounds: u32) -> Self {
        self.options.plot_every = rounds.max(1);
        self
    }

    /// Starts the monitor; its first round of samples is taken when this returns.
    ///
    /// # Errors
    ///
    /// [`SpawnError::Init`] if the process to watch does not exist, or the log or the figure cannot be
    /// written; the text names the process or the file. Otherwise as for every worker.
    pub fn spawn(self) -> Result<Monitor, SpawnError<Error>> {
        let place = Process::new().name("monitor");
        Ok(Monitor { watcher: Watcher::on(place).spawn(self.options)? })
    }
}

/// The absolute path, which errors name; the same path if there is no working directory.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A note that is not yet sent; see [`Monitor::note`].
///
/// ```no_run
/// # use coproc::{Monitor, prelude::*};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let monitor = Monitor::builder().spawn()?;
/// // Only a line in the log, which is written when `wait` returns.
/// monitor.note("7 of 12 done").label(false).wait()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a note is sent by `tell` or `wait`"]
pub struct MonitorNote<'a> {
    monitor: &'a Monitor,
    note: Note,
    print: bool,
}

impl MonitorNote<'_> {
    /// More text, for the log; empty by default.
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.note.details = details.into();
        self
    }

    /// Whether it is a label in plots; by default it is.
    pub fn label(mut self, label: bool) -> Self {
        self.note.label = label;
        self
    }

    /// Whether it is a line in the log; by default it is.
    pub fn log(mut self, log: bool) -> Self {
        self.note.log = log;
        self
    }

    /// Whether the monitor prints it to standard output; by default it does not.
    pub fn print(mut self, print: bool) -> Self {
        self.print = print;
        self
    }

    /// Sends it without waiting.
    ///
    /// # Errors
    ///
    /// As [`Call::tell`], for example if the monitor has ended.
    pub fn tell(self) -> Result<(), CallError<Error>> {
        self.monitor.watcher.note(self.note, self.print).tell()
    }

    /// Sends it and waits until the monitor has kept, logged and printed it.
    ///
    /// # Errors
    ///
    /// [`CallError::Handler`] if the log could not be written, and as [`Call::wait`].
    pub fn wait(self) -> Result<(), CallError<Error>> {
        self.monitor.watcher.note(self.note, self.print).wait()
    }
}
