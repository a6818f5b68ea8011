use super::*;
use crate::{call::Dispatch, spawn::Thread};

/// A worker without messages.
struct Resting;

#[crate::worker]
impl Resting {
    #[init]
    fn new() -> Self {
        Self
    }
}

fn desk() -> Arc<Desk<Resting>> {
    let launch = || Resting::on(Thread).spawn().map_err(|error| error.to_string());
    let launching: Launch<Resting> = Box::new(launch);
    let launching = (launching, Starts::default());
    Desk::new(launch().unwrap(), Vec::new(), launching, Recycling::default())
}

/// Whoever notes something while the state is locked leaves it to whoever has locked it.
fn noted_meanwhile(look: impl FnOnce(&Arc<Desk<Resting>>)) -> bool {
    let desk = desk();
    let state = desk.state.lock();
    desk.note(Note::Closed);
    assert!(!desk.notes.lock().is_empty());
    drop(state);
    look(&desk);
    let done = desk.notes.lock().is_empty();
    drop(desk.take_owners());
    done
}

#[test]
fn what_is_noted_while_somebody_looks_is_dealt_with() {
    assert!(noted_meanwhile(|desk| Arc::clone(desk).wait(1, None)));
    assert!(noted_meanwhile(|desk| drop(desk.controllers())));
}
