//! Calls of the system that are `unsafe`.

use std::{
    env, fs, io,
    os::fd::{BorrowedFd, RawFd},
};

use rustix::{
    io::{FdFlags, fcntl_getfd},
    process::Signal,
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

/// From now on this process can write to a terminal that stops writers from background process groups:
/// its own group is always one.
pub(super) fn never_stop_for_output() {
    unsafe extern "C" {
        fn signal(number: i32, handler: usize) -> usize;
    }
    const IGNORED: usize = 1;
    // SAFETY: this is `signal(3)` of the C library that std is linked with. The number is that of a
    // signal, and the handler is `SIG_IGN`, so that no code is ever run by it. Children inherit it.
    unsafe { signal(Signal::TTOU.as_raw(), IGNORED) };
}

/// Closes every descriptor above standard error that was open when this program was executed.
///
/// Such descriptors are not closed on execution, and coproc's own are. So they are those that the
/// parent, or a process that started it, left open for the programs that it executes. A worker has none
/// of them.
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
