//! The procedural macros of [coproc](https://docs.rs/coproc), which re-exports all of them.
//!
//! | macro | on | generates |
//! | --- | --- | --- |
//! | [`#[worker]`](macro@worker) | an `impl` block, a function | the message enum, the controller, the dispatch |
//! | [`#[message]`](macro@message) | a struct or an enum | the priority and channel of a message sent by hand |
//! | [`#[derive(Channel)]`](macro@Channel) | an enum without fields | a set of channels |
//! | [`#[main]`](macro@main), [`#[test]`](macro@test) | a function | the entry of a program or test that starts workers |
//!
//! `COPROC_EXPAND=Name cargo build` prints the code that `#[worker]` generates for `Name`.

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing
)]
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

mod pipeline;

mod parse;
mod validate;

mod model;

mod expand;

mod diagnostics;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes a worker of a struct, an enum or a function.
///
/// On an `impl` block, the methods marked `#[message]` become the messages of a worker that lives
/// in a process of its own:
///
/// ```
/// use coproc::prelude::*;
///
/// pub struct Counter {
///     n: u64,
/// }
///
/// #[worker(channels(control(capacity = 16)))]
/// impl Counter {
///     /// Runs inside the worker. Its arguments become those of `Counter::spawn`.
///     #[init]
///     fn new(n: u64) -> Self {
///         Self { n }
///     }
///
///     #[message]
///     fn add(&mut self, n: u64) -> u64 {
///         self.n += n;
///         self.n
///     }
///
///     #[message(channel = control, priority = -20)]
///     fn set(&mut self, text: &str) -> coproc::Result<()> {
///         self.n = text.parse()?;
///         Ok(())
///     }
///
///     /// The last thing the worker does; `join` gives what it returns.
///     #[close]
///     fn finish(self) -> u64 {
///         self.n
///     }
/// }
///
/// #[coproc::main]
/// fn main() -> coproc::Result<()> {
///     let counter = Counter::spawn(3)?;
///     assert_eq!(counter.add(4).wait()?, 7);
///     assert_eq!(counter.worker().join()?, 7);
///     Ok(())
/// }
/// ```
///
/// This writes `CounterController` with one method for each message, the enum `CounterMessage`, the
/// enum `CounterChannel` because channels are declared, and `Counter::spawn` and `Counter::on`. They
/// are `pub`, or have the visibility that stands first in the attribute: `#[worker(pub(crate))]`. The
/// block keeps all its functions, without coproc's attributes. Functions without such an attribute are
/// not messages.
///
/// # Options
///
/// | option | meaning |
/// | --- | --- |
/// | `channels(control(capacity = 16, overflow = reject), data)` | the channels beside the default one; if a channel is full, the sender waits, or with `overflow = reject` gets an error |
/// | `name = "printer"` | the worker's stable name; its path if absent |
/// | `aging = "100ms"` | a waiting message becomes one step more urgent per interval |
/// | `event = Progress` | the type of the events that `cx.emit` sends and `worker().events()` yields |
/// | `on_panic = keep` | a handler that panics does not end the worker |
/// | `crate = path` | the library under another name |
///
/// # Attributes inside the block
///
/// | attribute | on | meaning |
/// | --- | --- | --- |
/// | `#[init]` | `fn(…) -> Self` or `-> Result<Self, E>` | makes the worker, in its process; without it, the worker's value is sent, which has to be serde |
/// | `#[message]` | `fn(&self, …)`, `fn(&mut self, …)` | one message; see below |
/// | `#[tick(every = EXPR, when = EXPR)]` | `fn(&mut self)` | runs between messages; both expressions are over `self`, and evaluated again after every message and tick |
/// | `#[idle]` | `fn(&mut self) -> Idle` | runs when no message waits |
/// | `#[gone]` | `fn(&mut self, peer: Peer)` | a caller closed its link, or died |
/// | `#[close]` | `fn(self) -> T` or `-> Result<T, E>` | runs when the worker closes; `join` returns its value |
///
/// Options of `#[message]`:
///
/// | option | meaning |
/// | --- | --- |
/// | `priority = EXPR` | an `i32`, lower is sooner; evaluated at the caller, where it may borrow the arguments; `Self` is the worker |
/// | `channel = control` | one of the worker's channels |
/// | `oneway` | there is no reply |
/// | `deadline = "2s"` | the default deadline of a call; a call that inherits an earlier deadline has that; the units are ns, us, ms, s, m and h |
/// | `idempotent` | the handler may be run again after a crash |
///
/// # Arguments and replies
///
/// Arguments are serde types by value, or `&str`, `&[u8]`, `&[T]`, `&Path`, `&T` and the same in an
/// `Option`: the controller's method takes the same reference and encodes from it. The
/// first argument of a message, a tick or an idle function may be `cx: &mut Context<Self>`.
///
/// Replies are serde types. A type called `Result` is split into the value and the handler's own
/// error. A handler that replies later returns `Later<T, E>`.
///
/// `#[cfg]`, documentation, `#[deprecated]` and `#[must_use]` on a message hold for the controller's
/// method too.
///
/// # Generic workers
///
/// A worker can be generic. Each instance that is spawned in a process has to be listed once with
/// `coproc::register!(Cache<String, u64>);`. Types in messages need the bound `Wire`. All type
/// parameters are `'static`, whether that is written or not.
///
/// # Functions
///
/// On a function, the macro generates a type that runs the function once as a worker. The function stays
/// as it is. The options are `name` and `crate`.
///
/// ```
/// use coproc::prelude::*;
///
/// #[worker]
/// fn square(n: u64) -> u64 {
///     n * n
/// }
///
/// #[worker]
/// fn echo(messenger: Messenger<String, String>) -> coproc::Result<()> {
///     while let Ok(text) = messenger.recv() {
///         messenger.reply(text)?;
///     }
///     Ok(())
/// }
///
/// #[coproc::main]
/// fn main() -> coproc::Result<()> {
///     assert_eq!(Square::spawn(7)?.worker().join()?, 49);
///     let echo = Echo::spawn()?;
///     echo.messenger().send_request("hello".to_owned())?;
///     assert_eq!(echo.messenger().recv()?, "hello");
///     Ok(())
/// }
/// ```
///
/// # The expansion
///
/// `COPROC_EXPAND=Counter cargo build` prints the code that is generated for `Counter`.
#[proc_macro_attribute]
pub fn worker(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::worker(options.into(), item.into()).into()
}

