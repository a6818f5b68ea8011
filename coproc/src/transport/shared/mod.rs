//! Memory that two processes share.

#[cfg(test)]
mod tests;

use std::{
    io,
    ops::Deref,
    os::fd::AsFd,
    ptr::{NonNull, null_mut},
    slice,
};

use rustix::{
    fs::{SealFlags, fcntl_get_seals, fstat},
    mm::{MapFlags, ProtFlags, mmap, munmap},
};

use crate::sync::AtomicU64;

/// Numbers at the beginning of a file in memory. Another process that has the file may write to
/// them at any time.
#[derive(Debug)]
pub(super) struct Words {
    at: NonNull<AtomicU64>,
    count: usize,
}

impl Words {
    /// The first `count` words of `file`, which must be so long and sealed against becoming
    /// shorter.
    pub(super) fn map(file: impl AsFd, count: usize) -> io::Result<Self> {
        let size = count * size_of::<AtomicU64>();
        let sealed = fcntl_get_seals(&file)?.contains(SealFlags::SHRINK);
        let long = u64::try_from(fstat(&file)?.st_size).is_ok_and(|length| length >= size as u64);
        if !sealed || !long || count == 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the kernel chooses where, so that no other memory of this process is replaced,
        // and the length is not 0.
        let at = unsafe { mmap(null_mut(), size, access, MapFlags::SHARED, file, 0) }?;
        let at = NonNull::new(at.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { at, count })
    }
}

impl Deref for Words {
    type Target = [AtomicU64];

    fn deref(&self) -> &[AtomicU64] {
        // SAFETY: the mapping lives as long as `self`, is that long, begins at a page and is
        // readable and writable, and the file behind it cannot become shorter. Any bytes are a
        // number. Other processes write to it; all access here is atomic, as it has to be then.
        unsafe { slice::from_raw_parts(self.at.as_ptr(), self.count) }
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        // SAFETY: this is what `map` mapped, and a borrow of it borrows `self`, so that none outlives this.
        let _ = unsafe { munmap(self.at.as_ptr().cast(), self.count * size_of::<AtomicU64>()) };
    }
}

// SAFETY: it owns its mapping, which belongs to no thread.
unsafe impl Send for Words {}

// SAFETY: all that it gives away are shared references to atomics, which are `Sync`.
unsafe impl Sync for Words {}
