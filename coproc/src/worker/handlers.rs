//! What the macro generates for a worker with handlers, and runs in its loop.

use std::time::Duration;

use super::{context::Context, peer::Peer, schedule::Schedule, worker::Worker};
use crate::codec::{Arguments, Malformed, reply::Answer};

/// The generated half of a worker: from the number of a handler to the method.
#[doc(hidden)]
#[diagnostic::on_unimplemented(message = "`{Self}` is not a worker with handlers")]
pub trait Handlers: Worker {
    /// Whether it has an `#[idle]`.
    const IDLE: bool = false;

    /// Reads the arguments of `#[init]` and runs it; the inner error is its own, written.
    ///
    /// # Errors
    ///
    /// The arguments are not what it takes.
    fn init(arguments: &mut Arguments<'_>) -> Result<Result<Self, Answer>, Malformed>;

    /// Reads the arguments of handler `number`, and runs it.
    ///
    /// # Errors
    ///
    /// There is no such handler, or the arguments are not what it takes.
    fn dispatch(
        &mut self,
        cx: &mut Context<Self>,
        number: u32,
        arguments: &mut Arguments<'_>,
    ) -> Result<Answer, Malformed>;

    /// Runs `#[close]`.
    fn close(self) -> Answer;

    /// Says when its ticks are due.
    fn schedule(&self, schedule: &mut Schedule) {
        let _ = schedule;
    }

    /// Runs tick `index`.
    fn tick(&mut self, cx: &mut Context<Self>, index: u32) {
        let _ = (cx, index);
    }

    /// Runs `#[idle]`.
    fn idle(&mut self, cx: &mut Context<Self>) -> Idle {
        let _ = cx;
        Idle::Wait
    }

    /// Runs `#[gone]`.
    fn gone(&mut self, peer: Peer) {
        let _ = peer;
    }
}

/// What `#[idle]` wants next.
///
/// ```
/// use coproc::prelude::*;
///
/// struct Index {
///     unsorted: Vec<u64>,
/// }
///
/// #[worker]
/// impl Index {
///     #[init]
///     fn new() -> Self {
///         Self { unsorted: Vec::new() }
///     }
///
///     #[message]
///     fn add(&mut self, n: u64) {
///         self.unsorted.push(n);
///     }
///
///     #[idle]
///     fn sort_one(&mut self) -> Idle {
///         match self.unsorted.pop() {
///             Some(_) => Idle::Again,
///             None => Idle::Wait,
///         }
///     }
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Nothing, until a message or a tick comes.
    Wait,
    /// To be run again at once, unless a message waits.
    Again,
    /// To be run again after this time, unless a message comes first.
    After(Duration),
}
