//! The worker behind a monitor.

use std::{
    io::{self, Write},
    path::PathBuf,
    process,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    clock,
    family::Family,
    log::{self, Log},
    recording::Recording,
    sampler::Proc,
    stats::{Note, Stats},
};
use crate::{error::Result, worker};

/// The options of a monitor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Options {
    pub(super) pid: u32,
    pub(super) every: Duration,
    pub(super) children: bool,
    pub(super) log: Option<PathBuf>,
    #[cfg(feature = "plot")]
    pub(super) plot: Option<PathBuf>,
    #[cfg(feature = "plot")]
    pub(super) plot_every: u32,
}

/// The worker behind a [`Monitor`](super::Monitor), as the type of
/// [`Monitor::worker`](super::Monitor::worker) names it.
#[derive(Debug)]
pub struct Watcher {
    pid: u32,
    every: Duration,
    began: Duration,
    sampler: Proc,
    family: Family,
    recording: Recording,
    log: Option<Log>,
    #[cfg(feature = "plot")]
    figure: Option<super::plot::Figure>,
}

#[worker(pub, name = "coproc::Monitor")]
impl Watcher {
    #[init]
    fn new(options: Options) -> Result<Self> {
        let Options { pid, every, children, log, .. } = options;
        let mut sampler = Proc::new();
        let family = Family::new(pid, process::id(), children, &mut sampler)
            .ok_or_else(|| io::Error::other(format!("there is no process {pid} to watch")))?;
        let log = log.map(|path| Log::open(&path, pid, every)).transpose()?;
        #[cfg(feature = "plot")]
        let figure = options
            .plot
            .map(|path| super::plot::Figure::new(path, options.plot_every))
            .transpose()?;
        let mut watcher = Self {
            pid,
            every,
            began: clock::now(),
            sampler,
            family,
            recording: Recording::default(),
            log,
            #[cfg(feature = "plot")]
            figure,
        };
        watcher.look();
        Ok(watcher)
    }

    /// Keeps, logs and prints a note, whose `at` is the machine's time.
    #[message]
    fn note(&mut self, mut note: Note, print: bool) -> Result<()> {
        note.at = note.at.saturating_sub(self.began);
        let line = (note.log || print).then(|| {
            let rss = self.family.rss(note.pid).or_else(|| self.family.rss(self.pid));
            log::line(&note, rss)
        });
        let log = self.log.as_mut().filter(|_| note.log);
        self.recording.add_note(note);
        let Some(line) = line else { return Ok(()) };
        if print {
            // A closed standard output is no reason to stop watching.
            let _ = writeln!(io::stdout(), "{line}");
        }
        Ok(log.map_or(Ok(()), |log| log.write(&line))?)
    }

    /// The samples and notes so far.
    #[message]
    fn stats(&self) -> Stats {
        self.recording.stats().clone()
    }

    /// Takes a round of samples, until all watched processes have ended; no other can then join.
    #[tick(every = self.every, when = !self.family.is_extinct())]
    fn sample(&mut self) {
        self.look();
        #[cfg(feature = "plot")]
        if let Some(figure) = &mut self.figure {
            figure.round(self.recording.stats());
        }
    }

    /// Saves the figure a last time.
    #[close]
    fn finish(self) -> Result<()> {
        #[cfg(feature = "plot")]
        if let Some(figure) = self.figure {
            figure.finish(self.recording.stats())?;
        }
        Ok(())
    }

    fn look(&mut self) {
        let at = clock::now().saturating_sub(self.began);
        self.recording.add_samples(self.family.sample(at, &mut self.sampler));
    }
}
