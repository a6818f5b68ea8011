//! How urgent a message is.

/// How urgent a message is: lower is sooner, 0 unless said otherwise.
///
/// Messages of one priority are handled in the order in which they were sent.
///
/// To a worker in another process, a message overtakes what waits in the worker and what waits at
/// its sender, but not the few hundred messages on the way between the two, in the kernel. The
/// worker takes those in before it begins the next message.
pub type Priority = i32;
