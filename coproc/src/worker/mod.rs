//! Workers: what runs in one, and what its handlers are given.

mod context;
pub(crate) mod function;
mod later;
mod link;
pub(crate) mod panics;
pub(crate) mod recipe;
pub(crate) mod registry;
pub(crate) mod schedule;
pub(crate) mod serve;
pub(crate) mod start_parameters;

use std::{fmt, time::Duration};

use crate::{
    call::Controller,
    codec::reply::{Answer, Reply},
    codec::{Arguments, Malformed},
    protocol::Plan,
    transport::Drive,
};

pub use context::{Context, Peer};
pub(crate) use function::Function;
pub use function::FunctionController;
pub use later::{Later, LaterAnswer};
pub(crate) use recipe::Recipe;
pub use recipe::{FirstArgument, PoolFunction, With};
pub use registry::Registered;
pub(crate) use schedule::Schedule;
pub(crate) use start_parameters::{Ended, StartParameters, content, panicked};

/// A type that can run in a process of its own: what `#[worker]` implements.
///
/// It is not meant to be implemented by hand; generic code names it as a bound.
///
/// ```
/// use coproc::{Thread, Worker, prelude::*};
///
/// fn close_all<W: Worker>(workers: Vec<coproc::spawn::WorkerResource<W>>) {
///     for worker in &workers {
///         coproc::spawn::owner(worker).close();
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a worker",
    label = "not a `Worker`",
    note = "write `#[worker]` on its `impl` block"
)]
pub trait Worker: Sized + 'static {
    /// What calls it.
    type Controller: Controller<Self>;
    /// The error of its `#[init]`.
    type InitError: 'static;
    /// The value of its `#[close]`.
    type Output: 'static;
    /// The error of its `#[close]`.
    type OutputError: 'static;
    /// What it can [emit](Context::emit).
    type Event: 'static;
    /// What runs it, step by step.
    type Engine: Engine;

    /// What is known of it before any of it runs.
    const PLAN: Plan;

    /// Reads its arguments and starts it.
    ///
    /// # Errors
    ///
    /// How it ended, if it did at once.
    fn start(
        parameters: StartParameters<Self>,
        arguments: Arguments<'_>,
    ) -> Result<Self::Engine, Ended>;

    /// How the outcome of `#[init]` travels.
    fn started() -> Reply<(), Self::InitError>;

    /// Writes what an error of `#[init]` says, as far as its type has words.
    ///
    /// # Errors
    ///
    /// As writing.
    #[doc(hidden)]
    fn say_init_error(error: &Self::InitError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = error;
        f.write_str("`#[init]` returned an error")
    }

    /// How the outcome of `#[close]` travels.
    fn output() -> Reply<Self::Output, Self::OutputError>;

    /// How its events travel.
    fn event() -> Reply<Self::Event>;
}

/// Runs a worker that has started.
#[doc(hidden)]
#[expect(private_bounds, reason = "steps are this crate's own")]
pub trait Engine: Drive {
    /// Runs it to its end.
    fn run(self) -> Ended;
}

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
