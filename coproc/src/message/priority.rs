//! How urgent a message is.

/// How urgent a message is: lower is sooner, 0 unless said otherwise.
///
/// Messages of one priority are handled in the order in which they were sent.
pub type Priority = i32;
