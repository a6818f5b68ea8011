//! What the tests of several promises need: a watch against hangs, gates at which a test and a
//! worker meet, whichever process that is in, and a census of what a process has.

pub mod abroad;
pub mod census;
pub mod gate;
mod watch;

pub use census::Census;
pub use gate::Gate;
pub use watch::Watch;
