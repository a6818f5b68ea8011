use super::*;
use crate::{call::Dispatch, dispatch::Recycling, spawn::Thread};

/// A worker without messages.
struct Resting;

#[crate::worker]
impl Resting {
    #[init]
    fn new() -> Self {
        Self
    }
}

fn dispatcher() -> Arc<Dispatcher<Resting>> {
    let launch = || Resting::on(Thread).spawn().map_err(|error| error.to_string());
    let launching: Launch<Resting> = Box::new(launch);
    let launching = (launching, Starts::default());
    let policy = Policy { recycling: Recycling::default(), retries: None };
    Dispatcher::new(launch().unwrap(), Vec::new(), launching, policy)
}

/// Whoever notes something while the state is locked leaves it to whoever has locked it.
fn noted_meanwhile(look: impl FnOnce(&Arc<Dispatcher<Resting>>)) -> bool {
    let dispatcher = dispatcher();
    let state = dispatcher.state.lock();
    dispatcher.note(Note::Closed);
    assert!(!dispatcher.notes.lock().is_empty());
    drop(state);
    look(&dispatcher);
    let done = dispatcher.notes.lock().is_empty();
    drop(dispatcher.take_owners());
    done
}

#[test]
fn what_is_noted_while_somebody_looks_is_dealt_with() {
    assert!(noted_meanwhile(|dispatcher| Arc::clone(dispatcher).wait(1, None)));
    assert!(noted_meanwhile(|dispatcher| drop(dispatcher.controllers())));
}
