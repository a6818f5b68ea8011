//! Bytes that go to another process as a descriptor: a sealed file in memory, which no process can change.

use std::{
    fs::File,
    io::{self, Write},
    os::{fd::OwnedFd, unix::fs::FileExt},
};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fstat, memfd_create};

/// The size of what the kernel counts memory in, in bytes.
const BLOCK: u64 = 512;

/// A file that is still empty.
pub(crate) struct Sealed(File);

impl Sealed {
    pub(crate) fn new() -> io::Result<Self> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        Ok(Self(memfd_create("coproc-end", flags)?.into()))
    }

    /// The file with these bytes.
    pub(crate) fn with(mut self, bytes: &[u8]) -> io::Result<OwnedFd> {
        self.0.write_all(bytes)?;
        fcntl_add_seals(&self.0, seals() | SealFlags::SEAL)?;
        Ok(self.0.into())
    }

    /// What another process has written, `most` bytes at most.
    pub(crate) fn read(file: OwnedFd, most: usize) -> io::Result<Vec<u8>> {
        let (kept, stat) = (fcntl_get_seals(&file)?, fstat(&file)?);
        let size = u64::try_from(stat.st_size).unwrap_or(u64::MAX);
        // A file of holes costs its sender nothing, and this process the memory.
        let held = u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(BLOCK);
        let length = usize::try_from(size).ok().filter(|length| *length <= most);
        match length {
            Some(length) if kept.contains(seals()) && held >= size => {
                let mut bytes = vec![0; length];
                File::from(file).read_exact_at(&mut bytes, 0)?;
                Ok(bytes)
            }
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }
}

fn seals() -> SealFlags {
    SealFlags::GROW | SealFlags::SHRINK | SealFlags::WRITE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> File {
        Sealed::new().unwrap().0
    }

    #[test]
    fn what_was_written_is_read() {
        let sealed = Sealed::new().unwrap().with(b"bytes").unwrap();
        assert_eq!(Sealed::read(sealed, 5).unwrap(), b"bytes");
        let empty = Sealed::new().unwrap().with(b"").unwrap();
        assert_eq!(Sealed::read(empty, 5).unwrap(), b"");
    }

    #[test]
    fn what_is_too_long_or_may_change_is_refused() {
        let long = Sealed::new().unwrap().with(b"bytes").unwrap();
        assert!(Sealed::read(long, 4).is_err());
        let mut open = file();
        open.write_all(b"bytes").unwrap();
        assert!(Sealed::read(open.into(), 5).is_err());
        let elsewhere = File::open("/proc/self/status").unwrap();
        assert!(Sealed::read(elsewhere.into(), 1 << 20).is_err());
    }

    /// It would take memory that its sender has not given.
    #[test]
    fn a_file_of_holes_is_refused() {
        let holes = file();
        holes.set_len(1 << 20).unwrap();
        fcntl_add_seals(&holes, seals()).unwrap();
        assert!(Sealed::read(holes.into(), 1 << 20).is_err());
    }
}
