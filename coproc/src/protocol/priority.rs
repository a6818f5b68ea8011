//! [`Priority`].

/// The priority of a message: lower is sooner, and the default is 0.
///
/// Messages of one priority are handled in the order in which they were sent.
///
/// A message to another process overtakes the messages that wait in the worker and at the sender, but not
/// the few hundred messages in the kernel, which the worker receives before it begins the next message.
pub type Priority = i32;
