//! How calls and workers end: deadlines, cancelling, closing, draining, panics.

use std::{path::Path, thread, time::Duration};

use coproc::{
    error::{CloseReason, Exit},
    prelude::*,
    spawn::WorkerHandle,
};
use coproc_tests::{Gate, gate};

/// Remembers what was handled, until it ends.
pub(crate) struct Guest {
    handled: Vec<String>,
}

#[worker(pub(crate))]
impl Guest {
    #[init]
    fn new() -> Self {
        Self { handled: Vec::new() }
    }

    #[message(priority = i32::MIN)]
    fn hold(&mut self, until: &Path) {
        gate::pass(until);
    }

    /// Says that it has begun before it waits.
    #[message]
    fn begin(&mut self, begun: &Path, until: &Path) -> usize {
        gate::open(begun);
        gate::pass(until);
        self.handled.push("begun".into());
        self.handled.len()
    }

    #[message]
    fn note(&mut self, text: &str) -> usize {
        self.handled.push(text.to_owned());
        self.handled.len()
    }

    /// Works until nobody wants the answer any more.
    #[message]
    fn work(&mut self, cx: &mut Context<Self>) {
        while cx.check().is_ok() {
            thread::park_timeout(cx.remaining().unwrap_or_default());
        }
        self.handled.push("worked".into());
    }

    /// The same with a deadline of its own, and until the gate is opened.
    #[message(deadline = "1s")]
    fn work_until(&mut self, cx: &mut Context<Self>, until: &Path) {
        self.work(cx);
        gate::pass(until);
    }

    /// Works until it is cancelled, and tells when it begins.
    #[message]
    fn work_on(&mut self, cx: &mut Context<Self>, begun: &Path) -> coproc::Result<()> {
        gate::open(begun);
        loop {
            if let Err(cancelled) = cx.check() {
                self.handled.push("cancelled".into());
                return Err(cancelled.into());
            }
            thread::yield_now();
        }
    }

    #[message]
    fn panic(&mut self, text: &str) -> u8 {
        self.handled.push("panicked".into());
        panic!("{text}")
    }

    #[message]
    fn panic_without_text(&mut self) {
        std::panic::panic_any(5)
    }

    #[message(priority = 100)]
    fn handled(&self) -> Vec<String> {
        self.handled.clone()
    }

    #[close]
    fn leave(self) -> Vec<String> {
        self.handled
    }
}

/// Ends as it is told.
#[derive(Serialize, Deserialize)]
pub(crate) enum Parting {
    Well(u32),
    Badly(String),
    Never,
}

#[worker(pub(crate))]
impl Parting {
    #[message]
    fn go_on(&self) {}

    #[close]
    fn part(self) -> Result<u32, String> {
        match self {
            Self::Well(n) => Ok(n),
            Self::Badly(text) => Err(text),
            Self::Never => panic!("never"),
        }
    }
}

/// Does not take a panic too seriously.
pub(crate) struct Calm {
    handled: u32,
}

#[worker(pub(crate), on_panic = keep)]
impl Calm {
    #[init]
    fn new() -> Self {
        Self { handled: 0 }
    }

    #[message]
    fn half(&mut self, n: u32) -> u32 {
        self.handled += 1;
        assert!(n.is_multiple_of(2), "{n} is odd");
        n / 2
    }

    #[message]
    fn handled(&self) -> u32 {
        self.handled
    }
}

/// A call that was not begun since the worker ends or has ended.
fn is_refused<T>(result: Result<T, CallError>) -> bool {
    result.is_err_and(|error| matches!(error, CallError::Closed(_)) && error.is_unstarted())
}

/// A call that was begun and has no answer.
fn is_broken_off<T>(result: Result<T, CallError>) -> bool {
    result.is_err_and(|error| matches!(error, CallError::Closed(_)) && !error.is_unstarted())
}

fn reason<T: std::fmt::Debug>(result: Result<T, CallError>) -> CloseReason {
    match result {
        Err(CallError::Closed(reason)) => reason,
        other => panic!("it should have been closed: {other:?}"),
    }
}

/// How a worker ended, once it has.
fn exit<W: Worker>(worker: WorkerHandle<'_, W>) -> Option<Exit> {
    assert_eq!(worker.is_alive(), worker.exit().is_none());
    worker.exit()
}

