//! A picture that is saved again and again.

use std::{io, path::PathBuf};

use super::Format;
use crate::{
    monitor::{save, stats::Stats},
    sync::{Arc, thread},
};

/// A picture that is saved every so many rounds, by a thread of its own: drawing may take longer
/// than the time between two samples.
#[derive(Debug)]
pub(in crate::monitor) struct Figure {
    target: Arc<Target>,
    every: u32,
    rounds: u32,
    drawing: Option<thread::JoinHandle<io::Result<()>>>,
    /// That it cannot be saved is said once.
    failed: bool,
}

#[derive(Debug)]
struct Target {
    path: PathBuf,
    format: Format,
}

impl Target {
    fn save(&self, stats: &Stats) -> io::Result<()> {
        save::replace(&self.path, &self.format.draw(stats)?)
    }
}

impl Figure {
    /// One at `path`, saved every so many rounds.
    pub(in crate::monitor) fn new(path: PathBuf, every: u32) -> io::Result<Self> {
        let format = Format::of(&path)?;
        save::check_folder(&path)?;
        let target = Arc::new(Target { path, format });
        Ok(Self { target, every, rounds: 0, drawing: None, failed: false })
    }

    /// A round has passed. As long as the last picture is being drawn, the next one waits.
    pub(in crate::monitor) fn round(&mut self, stats: &Stats) {
        self.rounds = self.rounds.saturating_add(1);
        let is_drawing = self.drawing.as_ref().is_some_and(|drawing| !drawing.is_finished());
        if self.rounds < self.every || is_drawing {
            return;
        }
        self.rounds = 0;
        self.settle();
        let (target, stats) = (Arc::clone(&self.target), stats.clone());
        let thread = thread::Builder::new().name("coproc-plot".into());
        match thread.spawn(move || target.save(&stats)) {
            Ok(drawing) => self.drawing = Some(drawing),
            Err(error) => self.complain(&error),
        }
    }

    /// Saves it for the last time.
    pub(in crate::monitor) fn finish(mut self, stats: &Stats) -> io::Result<()> {
        self.settle();
        self.target.save(stats)
    }

    fn settle(&mut self) {
        let Some(drawing) = self.drawing.take() else { return };
        // A panic has been told by the thread itself.
        if let Ok(Err(error)) = drawing.join() {
            self.complain(&error);
        }
    }

    fn complain(&mut self, error: &io::Error) {
        if !self.failed {
            self.failed = true;
            eprintln!("coproc: the monitor goes on without its figure: {error}");
        }
    }
}
