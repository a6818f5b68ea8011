//! Workers in this process: what a thread and a worker inside its caller have in common.

use crate::{
    link::{Connection, Endpoint, Life},
    sync::{Arc, AtomicBool, Ordering, Weak},
    transport::Doorbell,
};

/// The life of a worker that has no process of its own.
#[derive(Debug)]
pub(super) struct Here {
    connection: Weak<Connection>,
    /// The worker's end.
    far: Weak<Endpoint>,
    killed: Arc<AtomicBool>,
}

impl Here {
    /// Watches for the end of the worker at `far`, the other end of `connection`; gives whether it was
    /// killed.
    pub(super) fn watch(connection: &Arc<Connection>, far: Weak<Endpoint>) -> Arc<AtomicBool> {
        let killed = Arc::new(AtomicBool::new(false));
        let here =
            Self { connection: Arc::downgrade(connection), far, killed: Arc::clone(&killed) };
        let here = Arc::new(here);
        let on_end: Weak<dyn Doorbell> = Arc::<Self>::downgrade(&here);
        let _ = connection.life.set(here);
        connection.endpoint.state().on_end = Some(on_end);
        killed
    }

    /// Has the worker begin nothing more: what it has not begun by now counts as never begun.
    fn abort(&self) {
        if let Some(far) = self.far.upgrade() {
            far.state().inbox.abort();
        }
    }
}

impl Life for Here {
    fn kill(&self) {
        let Some(connection) = self.connection.upgrade() else { return };
        self.killed.store(true, Ordering::SeqCst);
        connection.endpoint.link().close();
        self.abort();
        if connection.endpoint.link().is_inline() {
            // A caller may be inside a handler, on this very thread. It finds the end when that returns.
            connection.endpoint.drain();
        } else {
            self.ring();
        }
    }

    #[cfg(feature = "process")]
    fn process(&self) -> std::io::Result<std::os::fd::OwnedFd> {
        super::process::this_process()
    }
}

impl Doorbell for Here {
    fn ring(&self) {
        let Some(connection) = self.connection.upgrade() else { return };
        let is_killed = self.killed.load(Ordering::SeqCst);
        if is_killed {
            // It may be another thread than the one that kills it that finds the link closed.
            self.abort();
        }
        connection.end(is_killed, |_, _| None);
    }
}
