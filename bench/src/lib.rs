//! What coproc's benchmarks measure: a worker, and its peers.
//!
//! A peer in another process is this program started again; [`peers::serve_if_asked`] makes it one.

pub mod clocks;
pub mod cores;
pub mod median;
pub mod peers;
pub mod rounds;
pub mod subject;
pub mod visitor;
pub mod watcher;
pub mod work;

/// The text of every round trip.
pub const TEXT: &str = "sixty-four bytes of text make a message that is small, but not 0";

/// The text of every one-way message.
pub const NOTE: &str = "one hundred bytes of text that nobody answers, sent as often and as fast \
                        as the other end can take..";

const _: () = assert!(TEXT.len() == 64 && NOTE.len() == 100);
