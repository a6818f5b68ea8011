//! Nothing that a peer sends makes its host panic, wait for ever or run out of memory.
//!
//! The peers here are of two kinds: a descriptor at the other end of a real link, to which a test
//! writes what no worker would, and processes that are workers and turn on their host.

mod corpus;
mod ends;
mod floods;
mod mutations;
mod processes;
mod watch;
mod wire;
