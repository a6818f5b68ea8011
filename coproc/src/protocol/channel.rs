//! [`Channel`]: the named channels of a messenger.

/// The channels of a messenger: a fieldless enum with `#[derive(Channel)]`.
///
/// A channel has its own queue, counters and capacity; the most urgent message is taken over all
/// of them. The first variant is the default channel. `()` stands for one channel without a name.
///
/// ```
/// use coproc::prelude::*;
///
/// #[derive(Clone, Copy, Debug, PartialEq, Eq, Channel)]
/// enum Lane {
///     Data,
///     Warning,
/// }
/// assert_eq!(Lane::NAMES, ["data", "warning"]);
/// assert_eq!(Lane::from_index(1), Some(Lane::Warning));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of channels",
    label = "not a `Channel`",
    note = "write `#[derive(Clone, Copy, Channel)]` on an enum without fields, or use `()`"
)]
pub trait Channel: Copy + Send + Sync + 'static {
    /// The channels' names, by index; at least one.
    const NAMES: &'static [&'static str];

    /// The position of this channel in [`NAMES`](Self::NAMES).
    fn index(self) -> usize;

    /// The channel at this position, if there is one.
    fn from_index(index: usize) -> Option<Self>;
}

impl Channel for () {
    const NAMES: &'static [&'static str] = &["default"];

    fn index(self) -> usize {
        0
    }

    fn from_index(index: usize) -> Option<Self> {
        (index == 0).then_some(())
    }
}
