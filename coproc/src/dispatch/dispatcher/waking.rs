//! Wakers of slots.

use std::task::{Wake, Waker};

use super::{Dispatcher, DispatcherState, News};
use crate::{
    sync::{Arc, Weak},
    worker::Worker,
};

impl<W: Worker> Dispatcher<W> {
    /// A waker that notes that there may be news of the worker in this slot.
    pub(super) fn waker(self: &Arc<Self>, state: &mut DispatcherState<W>, slot: usize) -> Waker {
        while state.wakers.len() <= slot {
            let waker = SlotWaker { dispatcher: Arc::downgrade(self), slot: state.wakers.len() };
            state.wakers.push(Waker::from(Arc::new(waker)));
        }
        state.wakers[slot].clone()
    }
}

struct SlotWaker<W: Worker> {
    dispatcher: Weak<Dispatcher<W>>,
    slot: usize,
}

impl<W: Worker> Wake for SlotWaker<W> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(dispatcher) = self.dispatcher.upgrade() {
            dispatcher.note(News::Woken(self.slot));
        }
    }
}