/// Gives a message type a priority and a channel of its own, for messengers by hand.
///
/// The priority is an `i32` expression over `self`, lower is sooner; the channel is a variant of the
/// messenger's channels. Without them it is 0 and the first variant.
///
/// ```
/// use coproc::{Messenger, prelude::*};
///
/// #[derive(Clone, Copy, coproc::protocol::Channel)]
/// enum Lane {
///     Data,
///     Warning,
/// }
///
/// #[message(priority = -self.level, channel = Lane::Warning)]
/// #[derive(Debug, Serialize, Deserialize)]
/// struct Alarm {
///     level: i32,
/// }
///
/// let (left, right) = Messenger::<Alarm, Alarm, Lane>::pair();
/// left.send(Alarm { level: 7 })?;
/// assert_eq!(right.on(Lane::Warning).recv_message()?.priority, -7);
/// # let _ = Lane::Data;
/// # Ok::<(), coproc::Error>(())
/// ```
///
/// Inside [`#[worker]`](macro@worker), it marks the methods that are messages, with other options.
#[proc_macro_attribute]
pub fn message(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::message(options.into(), item.into()).into()
}

/// Makes the variants of an enum the channels of a messenger.
///
/// The first variant is the default channel. The enum has to be `Clone` and `Copy`, and its variants
/// have no fields. `#[channel(crate = path)]` names the library if it has another name.
///
/// ```
/// use coproc::protocol::Channel;
///
/// #[derive(Clone, Copy, Channel)]
/// enum Lane {
///     Data,
///     HighPriority,
/// }
///
/// assert_eq!(Lane::NAMES, ["data", "high_priority"]);
/// assert_eq!(Lane::HighPriority.index(), 1);
/// # let _ = Lane::Data;
/// ```
#[proc_macro_derive(Channel, attributes(channel))]
pub fn channel(item: TokenStream) -> TokenStream {
    pipeline::channel(item.into()).into()
}

/// Turns a child process into its worker before the first line of `main` runs.
///
/// It is the same as `coproc::init();` in the first line.
///
/// ```
/// #[coproc::main]
/// fn main() -> Result<(), std::num::ParseIntError> {
///     assert_eq!("7".parse::<u8>()?, 7);
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn main(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::main(options.into(), item.into()).into()
}

/// Replaces `#[test]` on tests that start workers in processes of their own.
///
/// It can be combined with the other attributes of tests: `#[should_panic]`, `#[ignore]`, `#[cfg]`.
///
/// ```
/// #[coproc::test]
/// fn reads_numbers() -> Result<(), std::num::ParseIntError> {
///     assert_eq!("7".parse::<u8>()?, 7);
///     Ok(())
/// }
/// # fn main() {}
/// ```
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::test(options.into(), item.into()).into()
}
