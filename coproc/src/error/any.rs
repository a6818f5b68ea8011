//! An error for handlers that declare no error type.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Any error, as text with its causes, in a form that travels between processes.
///
/// `?` converts every [`std::error::Error`] into it, so a handler that returns
/// [`coproc::Result<T>`](crate::Result) can call fallible code without declaring an error type.
/// What arrives at the caller is the text of the error and of each of its sources, not the value.
///
/// It converts into `Box<dyn std::error::Error + Send + Sync>` and is not itself a
/// `std::error::Error`: as in the crate `anyhow`, the conversion by `?` excludes that.
///
/// ```
/// fn port(text: &str) -> coproc::Result<u16> {
///     Ok(text.parse()?)
/// }
/// assert_eq!(port("eighty").unwrap_err().to_string(), "invalid digit found in string");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    message: String,
    causes: Vec<String>,
}

/// A `Result` whose error is [`coproc::Error`](Error) unless another is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with this text.
    #[must_use]
    pub fn msg(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), causes: Vec::new() }
    }

    /// The same error behind a text that says what was being done.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display) -> Self {
        self.causes.insert(0, std::mem::replace(&mut self.message, doing.to_string()));
        self
    }

    /// The texts of the errors that led to this one, nearest first.
    pub fn causes(&self) -> impl Iterator<Item = &str> {
        self.causes.iter().map(String::as_str)
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let causes = std::iter::successors(error.source(), |cause| cause.source())
            .map(ToString::to_string)
            .collect();
        Self { message: error.to_string(), causes }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if f.alternate() {
            self.causes.iter().try_for_each(|cause| write!(f, ": {cause}"))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

/// An [`Error`] as a `std::error::Error`: its text, and its next cause as the source.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Boxed {
    message: String,
    source: Option<Box<Boxed>>,
}

impl From<Error> for Boxed {
    fn from(error: Error) -> Self {
        let source = error
            .causes
            .into_iter()
            .rev()
            .fold(None, |source, message| Some(Box::new(Boxed { message, source })));
        Boxed { message: error.message, source }
    }
}

impl From<Error> for Box<dyn std::error::Error + Send + Sync> {
    fn from(error: Error) -> Self {
        Box::new(Boxed::from(error))
    }
}

impl From<Error> for Box<dyn std::error::Error> {
    fn from(error: Error) -> Self {
        Box::new(Boxed::from(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_causes_in_order() {
        let inner = Error::msg("no such device").context("cannot open camera").context("start");
        assert_eq!(inner.to_string(), "start");
        assert_eq!(format!("{inner:#}"), "start: cannot open camera: no such device");
        let boxed: Box<dyn std::error::Error> = inner.clone().into();
        assert_eq!(Error::from(Boxed::from(inner)).causes().count(), 2);
        assert_eq!(boxed.source().unwrap().to_string(), "cannot open camera");
    }
}
