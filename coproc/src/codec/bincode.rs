//! bincode, in its complete version 1.3.3: integers of fixed width, little-endian.

use std::{cell::Cell, fmt, io, str};

use bincode::{BincodeRead, DefaultOptions, ErrorKind, Options};
use serde::{Deserialize, Serialize, de::Visitor};

use super::{BoundedBuf, Codec, EncodeError, Limits, Malformed, guard};

/// The encoding of programs that choose none.
#[derive(Debug)]
pub(crate) enum Bincode {}

impl Codec for Bincode {
    const ID: u8 = 1;

    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut BoundedBuf) -> Result<(), EncodeError> {
        let watch = out.watch();
        let mut serializer = ::bincode::Serializer::new(&mut *out, options());
        let written = guard::serialize(value, &mut serializer, &watch);
        out.settle(&watch, written.map_err(|error| watch.reason(Plain(&error))))
    }

    fn decode<'a, T: Deserialize<'a>>(
        input: &mut &'a [u8],
        limits: &mut Limits,
    ) -> Result<T, Malformed> {
        let watch = limits.watch();
        let left = Cell::new(0);
        let source = Source { rest: input, left: &left };
        let mut deserializer = ::bincode::Deserializer::with_bincode_read(source, options());
        let read = guard::deserialize(&mut deserializer, &watch);
        drop(deserializer);
        *input = &input[input.len() - left.get()..];
        limits.settle(&watch);
        read.map_err(|error| Malformed(watch.reason(Plain(&error))))
    }
}

/// No limit of bincode's own: [`BoundedBuf`] and the length of the input are the limits, and
/// bincode would enforce its own by a second pass over the value.
fn options() -> impl Options {
    DefaultOptions::new().with_fixint_encoding().allow_trailing_bytes()
}

/// bincode calls the end of its input an input/output error, which is puzzling where there is
/// neither.
struct Plain<'e>(&'e ErrorKind);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ErrorKind::Io(error) => error.fmt(f),
            other => other.fmt(f),
        }
    }
}

/// What is not read yet.
///
/// bincode takes its reader and never gives it back, so this one leaves word when it goes.
struct Source<'r, 'a> {
    rest: &'a [u8],
    /// How many bytes were not read, in the end.
    left: &'r Cell<usize>,
}

impl Drop for Source<'_, '_> {
    fn drop(&mut self) {
        self.left.set(self.rest.len());
    }
}

impl<'a> Source<'_, 'a> {
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

impl io::Read for Source<'_, '_> {
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

impl<'a> BincodeRead<'a> for Source<'_, 'a> {
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
