//! What workers write to their standard output and error.

use std::{
    io::{Write, stderr, stdout},
    iter,
};

use coproc::{Process, prelude::*, spawn::Stdio};
use coproc_tests::Watch;
use rustix::pipe::{PipeFlags, pipe_with};

use super::Sheet;

/// Writes what it is told to.
pub(crate) struct Writer {
    last: String,
}

#[worker(pub(crate))]
impl Writer {
    #[init]
    fn new() -> Self {
        Self { last: String::new() }
    }

    #[message]
    fn print(&self, text: &str) {
        print!("{text}");
    }

    /// What it is to print as the last thing.
    #[message]
    fn print_at_last(&mut self, text: &str) {
        text.clone_into(&mut self.last);
    }

    /// The signals that this process ignores, a bit each.
    #[message]
    fn ignored(&self) -> String {
        let status = std::fs::read_to_string("/proc/self/status").expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        line.expect("the ignored signals").trim().to_owned()
    }

    #[message]
    fn complain(&self, text: &str) {
        eprint!("{text}");
    }

    #[message]
    fn complain_often(&self, text: &str, times: usize) {
        for _ in 0..times {
            let _ = stderr().write_all(text.as_bytes());
        }
    }

    #[message]
    fn complain_and_die(&self, text: &str) {
        eprint!("{text}");
        std::process::abort();
    }

    #[message]
    fn flood(&self, bytes: usize) {
        let piece = [0xff; 64 * 1024];
        iter::repeat_n(piece, bytes / piece.len())
            .for_each(|piece| stdout().write_all(&piece).expect("it goes out"));
    }

    /// Closes its standard output, and prints.
    #[message]
    fn print_closed(&self, text: &str) -> usize {
        // SAFETY: nothing in this process owns it; what prints takes an error for an answer.
        drop(unsafe { rustix::stdio::take_stdout() });
        print!("{text}");
        text.len()
    }

    #[close]
    fn finish(self) {
        print!("{}", self.last);
    }
}

fn writer(place: Process) -> coproc::spawn::WorkerResource<Writer> {
    Writer::on(place).spawn().expect("a writer")
}

/// What a test harness prints in a process that is about to become a worker is not there, and what
/// the worker prints is, to the last byte without a line's end.
#[coproc::test]
fn its_output_is_what_it_writes() {
    let _watch = Watch::set();
    for _ in 0..20 {
        let sheet = Sheet::new();
        let writer = writer(Process::new().stdout(sheet.stdio()));
        writer.print("one\n").wait().expect("printed");
        writer.print("two, ").wait().expect("printed");
        writer.print_at_last("three").wait().expect("noted");
        writer.worker().join().expect("it ends");
        assert_eq!(sheet.text(), "one\ntwo, three");
    }
}

/// Prints through a worker of its own.
#[worker]
fn print_below() {
    print!("above, ");
    stdout().flush().expect("it goes out");
    let writer = writer(Process::new());
    writer.print("below").wait().expect("printed");
    writer.worker().join().expect("it ends");
    let writer = Writer::on(Process::new().stdout(Stdio::null())).spawn().expect("a writer");
    writer.print("nowhere").wait().expect("printed");
}

#[coproc::test]
fn its_output_is_that_of_its_host() {
    let _watch = Watch::set();
    let sheet = Sheet::new();
    let host = PrintBelow::on(Process::new().stdout(sheet.stdio())).spawn().expect("a host");
    assert_eq!(host.worker().join(), Ok(()));
    assert_eq!(sheet.text(), "above, below");
}

#[coproc::test]
fn its_output_is_no_part_of_the_protocol() {
    let _watch = Watch::set();
    let sheet = Sheet::new();
    let flooding = writer(Process::new().stdout(sheet.stdio()));
    assert_eq!(flooding.flood(8 << 20).wait(), Ok(()));
    assert_eq!(flooding.print_closed("nobody reads this").wait(), Ok(17));
    assert_eq!(flooding.worker().join(), Ok(()));
    assert_eq!(sheet.bytes(), vec![0xff; 8 << 20]);
}