everywhere! {
    fn a_deadline_can_pass_before_the_handler_begins(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let error = guest.note("never").deadline(Duration::ZERO).wait().unwrap_err();
        assert_eq!(error, CallError::Deadline { started: false });
        assert!(error.is_unstarted());
        let first = guest.work().deadline(secs(1)).send().unwrap();
        let second = guest.note("never").deadline(ms(100)).send().unwrap();
        guest.note("never").deadline(ms(100)).tell().unwrap();
        assert_eq!(second.wait(), Err(CallError::Deadline { started: false }));
        assert_eq!(guest.note("later").wait(), Ok(2));
        assert_eq!(guest.handled().wait().unwrap(), ["worked", "later"]);
        drop(first);
    }

    fn a_deadline_that_is_met_changes_nothing(place) {
        let guest = Guest::on(place).spawn().unwrap();
        assert_eq!(guest.note("a").deadline(secs(50)).wait(), Ok(1));
        assert_eq!(guest.note("b").deadline(Duration::MAX).wait(), Ok(2));
    }

    fn dropping_a_pending_reply_cancels_what_has_not_begun(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let gate = Gate::new();
        let hold = guest.hold(&gate).send().unwrap();
        let kept = guest.note("kept").send().unwrap();
        drop(guest.note("dropped").send().unwrap());
        guest.note("cancelled").send().unwrap().cancel();
        // A message that was told has nobody who could give it up.
        guest.note("told").tell().unwrap();
        gate.open();
        assert_eq!((hold.wait(), kept.wait()), (Ok(()), Ok(1)));
        assert_eq!(guest.handled().wait().unwrap(), ["kept", "told"]);
        assert_eq!(guest.worker().remaining(), 0);
    }

    fn a_running_handler_can_learn_that_it_is_cancelled(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let begun = Gate::new();
        let first = guest.work_on(&begun).send().unwrap();
        let second = guest.handled().send().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                gate::pass(&begun);
                drop(first);
            });
            assert_eq!(second.wait().unwrap(), ["cancelled"]);
        });
        assert_eq!(guest.note("goes on").wait(), Ok(2));
    }

    /// (1) of the drain contract, as far as it is not about the grace.
    fn after_close_new_calls_are_refused_and_queued_ones_handled(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let clone = guest.clone();
        let gate = Gate::new();
        let hold = guest.hold(&gate).send().unwrap();
        let queued: Vec<_> =
            (0..3).map(|n| guest.note(&n.to_string()).send().unwrap()).collect();
        guest.note("told").tell().unwrap();
        guest.worker().close();
        assert!(is_refused(guest.note("late").wait()));
        assert!(is_refused(guest.note("late").send()));
        assert!(is_refused(clone.note("late").tell()));
        assert!(is_refused(clone.note("late").try_send().map_err(|refused| refused.error)));
        guest.worker().close();
        gate.open();
        assert_eq!(hold.wait(), Ok(()));
        for (index, queued) in queued.into_iter().enumerate() {
            assert_eq!(queued.wait(), Ok(index + 1));
        }
        assert_eq!(guest.worker().join().unwrap(), ["0", "1", "2", "told"]);
        assert!(is_refused(clone.note("later").wait()));
    }

    /// (3) of the drain contract.
    fn every_join_tells_the_same(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let clone = guest.clone();
        assert_eq!(exit(guest.worker()), None);
        guest.note("one").tell().unwrap();
        for worker in [guest.worker(), guest.worker(), clone.worker()] {
            assert_eq!(worker.join().unwrap(), ["one"]);
            assert_eq!(worker.join_timeout(secs(50)).unwrap().unwrap(), ["one"]);
            assert_eq!(exit(worker), Some(Exit::Closed));
        }
        drop(guest);
        assert_eq!(clone.worker().join().unwrap(), ["one"], "also without its owner");
    }

    fn joins_from_many_threads_tell_the_same(place) {
        let guest = Guest::on(place).spawn().unwrap();
        guest.note("one").tell().unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(guest.worker().join().unwrap(), ["one"]));
            }
        });
    }

    fn what_close_returns_is_split_as_a_reply_is(place) {
        let well = Parting::on(place.clone()).spawn(Parting::Well(3)).unwrap();
        well.go_on().wait().unwrap();
        assert_eq!((well.worker().join(), well.worker().join()), (Ok(3), Ok(3)));

        let badly = Parting::on(place.clone()).spawn(Parting::Badly("no".into())).unwrap();
        for _ in 0..2 {
            assert_eq!(badly.worker().join(), Err(CallError::Handler("no".into())));
        }
        assert_eq!(exit(badly.worker()), Some(Exit::Closed), "an error of its own is an orderly end");

        let never = Parting::on(place).spawn(Parting::Never).unwrap();
        for _ in 0..2 {
            match never.worker().join() {
                Err(CallError::Panicked(report)) => {
                    assert_eq!((report.message(), report.handler()), ("never", "part"));
                }
                other => panic!("it should have panicked: {other:?}"),
            }
        }
        assert_eq!(exit(never.worker()), Some(Exit::Panicked));
    }

    fn a_closing_worker_can_be_waited_for_with_patience(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let work = guest.work().deadline(secs(1)).send().unwrap();
        if let Some(early) = guest.worker().join_timeout(Duration::ZERO) {
            panic!("it cannot have ended: {early:?}");
        }
        assert!(is_refused(guest.note("late").wait()), "it goes on closing");
        assert_eq!(guest.worker().join().unwrap(), ["worked"]);
        drop(work);
    }

    fn dropping_the_owner_closes_the_worker(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let clone = guest.clone();
        let queued = clone.note("queued").send().unwrap();
        drop(guest);
        assert_eq!(queued.wait(), Ok(1), "what is queued is handled within the grace");
        assert_eq!(exit(clone.worker()), Some(Exit::Closed));
        assert!(reason(clone.note("late").wait()).to_string().contains("Guest"));
        assert_eq!(clone.worker().join().unwrap(), ["queued"]);
    }

    fn dropping_a_clone_changes_nothing(place) {
        let guest = Guest::on(place).spawn().unwrap();
        drop(guest.clone());
        assert_eq!(guest.note("one").wait(), Ok(1));
    }

    fn a_detached_worker_outlives_its_owner(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let clone = guest.clone();
        guest.worker().detach();
        drop(guest);
        assert_eq!(clone.note("still there").wait(), Ok(1));
        assert_eq!(clone.worker().join().unwrap(), ["still there"]);
    }

    fn terminate_gives_time_for_an_orderly_end(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let queued = guest.note("queued").send().unwrap();
        guest.worker().terminate(secs(50));
        assert_eq!(exit(guest.worker()), Some(Exit::Closed));
        assert_eq!(queued.wait(), Ok(1));
        assert_eq!(guest.worker().join().unwrap(), ["queued"]);
    }

    fn kill_ends_it_at_once(place) {
        let guest = Guest::on(place).spawn().unwrap();
        guest.note("one").wait().unwrap();
        guest.worker().kill();
        for _ in 0..2 {
            assert!(is_broken_off(guest.worker().join()));
        }
        assert_eq!(exit(guest.worker()), Some(Exit::Killed));
        assert!(is_refused(guest.note("late").wait()));
        assert!(is_refused(guest.note("late").tell()));
    }

    fn a_panic_ends_the_worker_and_says_where(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let gate = Gate::new();
        let hold = guest.hold(&gate).send().unwrap();
        let panics = guest.panic("a crack").send().unwrap();
        let queued = [guest.note("never").send().unwrap(), guest.note("never").send().unwrap()];
        gate.open();
        assert_eq!(hold.wait(), Ok(()));
        let report = match panics.wait() {
            Err(CallError::Panicked(report)) => report,
            other => panic!("it should have panicked: {other:?}"),
        };
        assert_eq!((report.message(), report.handler()), ("a crack", "panic"));
        assert!(report.location().contains("ends.rs:"), "{report}");
        for queued in queued {
            let error = queued.wait().unwrap_err();
            assert!(error.is_unstarted() && error.to_string().contains("a crack"), "{error}");
        }
        for _ in 0..2 {
            assert_eq!(guest.worker().join(), Err(CallError::Panicked(report.clone())));
        }
        assert_eq!(exit(guest.worker()), Some(Exit::Panicked));
        assert!(reason(guest.note("late").wait()).to_string().contains("a crack"));
    }

    fn a_panic_that_no_caller_waits_for_ends_the_worker_too(place) {
        let guest = Guest::on(place).spawn().unwrap();
        guest.panic("unheard").tell().unwrap();
        match guest.worker().join() {
            Err(CallError::Panicked(report)) => assert_eq!(report.message(), "unheard"),
            other => panic!("it should have panicked: {other:?}"),
        }
    }

    fn a_panic_need_not_be_a_text(place) {
        let guest = Guest::on(place).spawn().unwrap();
        match guest.panic_without_text().wait() {
            Err(CallError::Panicked(report)) => {
                assert!(!report.message().is_empty());
                assert_eq!(report.handler(), "panic_without_text");
            }
            other => panic!("it should have panicked: {other:?}"),
        }
    }

    fn a_worker_can_keep_on_after_a_panic(place) {
        let calm = Calm::on(place).spawn().unwrap();
        assert_eq!(calm.half(4).wait(), Ok(2));
        match calm.half(5).wait() {
            Err(CallError::Panicked(report)) => assert_eq!(report.message(), "5 is odd"),
            other => panic!("it should have panicked: {other:?}"),
        }
        calm.half(7).tell().unwrap();
        assert_eq!((calm.half(6).wait(), calm.handled().wait()), (Ok(3), Ok(4)));
        assert_eq!(calm.worker().join(), Ok(()));
        assert_eq!(calm.worker().stats().unheard_errors, 1);
    }

    /// (4) of the drain contract: whenever it is that the worker closes.
    fn each_accepted_call_has_exactly_one_outcome(place) {
        let guest = Guest::on(place).spawn().unwrap();
        thread::scope(|scope| {
            let mut senders = Vec::new();
            for _ in 0..4 {
                let guest = guest.clone();
                senders.push(scope.spawn(move || {
                    let mut handled = 0;
                    loop {
                        match guest.note("x").send() {
                            Ok(pending) => match pending.wait() {
                                Ok(_) => handled += 1,
                                refused => assert!(is_refused(refused)),
                            },
                            refused => {
                                assert!(is_refused(refused));
                                return handled;
                            }
                        }
                    }
                }));
            }
            for _ in 0..100 {
                guest.note("y").wait().unwrap();
            }
            guest.worker().close();
            let answered: usize = senders.into_iter().map(|sender| sender.join().unwrap()).sum();
            assert_eq!(guest.worker().join().unwrap().len(), answered + 100);
        });
    }
}

