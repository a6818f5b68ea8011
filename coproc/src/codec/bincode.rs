//! bincode 1.3.3, which is complete: integers of fixed width, little-endian.

use std::{fmt, io, str};

use ::bincode::{BincodeRead, DefaultOptions, ErrorKind, Options};
use serde::{Deserialize, Serialize, de::Visitor};

use super::{
    bounded_buf::BoundedBuf,
    encode_error::{EncodeError, Malformed},
    encoding::Encoding,
    limited,
    message_limits::MessageLimits,
};

/// The default encoding.
#[derive(Debug)]
pub(crate) enum Bincode {}

impl Encoding for Bincode {
    const ID: u8 = 1;

    fn encode<T: Serialize + ?Sized>(
        value: &T,
        out: &mut BoundedBuf,
        limits: &MessageLimits,
    ) -> Result<(), EncodeError> {
        let mut serializer = ::bincode::Serializer::new(&mut *out, options());
        let written = limited::serialize(value, &mut serializer, limits);
        out.end(written.map_err(|error| limits.reason(BincodeReason(&error))))
    }

    fn decode<'a, T: Deserialize<'a>>(
        input: &mut &'a [u8],
        limits: &MessageLimits,
    ) -> Result<T, Malformed> {
        let source = BincodeInput { rest: input, input };
        let mut deserializer = ::bincode::Deserializer::with_bincode_read(source, options());
        let read = limited::deserialize(&mut deserializer, limits);
        read.map_err(|error| Malformed(limits.reason(BincodeReason(&error))))
    }
}

/// Without bincode's own limit, which takes a second pass over the value: [`BoundedBuf`] and the
/// length of the input are the limits.
fn options() -> impl Options {
    DefaultOptions::new().with_fixint_encoding().allow_trailing_bytes()
}

/// bincode calls the end of its input an input/output error, and there is no input or output.
struct BincodeReason<'e>(&'e ErrorKind);

impl fmt::Display for BincodeReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ErrorKind::Io(error) => error.fmt(f),
            other => other.fmt(f),
        }
    }
}

/// Takes what bincode reads off the front of its input, in a variable of its own as long as it reads.
struct BincodeInput<'r, 'a> {
    rest: &'a [u8],
    input: &'r mut &'a [u8],
}

impl Drop for BincodeInput<'_, '_> {
    fn drop(&mut self) {
        *self.input = self.rest;
    }
}

impl<'a> BincodeInput<'_, 'a> {
    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], io::Error> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            return Err(ended());
        };
        self.rest = rest;
        Ok(taken)
    }
}

#[cold]
#[inline(never)]
fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it ends in the middle of a value")
}

impl io::Read for BincodeInput<'_, '_> {
    #[inline]
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.read_exact(out).map(|()| out.len())
    }

    #[inline]
    fn read_exact(&mut self, out: &mut [u8]) -> io::Result<()> {
        out.copy_from_slice(self.take(out.len())?);
        Ok(())
    }
}

impl<'a> BincodeRead<'a> for BincodeInput<'_, 'a> {
    #[inline]
    fn forward_read_str<V: Visitor<'a>>(
        &mut self,
        length: usize,
        visitor: V,
    ) -> ::bincode::Result<V::Value> {
        let text = str::from_utf8(self.take(length)?).map_err(ErrorKind::InvalidUtf8Encoding)?;
        visitor.visit_borrowed_str(text)
    }

    #[inline]
    fn get_byte_buffer(&mut self, length: usize) -> ::bincode::Result<Vec<u8>> {
        Ok(self.take(length)?.to_vec())
    }

    #[inline]
    fn forward_read_bytes<V: Visitor<'a>>(
        &mut self,
        length: usize,
        visitor: V,
    ) -> ::bincode::Result<V::Value> {
        visitor.visit_borrowed_bytes(self.take(length)?)
    }
}
