//! Answers that come after the handler has returned.

use std::{fmt, marker::PhantomData};

use super::{context::Context, start_parameters, worker::Worker};
use crate::{
    codec::Body,
    codec::reply::{Answer, Answered, Reply, fallible, limit_replies},
    link::Endpoint,
    protocol::{Status, Wire},
    sync::{Arc, AtomicBool, AtomicUsize, Ordering},
};

/// Returned by a handler that answers later with a `T`, or fails with an `E`; see
/// [`Context::later`].
#[must_use = "a handler that answers later returns this"]
pub struct Later<T, E> {
    answer: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Later<T, E> {
    pub(super) fn new() -> Self {
        Self { answer: PhantomData }
    }
}

impl<T, E> fmt::Debug for Later<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}

impl<T, E> Reply<T, E> {
    /// The reply of a handler that answers later.
    pub fn later(self, later: Later<T, E>) -> Answer {
        let Later { answer: PhantomData } = later;
        Answer::none()
    }
}

/// Answers a call whose handler has returned; see [`Context::later`].
///
/// Dropped without an answer, the caller gets [`Closed`](crate::CallError::Closed). A worker that
/// is asked to close waits for it.
pub struct LaterAnswer<T, E> {
    reply: Reply<T, E>,
    id: u64,
    endpoint: Arc<Endpoint>,
    owner: Arc<Endpoint>,
    open: Arc<AtomicUsize>,
    /// Whether the answer was given, for the loop that the handler returns to.
    given: Arc<AtomicBool>,
    max_message: usize,
}

impl<T: Wire, E: Wire> LaterAnswer<T, E> {
    pub(super) fn new<W: Worker>(cx: &Context<W>, id: u64, given: Arc<AtomicBool>) -> Self {
        cx.laters.fetch_add(1, Ordering::SeqCst);
        Self {
            reply: fallible::<T, E>(),
            id,
            endpoint: Arc::clone(cx.endpoint()),
            owner: Arc::clone(&cx.owner),
            open: Arc::clone(&cx.laters),
            given,
            max_message: cx.max_message,
        }
    }
}

impl LaterAnswer<(), ()> {
    /// Answers with a content that is encoded already.
    pub(crate) fn content(mut self, content: Answered) {
        self.give(content);
    }
}

impl<T, E> LaterAnswer<T, E> {
    /// Answers with a value.
    pub fn ok(self, value: T) {
        self.answer(Ok(value));
    }

    /// Answers with an error.
    pub fn err(self, error: E) {
        self.answer(Err(error));
    }

    fn answer(mut self, result: Result<T, E>) {
        let before = limit_replies(self.max_message);
        let answer = self.reply.result(result);
        limit_replies(before);
        self.give(start_parameters::content(answer));
    }

    /// Gives the answer, once.
    fn give(&mut self, content: Answered) {
        let id = std::mem::take(&mut self.id);
        if id != 0 {
            let _ = start_parameters::answer(&self.endpoint, id, content);
            self.given.store(true, Ordering::SeqCst);
        }
    }
}

impl<T, E> Drop for LaterAnswer<T, E> {
    fn drop(&mut self) {
        self.give(Answered { status: Status::Dropped, body: Body::empty() });
        self.open.fetch_sub(1, Ordering::SeqCst);
        // For nothing else does the loop wait for this.
        if self.owner.state().inbox.is_closing() {
            self.owner.link().interrupt();
        }
    }
}

impl<T, E> fmt::Debug for LaterAnswer<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaterAnswer").field("call", &self.id).finish_non_exhaustive()
    }
}

impl<W: Worker> Context<W> {
    /// For a handler that can answer only later: it returns the first, and keeps the second, which
    /// may go to another thread, to answer with. Meanwhile the worker handles other messages.
    ///
    /// ```
    /// use coproc::prelude::*;
    ///
    /// struct Files;
    ///
    /// #[worker]
    /// impl Files {
    ///     #[init]
    ///     fn new() -> Self {
    ///         Self
    ///     }
    ///
    ///     #[message]
    ///     fn size(&mut self, cx: &mut Context<Self>, path: String) -> Later<u64, String> {
    ///         let (later, answer) = cx.later();
    ///         std::thread::spawn(move || match std::fs::metadata(path) {
    ///             Ok(data) => answer.ok(data.len()),
    ///             Err(error) => answer.err(error.to_string()),
    ///         });
    ///         later
    ///     }
    /// }
    ///
    /// let files = Files::on(Thread).spawn()?;
    /// assert!(matches!(
    ///     files.size("/no/such/file".into()).wait(),
    ///     Err(CallError::Handler(_))
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn later<T: Wire, E: Wire>(&mut self) -> (Later<T, E>, LaterAnswer<T, E>) {
        let _ = self.owner.link().allow_interrupts();
        let given = Arc::<AtomicBool>::default();
        self.answered = Some(Arc::clone(&given));
        let answer = LaterAnswer::new(self, self.call, given);
        (Later::new(), answer)
    }
}
