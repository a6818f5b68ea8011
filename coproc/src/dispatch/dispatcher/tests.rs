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

/// A thread with news leaves it to the thread that has locked the state.
fn noted_meanwhile(look: impl FnOnce(&Arc<Dispatcher<Resting>>)) -> bool {
    let dispatcher = dispatcher();
    let state = dispatcher.state.lock();
    dispatcher.note(News::Closed);
    assert!(!dispatcher.notes.lock().is_empty());
    drop(state);
    look(&dispatcher);
    let done = dispatcher.notes.lock().is_empty();
    drop(dispatcher.take_owners());
    done
}

#[test]
fn news_while_the_state_is_locked_are_handled() {
    assert!(noted_meanwhile(|dispatcher| Arc::clone(dispatcher).wait(1, None)));
    assert!(noted_meanwhile(|dispatcher| drop(dispatcher.controllers())));
}
