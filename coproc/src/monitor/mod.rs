//! Memory and CPU of a process and of those it starts, over time, with notes: see [`Monitor`].

mod clock;
mod family;
mod history;
mod log;
#[cfg(feature = "plot")]
mod plot;
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

/// How often a monitor looks unless something else is said.
const EVERY: Duration = Duration::from_millis(250);

/// How often at most: below, it would do nothing else.
const EVERY_LEAST: Duration = Duration::from_millis(1);

/// After how many rounds the figure is saved unless something else is said.
#[cfg(feature = "plot")]
const PLOT_EVERY: u32 = 10;

/// Watches memory and CPU of a process and of all that descend from it, from a process of its own.
///
/// It looks at a steady pace and finds new processes by itself. Between its looks it takes
/// [notes](Monitor::note), which stand on the same clock as the samples, and tells what it has
/// [seen](Monitor::stats). Without [`pid`](MonitorBuilder::pid) it watches the process that spawned
/// it; itself it leaves aside. It survives the end of what it watches.
///
/// Dropping it closes it, as any worker: it takes in what was sent, saves its figure for the last
/// time, and ends. Where the process that spawned it dies, it is killed as any worker, and what it
/// had saved until then stays.
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
    /// Says what to watch, how often, and what to write; [`spawn`](MonitorBuilder::spawn) starts it.
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

    /// A note, made now by this process: a label in plots and a line in the log unless it is told
    /// otherwise. It goes out with [`tell`](MonitorNote::tell) or [`wait`](MonitorNote::wait).
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

    /// What it has seen so far; notes that were sent before are in it.
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

    /// Everything about its worker that is not a message: its pid, whether it is alive, joining it.
    ///
    /// `join` returns when the last figure is saved, and with the error if it could not be.
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

/// What a [`Monitor`] is to watch and to write.
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
    /// How often it looks: 250 ms unless said otherwise, 1 ms at least.
    pub fn every(mut self, period: Duration) -> Self {
        self.options.every = period.max(EVERY_LEAST);
        self
    }

    /// Whether it watches the descendants too; it does unless said otherwise.
    pub fn children(mut self, children: bool) -> Self {
        self.options.children = children;
        self
    }

    /// The process that it watches; this one unless said otherwise.
    pub fn pid(mut self, pid: u32) -> Self {
        self.options.pid = pid;
        self
    }

    /// A file to which it appends a line for each note that is for the log: the time since its
    /// start, the pid of who made it and its resident memory, the text and the details. Its first
    /// line says when it was started.
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

    /// A file in which it draws what it has seen, again and again and at its end; see
    /// [`Stats::plot`]. That it cannot be written later on is said on standard error, once, and by
    /// `join`; it stops nothing.
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

    /// After how many looks the figure is drawn again: 10 unless said otherwise, 1 at least.
    #[cfg(feature = "plot")]
    pub fn plot_every(mut self, looks: u32) -> Self {
        self.options.plot_every = looks.max(1);
        self
    }

    /// Starts it; it has looked for the first time when this returns.
    ///
    /// # Errors
    ///
    /// [`SpawnError::Init`] if there is no process to watch, the log cannot be opened, or the figure
    /// cannot be written where it is to be, with a text that names it; and the others, as for every
    /// worker.
    pub fn spawn(self) -> Result<Monitor, SpawnError<Error>> {
        let place = Process::new().name("monitor");
        Ok(Monitor { watcher: Watcher::on(place).spawn(self.options)? })
    }
}

/// Errors are to name a file in full; without a working directory there is nothing to add.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A note that was made and is not yet sent; see [`Monitor::note`].
///
/// ```no_run
/// # use coproc::{Monitor, prelude::*};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let monitor = Monitor::builder().spawn()?;
/// // Only a line in the log, which is there when `wait` returns.
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
    /// More of it, for the log; nothing unless said otherwise.
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.note.details = details.into();
        self
    }

    /// Whether it is a label in plots; it is unless said otherwise.
    pub fn label(mut self, label: bool) -> Self {
        self.note.label = label;
        self
    }

    /// Whether it is a line in the log; it is unless said otherwise.
    pub fn log(mut self, log: bool) -> Self {
        self.note.log = log;
        self
    }

    /// Whether the monitor prints it to standard output; it does not unless said otherwise.
    pub fn print(mut self, print: bool) -> Self {
        self.print = print;
        self
    }

    /// Sends it and does not wait.
    ///
    /// # Errors
    ///
    /// As [`Call::tell`]: the monitor has ended, say.
    pub fn tell(self) -> Result<(), CallError<Error>> {
        self.monitor.watcher.note(self.note, self.print).tell()
    }

    /// Sends it and waits until it is kept, logged and printed.
    ///
    /// # Errors
    ///
    /// [`CallError::Handler`] if the log could not be written, and as [`Call::wait`].
    pub fn wait(self) -> Result<(), CallError<Error>> {
        self.monitor.watcher.note(self.note, self.print).wait()
    }
}
