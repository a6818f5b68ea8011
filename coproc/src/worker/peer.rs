//! Who calls a worker.

/// Who calls a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peer {
    pub(crate) id: u64,
    pub(crate) pid: u32,
}

impl Peer {
    /// Tells the links of one worker from one another.
    #[must_use]
    pub fn id(self) -> u64 {
        self.id
    }

    /// The process at the other end.
    #[must_use]
    pub fn pid(self) -> u32 {
        self.pid
    }
}
