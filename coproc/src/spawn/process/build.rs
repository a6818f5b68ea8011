//! Which program this is.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    os::unix::fs::MetadataExt,
};

/// The version of the protocol between the two processes.
pub(super) const PROTOCOL: u32 = 1;

/// This process's executable by its inode, so that it is found also when its path has changed.
pub(super) const EXECUTABLE: &str = "/proc/self/exe";

/// The variable that tells a program that it was started as a worker. It holds no secret: without
/// the socket and what comes over it, nothing follows from it.
pub(super) const VARIABLE: &str = "COPROC_WORKER";

/// Tells this executable from every other, also from a later one at the same path.
pub(super) fn id() -> io::Result<u64> {
    let metadata = fs::metadata(EXECUTABLE)?;
    let mut hasher = DefaultHasher::new();
    (metadata.dev(), metadata.ino(), metadata.size()).hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    Ok(hasher.finish())
}
