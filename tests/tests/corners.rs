//! What happens rarely, and has to come out right all the same.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context as Task, Wake, Waker},
    thread,
    time::Duration,
};

use coproc::{
    Messenger, Pending, Process, Thread,
    messenger::SendError,
    prelude::*,
    spawn::Place,
    worker::{Later, LaterAnswer},
};
use coproc_tests::{Gate, Watch, gate};

/// Holds promises.
pub struct Holder {
    promises: Vec<LaterAnswer<u64, ()>>,
}

#[worker(channels(narrow(capacity = 1), wide(capacity = 32_000)))]
impl Holder {
    #[init]
    fn new() -> Self {
        Self { promises: Vec::new() }
    }

    #[message(channel = narrow)]
    fn number(&self) -> u64 {
        self.promises.len() as u64
    }

    #[message(channel = wide)]
    fn promise(&mut self, cx: &mut Context<Self>) -> Later<u64, ()> {
        let (later, promise) = cx.later();
        self.promises.push(promise);
        later
    }

    /// Breaks all promises, and looks whether it is still wanted.
    #[message]
    fn break_all(&mut self, cx: &mut Context<Self>) -> usize {
        let broken = self.promises.drain(..).count();
        assert!(cx.check().is_ok());
        broken
    }

    #[message]
    fn stay(&self, begun: &Path, gate: &Path) {
        gate::open(begun);
        gate::pass(gate);
    }
}

/// Emits so often, by and by, and says when it has.
pub struct Emitter {
    left: u64,
    done: PathBuf,
}

#[worker(event = u64)]
impl Emitter {
    #[init]
    fn new(left: u64, done: &Path) -> Self {
        Self { left, done: done.to_owned() }
    }

    #[tick(every = Duration::ZERO, when = self.left > 0)]
    fn go_on(&mut self, cx: &mut Context<Self>) {
        cx.emit(self.left);
        self.left -= 1;
        if self.left == 0 {
            gate::open(&self.done);
        }
    }
}

/// The thread's own owner goes when the thread does.
fn owned_by_a_thread<By>(
    place: impl Place<Holder, By, Spawned = WorkerResource<Holder>> + Send + 'static,
) {
    thread_local! {
        static OWNER: RefCell<Option<WorkerResource<Holder>>> = const { RefCell::new(None) };
    }
    let ended = thread::spawn(move || {
        OWNER.with_borrow(|_| ());
        let owner = Holder::on(place).spawn().expect("a holder");
        assert_eq!(owner.number().wait(), Ok(0));
        OWNER.set(Some(owner));
    });
    ended.join().expect("the thread ends");
}

#[coproc::test]
fn an_owner_can_be_a_threads_own() {
    let _watch = Watch::set();
    owned_by_a_thread(Thread);
    owned_by_a_thread(Process::new());
}

/// Each broken promise wakes the worker, which must not take them one inside the other.
#[test]
fn many_promises_can_be_broken_at_once() {
    let _watch = Watch::set();
    let holder = Holder::on(Thread).spawn().expect("a holder");
    let calls: Vec<_> = (0..20_000).map(|_| holder.promise().send().expect("sent")).collect();
    assert_eq!(holder.number().wait(), Ok(20_000));
    assert_eq!(holder.break_all().wait(), Ok(20_000));
    assert!(calls.into_iter().all(|call| call.wait().is_err()));
}

/// Nobody has to listen, or to call, for a worker to go on.
#[coproc::test]
fn who_emits_is_not_held_up() {
    let _watch = Watch::set();
    for place in [true, false] {
        let done = Gate::new();
        let emitter = match place {
            true => Emitter::spawn(5000, &done).expect("an emitter"),
            false => Emitter::on(Thread).spawn(5000, &done).expect("an emitter"),
        };
        gate::pass(&done);
        // All that it emitted has come, or does before anything that follows.
        let kept = emitter.worker().events();
        emitter.worker().close();
        assert_eq!(kept.count() as u64 + emitter.worker().stats().missed_events, 5000);
    }
}

/// A call that waited for room was never sent, however its time ran out.
#[coproc::test]
fn a_call_that_found_no_room_was_not_started() {
    let _watch = Watch::set();
    let holder = Holder::spawn().expect("a holder");
    let (begun, gate) = (Gate::new(), Gate::new());
    let busy = holder.stay(&begun, &gate).send().expect("sent");
    gate::pass(&begun);
    let queued = holder.number().send().expect("the one that there is room for");
    thread::scope(|scope| {
        // It leads, so that the others know only what it hands to them.
        let leads = scope.spawn(|| busy.wait());
        let awaited = pollster::block_on(holder.number().deadline(ms(50)).into_future());
        assert_eq!(awaited, Err(CallError::Deadline { started: false }));
        let waited = holder.number().deadline(ms(50)).wait();
        assert_eq!(waited, Err(CallError::Deadline { started: false }));
        gate.open();
        assert_eq!(leads.join().expect("no panic"), Ok(()));
    });
    assert_eq!(queued.wait(), Ok(0));
}

/// Owns a call, as the task does that it wakes.
struct Owning(#[expect(dead_code, reason = "it is only owned")] Mutex<Option<Pending<u64>>>);

impl Wake for Owning {
    fn wake(self: Arc<Self>) {}
}

/// The last owner of a task may be the waker that a call was polled with.
#[coproc::test]
fn a_waker_can_own_another_call_of_the_same_worker() {
    let _watch = Watch::set();
    let holder = Holder::spawn().expect("a holder");
    let (begun, gate) = (Gate::new(), Gate::new());
    let busy = holder.stay(&begun, &gate).send().expect("sent");
    gate::pass(&begun);
    let owned = holder.number().send().expect("sent");
    let mut polled = pin!(busy);
    let waker = Waker::from(Arc::new(Owning(Mutex::new(Some(owned)))));
    assert!(polled.as_mut().poll(&mut Task::from_waker(&waker)).is_pending());
    drop(waker);
    assert!(polled.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_pending());
    gate.open();
    assert_eq!(pollster::block_on(polled), Ok(()));
}

/// What fills one channel of a messenger does not end what waits for another.
#[test]
fn a_full_channel_only_holds_its_sender_up() {
    #[derive(Clone, Copy, coproc::protocol::Channel)]
    enum Lane {
        Data,
        Control,
    }

    let _watch = Watch::set();
    let (left, right) = Messenger::<coproc::Bytes, coproc::Bytes, Lane>::pair();
    thread::scope(|scope| {
        let control = scope.spawn(|| right.on(Lane::Control).recv());
        // Full is what both ends are for good only when neither takes any more.
        let (mut sent, mut refused) = (0, 0);
        while refused < 1000 {
            match left.on(Lane::Data).try_send(vec![7; 1 << 20].into()) {
                Ok(()) => (sent, refused) = (sent + 1, 0),
                Err(SendError::Full(_)) => {
                    refused += usize::from(right.on(Lane::Data).queued() > 63);
                    thread::yield_now();
                }
                Err(error) => panic!("after {sent} pieces: {error}"),
            }
        }
        for _ in 0..sent {
            assert_eq!(right.on(Lane::Data).recv().expect("a piece").len(), 1 << 20);
        }
        left.on(Lane::Control).send(vec![1].into()).expect("sent");
        assert_eq!(control.join().expect("no panic").expect("it came").len(), 1);
    });
}
