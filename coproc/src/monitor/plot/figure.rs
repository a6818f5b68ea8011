//! The figure that a running monitor saves.

use std::{io, path::PathBuf};

use super::Format;
use crate::{
    monitor::{save, stats::Stats},
    sync::{Arc, thread},
};

/// A figure that is saved every few rounds, by a thread of its own: drawing may take longer than the
/// time between two rounds.
#[derive(Debug)]
pub(in crate::monitor) struct Figure {
    file: Arc<FigureFile>,
    every: u32,
    rounds: u32,
    drawing: Option<thread::JoinHandle<io::Result<()>>>,
    /// A save has failed; only the first failure is reported.
    failed: bool,
}

#[derive(Debug)]
struct FigureFile {
    path: PathBuf,
    format: Format,
}

impl FigureFile {
    fn save(&self, stats: &Stats) -> io::Result<()> {
        save::replace(&self.path, &self.format.draw(stats)?)
    }
}

impl Figure {
    /// A figure at `path`, saved every `every` rounds.
    pub(in crate::monitor) fn new(path: PathBuf, every: u32) -> io::Result<Self> {
        let format = Format::of(&path)?;
        save::check_folder(&path)?;
        let file = Arc::new(FigureFile { path, format });
        Ok(Self { file, every, rounds: 0, drawing: None, failed: false })
    }

    /// Counts a round, and starts a save if it is due and the last one is done.
    pub(in crate::monitor) fn round(&mut self, stats: &Stats) {
        self.rounds = self.rounds.saturating_add(1);
        let is_drawing = self.drawing.as_ref().is_some_and(|drawing| !drawing.is_finished());
        if self.rounds < self.every || is_drawing {
            return;
        }
        self.rounds = 0;
        self.settle();
        let (file, stats) = (Arc::clone(&self.file), stats.clone());
        let thread = thread::Builder::new().name("coproc-plot".into());
        match thread.spawn(move || file.save(&stats)) {
            Ok(drawing) => self.drawing = Some(drawing),
            Err(error) => self.complain(&error),
        }
    }

    /// Saves it for the last time.
    pub(in crate::monitor) fn finish(mut self, stats: &Stats) -> io::Result<()> {
        self.settle();
        self.file.save(stats)
    }

    fn settle(&mut self) {
        let Some(drawing) = self.drawing.take() else { return };
        // The panic hook has reported a panic.
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
