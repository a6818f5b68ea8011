//! How starting a worker can fail.

use std::{convert::Infallible, fmt, io};

use super::{CrashReport, PanicReport};

/// Why a worker did not start. Nothing of it is left behind.
///
/// `E` is the error type of `#[init]`; of an `#[init]` that cannot fail it is [`Infallible`].
#[non_exhaustive]
pub enum SpawnError<E = Infallible> {
    /// `#[init]` returned this error.
    Init(E),
    /// `#[init]` panicked.
    InitPanicked(PanicReport),
    /// The process died before `#[init]` was done.
    InitCrashed(CrashReport),
    /// `#[init]` was not done within the place's `init_timeout`; the process is killed.
    InitTimeout,
    /// The operating system refused a process, a descriptor or a thread.
    Os(io::Error),
    /// The process that answered is not this program, or speaks another version or codec.
    Incompatible(String),
    /// The program is not prepared to start workers: `main` has no `#[coproc::main]` and does not
    /// begin with [`coproc::init()`](crate::init()), or a test has `#[test]` instead of
    /// `#[coproc::test]`.
    NotInitialized,
    /// No worker of this name is linked into this program. The linker leaves out a crate that the
    /// program does not mention; `use that_crate as _;` mentions it.
    Unknown(String),
    /// The arguments are larger than the place's `max_message`, in bytes.
    TooLarge {
        /// Their size, or the size they had reached when encoding stopped.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The arguments, or the error of `#[init]`, could not be encoded.
    Encode(String),
    /// Workers start workers more than 16 deep.
    Nested,
}

impl<E> SpawnError<E> {
    /// The text of the error; `init` writes what `#[init]` returned, which may have no `Display`.
    pub(crate) fn text(&self, init: fn(&E, &mut fmt::Formatter<'_>) -> fmt::Result) -> String {
        struct Text<'a, E>(&'a SpawnError<E>, fn(&E, &mut fmt::Formatter<'_>) -> fmt::Result);
        impl<E> fmt::Display for Text<'_, E> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, self.1)
            }
        }
        Text(self, init).to_string()
    }

    fn write(
        &self,
        f: &mut fmt::Formatter<'_>,
        init: impl FnOnce(&E, &mut fmt::Formatter<'_>) -> fmt::Result,
    ) -> fmt::Result {
        match self {
            SpawnError::Init(error) => init(error, f),
            SpawnError::InitPanicked(report) => fmt::Display::fmt(report, f),
            SpawnError::InitCrashed(report) => fmt::Display::fmt(report, f),
            SpawnError::InitTimeout => f.write_str(
                "`#[init]` was not done within its time limit; raise it with `.init_timeout(…)`",
            ),
            SpawnError::Os(error) => write!(f, "cannot start the worker: {error}"),
            SpawnError::Incompatible(text) => write!(f, "cannot speak to the worker: {text}"),
            SpawnError::NotInitialized => f.write_str(
                "this program is not prepared to start workers: put `#[coproc::main]` on `main` \
                 (or `coproc::init();` as its first statement), and `#[coproc::test]` on tests",
            ),
            SpawnError::Unknown(name) => write!(
                f,
                "worker `{name}` is not linked into this program; if it is declared in a crate \
                 that is mentioned nowhere, add `use that_crate as _;`"
            ),
            SpawnError::TooLarge { size, limit } => write!(
                f,
                "arguments of {size} bytes or more are over the limit of {limit}; raise it with \
                 `.max_message(…)` on the place"
            ),
            SpawnError::Encode(text) => write!(f, "cannot encode: {text}"),
            SpawnError::Nested => {
                f.write_str("workers start workers more than 16 deep; is one starting itself?")
            }
        }
    }
}

/// A `main` that returns the error and `unwrap` show this form, so it has the whole text.
impl<E: fmt::Debug> fmt::Debug for SpawnError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            SpawnError::Init(error) => return f.debug_tuple("Init").field(error).finish(),
            SpawnError::InitPanicked(_) => "InitPanicked",
            SpawnError::InitCrashed(_) => "InitCrashed",
            SpawnError::InitTimeout => "InitTimeout",
            SpawnError::Os(_) => "Os",
            SpawnError::Incompatible(_) => "Incompatible",
            SpawnError::NotInitialized => "NotInitialized",
            SpawnError::Unknown(_) => "Unknown",
            SpawnError::TooLarge { .. } => "TooLarge",
            SpawnError::Encode(_) => "Encode",
            SpawnError::Nested => "Nested",
        };
        write!(f, "{name}: ")?;
        self.write(f, fmt::Debug::fmt)
    }
}

impl<E: fmt::Display> fmt::Display for SpawnError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, |error, f| error.fmt(f))
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for SpawnError<E> {}
