//! Where a worker's standard output and error go.

use std::{
    fs::File,
    io,
    os::fd::{AsFd, BorrowedFd},
    process,
};

use rustix::{io::fcntl_getfd, stdio::stdout};

use crate::sync::Arc;

/// Where a worker's standard output or error goes. It can be used any number of times.
#[derive(Clone, Debug)]
pub struct Stdio(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Inherit,
    Null,
    File(Arc<File>),
}

impl Stdio {
    /// To where this process's own goes.
    #[must_use]
    pub fn inherit() -> Self {
        Self(Kind::Inherit)
    }

    /// To nowhere.
    #[must_use]
    pub fn null() -> Self {
        Self(Kind::Null)
    }

    /// The descriptor that a worker's standard output is to be; `None`: nowhere.
    pub(super) fn output(&self) -> Option<BorrowedFd<'_>> {
        match &self.0 {
            // Who has closed their standard output has none to share.
            Kind::Inherit => fcntl_getfd(stdout()).is_ok().then(stdout),
            Kind::Null => None,
            Kind::File(file) => Some(file.as_fd()),
        }
    }

    pub(super) fn to_std(&self) -> io::Result<process::Stdio> {
        Ok(match &self.0 {
            Kind::Inherit => process::Stdio::inherit(),
            Kind::Null => process::Stdio::null(),
            Kind::File(file) => file.try_clone()?.into(),
        })
    }
}

/// To a file that is open for writing.
impl From<File> for Stdio {
    fn from(file: File) -> Self {
        Self(Kind::File(Arc::new(file)))
    }
}