beside! {
    /// The deadline ends the call and not the worker.
    fn a_deadline_can_pass_while_the_handler_runs(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let gate = Gate::new();
        let error = guest.work_until(&gate).wait().unwrap_err();
        assert_eq!(error, CallError::Deadline { started: true });
        assert!(!error.is_unstarted());
        gate.open();
        assert_eq!(guest.handled().wait().unwrap(), ["worked"]);
        let gate = Gate::new();
        let mut pending = guest.work_until(&gate).deadline(secs(2)).send().unwrap();
        assert_eq!(pending.wait_timeout(secs(50)), Some(Err(CallError::Deadline { started: true })));
        gate.open();
        assert_eq!(guest.note("goes on").wait(), Ok(3));
    }

    /// The time that it lies unread behind a handler counts.
    fn a_message_that_waits_too_long_is_never_begun(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let (begun, until) = (Gate::new(), Gate::new());
        guest.begin(&begun, &until).tell().unwrap();
        gate::pass(&begun);
        guest.note("never").deadline(ms(20)).tell().unwrap();
        let unanswered = guest.note("never").deadline(ms(50)).wait();
        assert_eq!(unanswered, Err(CallError::Deadline { started: false }));
        until.open();
        assert_eq!(guest.handled().wait().unwrap(), ["begun"]);
    }

    /// (1) of the drain contract: what the grace is too short for.
    fn what_the_grace_is_too_short_for_is_told_so(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let (begun, until) = (Gate::new(), Gate::new());
        let running = guest.begin(&begun, &until).send().unwrap();
        gate::pass(&begun);
        let queued: Vec<_> = (0..5).map(|_| guest.note("never").send().unwrap()).collect();
        guest.worker().terminate(ms(20));
        assert_eq!(exit(guest.worker()), Some(Exit::Killed));
        assert!(queued.into_iter().all(|queued| is_refused(queued.wait())));
        assert!(is_broken_off(running.wait()));
        assert!(is_broken_off(guest.worker().join()));
        // A worker that is a thread is given up; it ends when its handler does.
        until.open();
    }

    fn a_caller_that_is_blocked_learns_of_the_end(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let (begun, until) = (Gate::new(), Gate::new());
        thread::scope(|scope| {
            let waits = scope.spawn(|| guest.begin(&begun, &until).wait());
            gate::pass(&begun);
            let queued = scope.spawn(|| guest.note("never").wait());
            guest.worker().kill();
            assert!(is_broken_off(waits.join().unwrap()));
            assert!(is_refused(queued.join().unwrap()));
        });
        until.open();
    }

    fn join_waits_as_long_as_the_work_takes(place) {
        let guest = Guest::on(place).spawn().unwrap();
        let (begun, until) = (Gate::new(), Gate::new());
        guest.begin(&begun, &until).tell().unwrap();
        gate::pass(&begun);
        assert_eq!(guest.worker().join_timeout(ms(20)), None);
        assert!(guest.worker().is_alive());
        until.open();
        assert_eq!(guest.worker().join().unwrap(), ["begun"]);
    }
}

/// Where the handler runs inside the wait, the wait cannot end before it; what it ends with is the
/// same.
#[test]
fn a_deadline_can_pass_inside_the_caller() {
    let _watch = coproc_tests::Watch::set();
    let guest = Guest::on(Inline).spawn().unwrap();
    let gate = Gate::new();
    let call = guest.work_until(&gate).deadline(ms(50));
    gate.open();
    assert_eq!(call.wait(), Err(CallError::Deadline { started: true }));
    assert_eq!(guest.handled().wait().unwrap(), ["worked"]);
}
