//! postcard 1: integers of variable width, with a written specification.

use std::fmt;

use postcard::{Deserializer, Error, Serializer, ser_flavors::Flavor};
use serde::{Deserialize, Serialize};

use super::{BoundedBuf, Codec, EncodeError, Limits, Malformed, attachments, buffer::Full, guard};

/// The encoding of programs built with the feature `codec-postcard`.
#[derive(Debug)]
pub(crate) enum Postcard {}

impl Codec for Postcard {
    const ID: u8 = 2;

    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut BoundedBuf) -> Result<(), EncodeError> {
        let watch = out.watch();
        let mut serializer = Serializer { output: Sink(&mut *out) };
        let written = guard::serialize(value, &mut serializer, &watch);
        let written = written.map_err(|error| match error {
            Error::SerdeSerCustom => watch.reason(Told(value)),
            other => watch.reason(other),
        });
        out.settle(&watch, written)
    }

    fn decode<'a, T: Deserialize<'a>>(
        input: &mut &'a [u8],
        limits: &mut Limits,
    ) -> Result<T, Malformed> {
        let watch = limits.watch();
        let mut deserializer = Deserializer::from_bytes(input);
        let read = guard::deserialize(&mut deserializer, &watch)
            .and_then(|value| Ok((value, deserializer.finalize()?)));
        limits.settle(&watch);
        let (value, rest) = read.map_err(|error| Malformed(watch.reason(Plain(error))))?;
        *input = rest;
        Ok(value)
    }
}

/// postcard drops the texts of the errors of types. For one that will not be written, it is worth
/// asking again: bincode keeps them.
struct Told<'v, T: ?Sized>(&'v T);

impl<T: Serialize + ?Sized> fmt::Display for Told<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it has put in lies there, and could not be put in a second time.
        drop(attachments::take_added());
        match super::bincode::Bincode::encode(self.0, &mut BoundedBuf::new(usize::MAX)) {
            Err(error) => error.fmt(f),
            Ok(()) => f.write_str("a type refuses to be encoded"),
        }
    }
}

/// For one that cannot be read, there is nobody to ask but the message itself.
struct Plain(Error);

impl fmt::Display for Plain {
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
