//! A worker's process starts with what it is meant to have and nothing else, and what surrounds it
//! cannot make it something else.
//!
//! What changes a whole process is tried in one of its own: a worker that starts workers.

use std::{
    fs::File,
    os::{fd::OwnedFd, unix::fs::FileExt},
};

use coproc::spawn::Stdio;
use rustix::fs::{MemfdFlags, memfd_create};

#[path = "hygiene/descriptors.rs"]
mod descriptors;
#[path = "hygiene/idleness.rs"]
mod idleness;
#[path = "hygiene/output.rs"]
mod output;
#[path = "hygiene/settings.rs"]
mod settings;
#[path = "hygiene/starts.rs"]
mod starts;
#[path = "hygiene/surroundings.rs"]
mod surroundings;

/// A file without a name for a worker to write to.
struct Sheet(File);

impl Sheet {
    fn new() -> Self {
        let file: OwnedFd = memfd_create("sheet", MemfdFlags::CLOEXEC).expect("a file");
        Self(file.into())
    }

    fn stdio(&self) -> Stdio {
        self.0.try_clone().expect("a descriptor").into()
    }

    /// What is on it; wherever its writers are.
    fn bytes(&self) -> Vec<u8> {
        let length = self.0.metadata().expect("its length").len();
        let mut bytes = vec![0; usize::try_from(length).expect("a length")];
        self.0.read_exact_at(&mut bytes, 0).expect("its bytes");
        bytes
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).expect("text")
    }
}