/// Has a worker write much to its standard error, and ends right after it.
#[worker]
fn complain_below(text: String, times: usize, dies: bool) {
    let writer = writer(Process::new());
    writer.complain_often(&text, times).wait().expect("it is written");
    if dies {
        writer.complain_and_die("the end").wait().expect_err("it dies");
    }
}

/// Nothing of it is lost because the host ends, too.
#[coproc::test]
fn its_errors_are_passed_on() {
    let _watch = Watch::set();
    let text = "0123456789abcdef".repeat(64);
    for (times, dies) in [(1, false), (4096, false), (1, true), (60, true)].repeat(16) {
        let sheet = Sheet::new();
        let place = Process::new().stderr(sheet.stdio());
        let host = ComplainBelow::on(place).spawn(text.clone(), times, dies).expect("a host");
        assert_eq!(host.worker().join(), Ok(()));
        let end = if dies { "the end" } else { "" };
        assert_eq!(sheet.text(), text.repeat(times) + end, "{times} times, then {dies}");
    }
}

#[coproc::test]
fn the_last_of_its_errors_is_kept() {
    let _watch = Watch::set();
    let writer = writer(Process::new());
    writer.complain("first\n").wait().expect("written");
    let text = "é".repeat(3000);
    match writer.complain_and_die(&text).wait() {
        Err(CallError::Crashed(report)) => {
            let tail = report.stderr_tail();
            assert!(tail.len() <= 4096 && tail.len() > 4000, "{}", tail.len());
            assert!(text.ends_with(tail), "{tail}");
        }
        other => panic!("expected a crash, got {other:?}"),
    }
}

#[coproc::test]
fn its_errors_go_elsewhere() {
    let _watch = Watch::set();
    let sheet = Sheet::new();
    let writer = writer(Process::new().stderr(sheet.stdio()));
    match writer.complain_and_die("not kept").wait() {
        Err(CallError::Crashed(report)) => assert_eq!(report.stderr_tail(), ""),
        other => panic!("expected a crash, got {other:?}"),
    }
    assert_eq!(sheet.text(), "not kept");
}

/// Whoever reads the host's standard error is gone.
#[coproc::test]
fn its_errors_are_not_read() {
    let _watch = Watch::set();
    let (read, write) = pipe_with(PipeFlags::CLOEXEC).expect("a pipe");
    drop(read);
    let place = Process::new().stderr(std::fs::File::from(write));
    let host = ComplainBelow::on(place).spawn("text".into(), 100_000, true).expect("a host");
    assert_eq!(host.worker().join(), Ok(()));
}

/// Drops a worker that cannot get rid of what it writes.
#[worker]
fn complain_in_vain() {
    let writer = writer(Process::new().grace(ms(20)));
    writer.complain_often("text", 1_000_000).tell().expect("sent");
    drop(writer);
}

/// Whoever reads the host's standard error does not do so.
#[coproc::test]
fn a_process_does_not_read_its_errors() {
    let _watch = Watch::set();
    let (_read, write) = pipe_with(PipeFlags::CLOEXEC).expect("a pipe");
    let place = Process::new().stderr(std::fs::File::from(write));
    let host = ComplainInVain::on(place).spawn().expect("a host");
    assert_eq!(host.worker().join(), Ok(()));
}

/// A terminal may be set to stop whoever writes to it from the background, where workers are.
#[coproc::test]
fn a_terminal_cannot_stop_it() {
    let _watch = Watch::set();
    let ignored = writer(Process::new()).ignored().wait().expect("its signals");
    let ignored = u64::from_str_radix(&ignored, 16).expect("a mask");
    let number = rustix::process::Signal::TTOU.as_raw();
    assert_eq!(ignored >> (number - 1) & 1, 1, "{ignored:x}");
}
