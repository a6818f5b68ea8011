//! [`Controller`]: the trait of the types that `#[worker]` generates for calling a worker.

use super::Link;
use crate::{error::CallError, protocol::Channel};

/// The handle that `#[worker]` generates for calling a worker, with a method for each message.
///
/// A controller does not own its worker: the worker lives on when controllers are dropped. It can be used
/// from any number of threads at once.
///
/// A controller can be part of a message: an argument, an `#[init]` argument, a reply or a field of any of
/// these. The process that receives it calls the worker directly. It can be serialized only as part of a
/// message; a message holds at most 84. A controller of an [`Inline`](crate::Inline) worker cannot
/// leave the process.
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
/// The worker is a type parameter and not an associated type, since a controller may be public while its
/// worker is private.
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
