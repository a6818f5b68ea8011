//! A point at which two threads meet, in one process or in two.

use std::{
    fs::{File, OpenOptions, remove_file},
    ops::Deref,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use rustix::{
    fs::{CWD, FileType, Mode, mknodat},
    io::Errno,
};

/// A named pipe to meet at, once: opening it for reading and opening it for writing wait for one
/// another, and the kernel cares neither who is first nor in which process.
///
/// It derefs to its path, which is what travels; the file is removed with this value.
#[derive(Debug)]
pub struct Gate {
    path: PathBuf,
}

impl Gate {
    /// A gate that is closed.
    #[expect(clippy::new_without_default, reason = "a gate is made where it is meant to be")]
    #[must_use]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("coproc-gate-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0) {
                // A process that was killed, and had this one's number, has left it.
                Err(Errno::EXIST) => {}
                made => {
                    made.expect("a named pipe in the folder for temporary files");
                    return Self { path };
                }
            }
        }
    }

    /// Opens it for whoever waits at it, or will, and does not wait for that: where a worker runs
    /// inside its caller, the one who opens may be the one who is to wait.
    pub fn open(self) {
        thread::spawn(move || open(&self));
    }
}

impl Deref for Gate {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let _ = remove_file(&self.path);
    }
}

/// Waits until the gate at this path is opened.
///
/// # Panics
///
/// Nothing is there that could be opened.
pub fn pass(gate: &Path) {
    File::open(gate).expect("a gate to pass");
}

/// Opens the gate at this path, and waits until somebody has passed it.
///
/// # Panics
///
/// Nothing is there that could be opened.
pub fn open(gate: &Path) {
    OpenOptions::new().write(true).open(gate).expect("a gate to open");
}
