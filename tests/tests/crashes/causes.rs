//! Ways to die.

use std::{
    hint::black_box,
    process::{abort, exit},
    ptr,
};

use super::*;

/// How a process ends that does not mean to.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Death {
    NullWrite,
    BadInstruction,
    Abort,
    Overflow,
    Memory,
    Exit(i32),
    DoublePanic,
    Burn,
    Kill,
}

impl Death {
    pub(crate) fn die(self) {
        match self {
            Self::NullWrite => {
                let null = ptr::null_mut::<u8>();
                // SAFETY: none; this process is to die of it, and of nothing else: a volatile write
                // to the first page, which is never mapped, is a fault and not optimised away.
                unsafe { null.write_volatile(1) }
            }
            Self::BadInstruction => bad_instruction(),
            Self::Abort => abort(),
            Self::Overflow => drop(black_box(overflow(black_box(1)))),
            Self::Memory => drop(black_box(vec![1_u8; black_box(4 << 30)])),
            Self::Exit(code) => exit(code),
            Self::DoublePanic => {
                let _bomb = Bomb;
                panic!("the first of two");
            }
            Self::Burn => loop {
                black_box(());
            },
            Self::Kill => kill(std::process::id()),
        }
    }
}

fn bad_instruction() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the instruction is defined to be undefined: it does nothing but raise the fault that
    // this process is to die of.
    unsafe {
        std::arch::asm!("ud2")
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = rustix::process::kill_process(rustix::process::getpid(), Signal::ILL);
}

#[expect(unconditional_recursion, reason = "it is to use up the stack")]
fn overflow(n: u64) -> u64 {
    let room = black_box([n; 512]);
    overflow(n + 1) + room[7]
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the second of two");
    }
}

unsafe extern "C" {
    fn fork() -> i32;
}

/// Leaves a child behind that holds every descriptor of this process and is not in its group, and
/// gives its pid.
pub(super) fn leave_child() -> u32 {
    // SAFETY: the child makes system calls only, which take no lock that another thread of this
    // process may have held, until it ends without running anything of Rust's.
    match unsafe { fork() } {
        0 => loop {
            let _ = rustix::process::setsid();
            // Long beyond the patience of every test. The test kills it.
            let mut nothing: [rustix::event::PollFd<'_>; 0] = [];
            let ten_minutes = rustix::event::Timespec { tv_sec: 600, tv_nsec: 0 };
            let _ = rustix::event::poll(&mut nothing, Some(&ten_minutes));
            let _ = kill_process(rustix::process::getpid(), Signal::KILL);
        },
        child => child.cast_unsigned(),
    }
}

#[coproc::test]
fn a_write_to_null() {
    let report = die_of(Death::NullWrite, Process::new(), Exit::Signal(11));
    assert!(report.to_string().contains("SIGSEGV (11)"), "{report}");
    assert_eq!((report.signal(), report.code()), (Some(11), None));
}

#[coproc::test]
fn an_instruction_that_is_none() {
    let report = die_of(Death::BadInstruction, Process::new(), Exit::Signal(4));
    assert!(report.to_string().contains("SIGILL (4)"), "{report}");
}

#[coproc::test]
fn abort_ends_with_its_signal() {
    let report = die_of(Death::Abort, Process::new(), Exit::Signal(6));
    assert!(report.to_string().contains("SIGABRT (6) after"), "{report}");
    assert_eq!(report.panic(), None);
}

#[coproc::test]
fn a_stack_that_overflows() {
    let report = die_of(Death::Overflow, Process::new(), Exit::Signal(6));
    assert!(report.to_string().contains("SIGABRT (6) (stack overflow)"), "{report}");
}

#[coproc::test]
fn memory_beyond_the_limit() {
    let place = Process::new().memory_limit(1 << 30);
    let report = die_of(Death::Memory, place, Exit::Signal(6));
    assert!(report.to_string().contains("SIGABRT (6) (out of memory)"), "{report}");
}

/// The standard library says why first, and then from where.
#[coproc::test]
fn memory_beyond_the_limit_with_a_backtrace() {
    let place = Process::new().memory_limit(1 << 30).env("RUST_BACKTRACE", "full");
    let report = crash_of(Death::Memory, place);
    assert!(report.to_string().contains("SIGABRT (6) (out of memory)"), "{report}");
    assert!(report.stderr_tail().len() <= 4096);
}

#[coproc::test]
fn cpu_time_beyond_the_limit() {
    let report = die_of(Death::Burn, Process::new().cpu_limit(ms(1)), Exit::Signal(24));
    assert!(report.to_string().contains("SIGXCPU (24) (its CPU limit)"), "{report}");
}

/// What looks like an orderly end is none while a call is under way.
#[coproc::test]
fn exit_with_success() {
    let report = die_of(Death::Exit(0), Process::new(), Exit::Code(0));
    assert_eq!((report.signal(), report.code()), (None, Some(0)));
}

#[coproc::test]
fn exit_with_a_code() {
    let report = die_of(Death::Exit(7), Process::new(), Exit::Code(7));
    assert!(report.to_string().contains("exited with code 7"), "{report}");
}

#[coproc::test]
fn a_signal_that_cannot_be_caught() {
    let report = die_of(Death::Kill, Process::new(), Exit::Signal(9));
    assert!(report.to_string().contains("SIGKILL (9)"), "{report}");
}

/// It cannot be answered with, unlike a panic that unwinds; so it is told as the crash that it is,
/// with what both panics said. A build with `panic = "abort"` leaves its text in the same way.
#[coproc::test]
fn a_panic_while_another_unwinds() {
    let report = crash_of(Death::DoublePanic, Process::new());
    assert_eq!(report.signal(), Some(6));
    let said = report.panic().expect("what the panics said");
    let first = said.find("the first of two").expect("the first panic");
    let second = said.find("the second of two").expect("the second panic");
    assert!(first < second, "{said}");
    assert!(said.contains(file!()), "{said}");
    assert!(report.to_string().contains(said), "{report}");
}
