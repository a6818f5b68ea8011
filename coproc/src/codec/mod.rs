//! Values as bytes, messages as frames, and the limits of both.

mod argument;
mod arguments;
pub(crate) mod attachments;
mod bincode;
mod bounded_buf;
mod bytes;
pub(crate) mod clock;
mod draft;
mod encode_error;
mod encoding;
mod frame;
mod head;
mod limited;
mod message_limits;
#[cfg(feature = "codec-postcard")]
mod postcard;
mod reader;
pub(crate) mod reply;
#[cfg(test)]
mod tests;

pub use argument::{Argument, ByRef, Whole, argument, by_ref, bytes, lend, slice, text, whole};
pub use arguments::Arguments;
pub use bytes::Bytes;
pub use draft::Draft;
pub use encode_error::Malformed;

pub(crate) use arguments::from_bytes;
pub(crate) use attachments::Attachments;
pub(crate) use draft::to_bytes;
pub(crate) use encode_error::{BadFrame, EncodeError};
pub(crate) use encoding::Encoding;
pub(crate) use frame::{Body, Frame};
pub(crate) use reader::FrameReader;

// The encoding of this build, for the whole program.
#[cfg(not(feature = "codec-postcard"))]
pub(crate) use bincode::Bincode as Chosen;
#[cfg(feature = "codec-postcard")]
pub(crate) use postcard::Postcard as Chosen;
