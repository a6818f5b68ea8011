//! What `#[worker]` generates for calling a worker.

use super::Link;
use crate::{error::CallError, protocol::Channel};

/// What `#[worker]` generates for calling a worker: one method for each of its handlers.
///
/// A controller does not own its worker: cloning it and dropping it changes nothing about the
/// worker's life. It can be used from any number of threads at once.
///
/// It is also a value that messages can hold: as an argument, an `#[init]` value, a reply or a field
/// of any of these. Whoever receives it talks to the worker directly, from its own process. It can
/// be serialized only as part of a message; at most 84 go into one. Where its worker runs
/// [inside its callers](crate::Inline), it cannot leave the process.
///
/// ```
/// use coproc::{Thread, prelude::*};
///
/// # struct Log { lines: Vec<String> }
/// #[worker]
/// impl Log {
///     #[init]
///     fn new() -> Self {
///         Self { lines: Vec::new() }
///     }
///
///     #[message]
///     fn write(&mut self, connection: &str) -> usize {
///         self.lines.push(connection.to_owned());
///         self.lines.len()
///     }
/// }
///
/// struct Task {
///     log: LogController,
/// }
///
/// #[worker]
/// impl Task {
///     #[init]
///     fn new(log: LogController) -> Self {
///         Self { log }
///     }
///
///     #[message]
///     fn run(&self) -> coproc::Result<usize> {
///         Ok(self.log.write("running").wait()?)
///     }
/// }
///
/// let log = Log::on(Thread).spawn()?;
/// let task = Task::on(Thread).spawn((*log).clone())?;
/// assert_eq!(task.run().wait()?, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The worker that it calls is a parameter and not an associated type, because a controller may be
/// visible where its worker is private, and an associated type may not.
pub trait Controller<W>: Clone + Send + Sync + Sized + 'static {
    /// The worker's messages as values.
    type Message;
    /// The worker's channels.
    type Channel: Channel;

    /// A controller for the worker at the other end of `link`.
    fn from_link(link: Link<W>) -> Self;

    /// The link that its calls go through.
    fn link(&self) -> &Link<W>;

    /// Sends a message that is a value, without asking for a reply.
    ///
    /// # Errors
    ///
    /// As [`Call::tell`](super::Call::tell).
    fn post(&self, message: Self::Message) -> Result<(), CallError>;
}
