//! Workers in this process: what a thread and a worker inside its caller have in common.

use crate::{
    controller::{Life, Line},
    messenger::Loss,
    sync::{Arc, AtomicBool, Ordering, Weak},
    transport::Attend,
};

/// The life of a worker that has no process of its own.
#[derive(Debug)]
pub(super) struct Here {
    line: Weak<Line>,
    killed: AtomicBool,
}

impl Here {
    /// Has the end of the worker at the other end of `line` noticed.
    pub(super) fn watch(line: &Arc<Line>) {
        let here = Arc::new(Self { line: Arc::downgrade(line), killed: AtomicBool::new(false) });
        let on_end: Weak<dyn Attend> = Arc::<Self>::downgrade(&here);
        let _ = line.life.set(here);
        line.port.state().on_end = Some(on_end);
    }
}

impl Life for Here {
    fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        self.attend();
    }
}

impl Attend for Here {
    fn attend(&self) {
        let Some(line) = self.line.upgrade() else { return };
        let note = line.ledger.read();
        line.port.finish(|state| {
            let worker = line.name.clone();
            let lost = if self.killed.load(Ordering::SeqCst) {
                Loss::Killed { worker }
            } else {
                Loss::Gone
            };
            let loss = line.last_word(state).unwrap_or(lost);
            ((note.call != 0).then_some(note.call), loss)
        });
    }
}
