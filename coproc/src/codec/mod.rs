//! How it is written: values as bytes, messages as frames, and the limits of both.

mod argument;
mod arguments;
pub(crate) mod attachments;
mod bincode;
mod buffer;
mod bytes;
pub(crate) mod clock;
mod draft;
mod encode_error;
mod frame;
mod guard;
mod head;
mod limits;
#[cfg(feature = "codec-postcard")]
mod postcard;
mod reader;
pub(crate) mod reply;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use argument::{
    Argument, ByRef, ByteSlice, Reference, Slice, Text, Whole, argument, by_ref, bytes, lend,
    slice, text, whole,
};
pub use arguments::Arguments;
pub use bytes::Bytes;
pub use draft::Draft;
pub use encode_error::Malformed;

pub(crate) use attachments::{Attachments, Carried};
pub(crate) use buffer::BoundedBuf;
pub(crate) use encode_error::{BadFrame, EncodeError};
pub(crate) use frame::{Body, Frame};
pub(crate) use limits::Limits;
pub(crate) use reader::FrameReader;

/// The encoding of this build, chosen by the feature `codec-postcard` for the whole program.
#[cfg(not(feature = "codec-postcard"))]
pub(crate) type Chosen = self::bincode::Bincode;

/// The encoding of this build, chosen by the feature `codec-postcard` for the whole program.
#[cfg(feature = "codec-postcard")]
pub(crate) type Chosen = self::postcard::Postcard;

/// A way to write values as bytes and to read them back.
///
/// Several values may follow one another: what [`encode`](Self::encode) appends,
/// [`decode`](Self::decode) takes off the front. What encodes also decodes, in a build of the same
/// types: whatever a decoder would refuse for its size, depth or number of elements, the encoder
/// refuses first.
pub(crate) trait Codec {
    /// Tells this encoding from every other; two processes compare it before they talk.
    const ID: u8;

    /// Appends `value` to `out`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::TooLarge`] once `out` would exceed its limit, and [`EncodeError::Refused`]
    /// for what no decoder would take: a value nested deeper than 128, more elements than bytes
    /// and 65 536, a sequence that does not know its length, a field left out by
    /// `skip_serializing_if`, and the errors of the type's own `Serialize`. `out` then holds a part
    /// of the value and is good for nothing more.
    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut BoundedBuf) -> Result<(), EncodeError>;

    /// Takes a value off the front of `input`, which may be lent to it (`&str`, `&[u8]`).
    ///
    /// `limits` are those of the whole message and run out over all of its values.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value or exceed the limits, whatever the bytes are.
    /// Where `input` then stands is not said.
    fn decode<'a, T: Deserialize<'a>>(
        input: &mut &'a [u8],
        limits: &mut Limits,
    ) -> Result<T, Malformed>;
}

/// Writes a value that is kept as bytes, at most so many.
///
/// # Errors
///
/// As [`Codec::encode`].
pub(crate) fn to_bytes<T: Serialize>(value: &T, limit: usize) -> Result<Bytes, EncodeError> {
    let mut buffer = BoundedBuf::new(limit);
    Chosen::encode(value, &mut buffer)?;
    buffer.finish().map(Bytes::from)
}

/// Reads a value that is kept as bytes.
///
/// # Errors
///
/// As [`Codec::decode`].
pub(crate) fn from_bytes<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, Malformed> {
    let mut limits = Limits::of(bytes.len());
    Chosen::decode(&mut bytes, &mut limits)
}
