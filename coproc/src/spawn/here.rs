//! Workers in this process: what a thread and a worker inside its caller have in common.

use crate::{
    link::{Life, Line},
    link::{Loss, Port, inbox::Event},
    sync::{Arc, AtomicBool, Ordering, Weak},
    transport::{Attend, Transport},
};

/// The life of a worker that has no process of its own.
#[derive(Debug)]
pub(super) struct Here {
    line: Weak<Line>,
    /// The worker's end.
    far: Weak<Port>,
    killed: Arc<AtomicBool>,
}

impl Here {
    /// Has the end of the worker that sits at `far`, the other end of `line`, noticed; gives what
    /// tells whether it was killed.
    pub(super) fn watch(line: &Arc<Line>, far: Weak<Port>) -> Arc<AtomicBool> {
        let killed = Arc::new(AtomicBool::new(false));
        let here = Self { line: Arc::downgrade(line), far, killed: Arc::clone(&killed) };
        let here = Arc::new(here);
        let on_end: Weak<dyn Attend> = Arc::<Self>::downgrade(&here);
        let _ = line.life.set(here);
        line.port.state().on_end = Some(on_end);
        killed
    }
}

impl Life for Here {
    fn kill(&self) {
        let Some(line) = self.line.upgrade() else { return };
        self.killed.store(true, Ordering::SeqCst);
        line.port.link().close();
        if let Some(far) = self.far.upgrade() {
            // What is about to be told that it was not begun never is.
            far.intake(Event::Abort);
        }
        if line.port.link().is_inline() {
            // Whoever waits may be inside a handler, on this very thread. They come upon the end
            // when it returns.
            line.port.drain();
        } else {
            self.attend();
        }
    }

    #[cfg(feature = "process")]
    fn process(&self) -> std::io::Result<std::os::fd::OwnedFd> {
        super::remote::this_process()
    }
}

impl Attend for Here {
    fn attend(&self) {
        let Some(line) = self.line.upgrade() else { return };
        line.port.finish(|state| {
            let note = line.ledger.read();
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
