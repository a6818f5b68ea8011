//! The few things that the system is asked for which Rust cannot vouch for.

use std::{
    env, fs, io,
    os::fd::{BorrowedFd, RawFd},
};

use rustix::{
    io::{FdFlags, fcntl_getfd},
    stdio::raw_stderr,
};

/// Removes an environment variable of this process.
pub(super) fn remove_env(key: &str) {
    // SAFETY: changing the environment is a data race with any other thread that reads it through
    // C at the same time. This is called as the first thing that a worker's process does: from
    // `coproc::init()` at the beginning of `main`, before which a Rust program has no threads, or
    // at the beginning of the one test that a test binary was started for, where the harness's own
    // thread waits for that test and reads nothing.
    unsafe { env::remove_var(key) }
}

/// Closes every descriptor above standard error that was open when this program was executed.
///
/// Such descriptors are not closed on execution, and coproc's own are. So they are those that the
/// parent, or whoever started it, left open for whatever programs it executes: a worker is to have
/// none of them.
pub(super) fn close_inherited() -> io::Result<()> {
    let open: Vec<RawFd> = fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|fd| *fd > raw_stderr())
        .collect();
    for fd in open {
        // SAFETY: the number was that of an open descriptor a moment ago, and where it is none any
        // more, as the one by which the list was read, the kernel only says so.
        let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
        let flags = fcntl_getfd(borrowed).unwrap_or(FdFlags::CLOEXEC);
        if !flags.contains(FdFlags::CLOEXEC) {
            // SAFETY: nothing in this process owns the descriptor: Rust's own library and coproc
            // open all theirs to be closed on execution, and no code of the user's has run yet,
            // since this is called where `remove_env` is.
            unsafe { rustix::io::close(fd) }
        }
    }
    Ok(())
}
