//! The seam of the two encodings.

use serde::{Deserialize, Serialize};

use super::{
    bounded_buf::BoundedBuf,
    encode_error::{EncodeError, Malformed},
    message_limits::MessageLimits,
};

/// A way to write values as bytes and to read them back.
///
/// Several values may follow one another: [`encode`](Self::encode) appends a value, and
/// [`decode`](Self::decode) takes one off the front. What encodes also decodes in a build with the
/// same types: the encoder refuses whatever a decoder would refuse for its size, its depth or its
/// number of elements.
pub(crate) trait Encoding {
    /// Distinguishes the encodings. Two processes compare it before they exchange values.
    const ID: u8;

    /// Appends `value` to `out`. `limits` are those of a message as long as `out` may become, and
    /// are shared by all of its values.
    ///
    /// # Errors
    ///
    /// [`EncodeError::TooLarge`] once `out` would exceed its limit, and [`EncodeError::Refused`]
    /// for what no decoder would accept: a value nested deeper than 128, more elements than bytes
    /// and 65 536, a sequence that does not know its length, a field left out by
    /// `skip_serializing_if`, and the errors of the type's own `Serialize`. `out` then holds a part
    /// of the value and cannot be used any more.
    fn encode<T: Serialize + ?Sized>(
        value: &T,
        out: &mut BoundedBuf,
        limits: &MessageLimits,
    ) -> Result<(), EncodeError>;

    /// Takes a value off the front of `input`. The value may borrow from it (`&str`, `&[u8]`).
    /// `limits` are those of the whole message, and are shared by all of its values.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value or exceed the limits. The position of `input` is
    /// then unspecified.
    fn decode<'a, T: Deserialize<'a>>(
        input: &mut &'a [u8],
        limits: &MessageLimits,
    ) -> Result<T, Malformed>;
}
