use rustix::fs::{MemfdFlags, fcntl_add_seals, ftruncate, memfd_create};

use super::*;
use crate::sync::Ordering;

fn file(length: u64, seals: SealFlags) -> std::os::fd::OwnedFd {
    let file = memfd_create("words", MemfdFlags::ALLOW_SEALING).unwrap();
    ftruncate(&file, length).unwrap();
    fcntl_add_seals(&file, seals).unwrap();
    file
}

#[test]
fn two_mappings_show_the_same() {
    let file = file(64, SealFlags::SHRINK);
    let (one, other) = (Words::map(&file, 8).unwrap(), Words::map(&file, 8).unwrap());
    one[7].store(7, Ordering::Relaxed);
    assert_eq!(other[7].load(Ordering::Relaxed), 7);
    assert_eq!(other.len(), 8);
}

/// Touching memory behind the end of its file kills the process.
#[test]
fn a_file_that_is_or_may_become_too_short_is_refused() {
    assert!(Words::map(file(63, SealFlags::SHRINK), 8).is_err());
    assert!(Words::map(file(64, SealFlags::GROW), 8).is_err());
    assert!(Words::map(file(64, SealFlags::SHRINK), 0).is_err());
}
