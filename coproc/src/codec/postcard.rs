//! postcard 1: integers of variable width, with a written specification.

use std::fmt;

use postcard::{Deserializer, Error, Serializer, ser_flavors::Flavor};
use serde::{Deserialize, Serialize};

use super::{
    attachments,
    bincode::Bincode,
    bounded_buf::{BoundedBuf, Full},
    encode_error::{EncodeError, Malformed},
    encoding::Encoding,
    limited,
    message_limits::MessageLimits,
};

/// The encoding of programs that are built with the feature `codec-postcard`.
#[derive(Debug)]
pub(crate) enum Postcard {}

impl Encoding for Postcard {
    const ID: u8 = 2;

    fn encode<T: Serialize + ?Sized>(
        value: &T,
        out: &mut BoundedBuf,
        limits: &MessageLimits,
    ) -> Result<(), EncodeError> {
        let mut serializer = Serializer { output: Sink(&mut *out) };
        let written = limited::serialize(value, &mut serializer, limits);
        out.end(written.map_err(|error| match error {
            Error::SerdeSerCustom => limits.reason(Explained(value)),
            other => limits.reason(other),
        }))
    }

    fn decode<'a, T: Deserialize<'a>>(
        input: &mut &'a [u8],
        limits: &MessageLimits,
    ) -> Result<T, Malformed> {
        let mut deserializer = Deserializer::from_bytes(input);
        let read = limited::deserialize(&mut deserializer, limits);
        let refused = |error| Malformed(limits.reason(PostcardReason(error)));
        let value = read.map_err(refused)?;
        *input = deserializer.finalize().map_err(refused)?;
        Ok(value)
    }
}

/// Why a type refuses to be encoded. postcard drops the texts of such errors and bincode keeps them,
/// so the value is encoded again with bincode.
struct Explained<'v, T: ?Sized>(&'v T);

impl<T: Serialize + ?Sized> fmt::Display for Explained<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The attachments of the first try, which cannot be added twice.
        drop(attachments::take_added());
        let mut out = BoundedBuf::onto(Vec::new(), usize::MAX);
        match Bincode::encode(self.0, &mut out, &MessageLimits::of(usize::MAX)) {
            Err(error) => error.fmt(f),
            Ok(()) => f.write_str("a type refuses to be encoded"),
        }
    }
}

/// Why a value cannot be decoded. For a type that refuses it, only the message itself can tell.
struct PostcardReason(Error);

impl fmt::Display for PostcardReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Error::SerdeDeCustom if attachments::is_lost() => f.write_str(attachments::LOST),
            Error::SerdeDeCustom => f.write_str("a type refuses the value that the bytes hold"),
            ref other => other.fmt(f),
        }
    }
}

/// Where postcard writes.
struct Sink<'b>(&'b mut BoundedBuf);

impl Flavor for Sink<'_> {
    type Output = ();

    #[inline]
    fn try_extend(&mut self, data: &[u8]) -> Result<(), Error> {
        self.0.append(data).map_err(|Full| Error::SerializeBufferFull)
    }

    #[inline]
    fn try_push(&mut self, data: u8) -> Result<(), Error> {
        self.try_extend(&[data])
    }

    fn finalize(self) -> Result<(), Error> {
        Ok(())
    }
}
