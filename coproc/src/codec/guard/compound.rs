//! The guard around a sequence, tuple, map or struct that is being written.

use serde::{
    Serialize,
    ser::{
        Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::encode::Nested;
use crate::codec::limits::Watch;

/// A compound of which `left` elements are still to come.
///
/// They are counted because the codecs believe the announced number: a type that announces another
/// one than it writes would be read as garbage.
pub(super) struct Compound<'g, C> {
    pub(super) inner: C,
    pub(super) watch: &'g Watch,
    pub(super) depth: u32,
    pub(super) left: usize,
    pub(super) toll: Toll,
}

/// When the elements of a compound are counted against the limit of the message: never before the
/// bytes that they take, so that what is too large is said to be that, and not to have too many
/// elements.
pub(super) enum Toll {
    /// Not at all, since the type says how many there are.
    Free,
    /// This many when all are written.
    AtEnd(usize),
    /// Each as it comes: more are announced than could ever be.
    Each,
}

impl<C> Compound<'_, C> {
    #[inline]
    fn count<E: Error>(&mut self) -> Result<(), E> {
        let Some(left) = self.left.checked_sub(1) else {
            return Err(self.watch.unwritable("a type writes more elements than it announced"));
        };
        self.left = left;
        if matches!(self.toll, Toll::Each) {
            self.watch.charge(1).map_err(|text| self.watch.unwritable(text))?;
        }
        Ok(())
    }

    #[inline]
    fn put<T: ?Sized, E: Error>(
        &mut self,
        value: &T,
        write: impl FnOnce(&mut C, &Nested<'_, T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let nested = Nested { value, watch: self.watch, depth: self.depth };
        write(&mut self.inner, &nested)
    }

    #[inline]
    fn close<O, E: Error>(self, end: impl FnOnce(C) -> Result<O, E>) -> Result<O, E> {
        if self.left != 0 {
            return Err(self.watch.unwritable("a type writes fewer elements than it announced"));
        }
        if let Toll::AtEnd(count) = self.toll {
            self.watch.charge(count).map_err(|text| self.watch.unwritable(text))?;
        }
        end(self.inner)
    }
}

/// The four compounds whose elements have no name.
macro_rules! unnamed {
    ($($kind:ident: $method:ident;)*) => {$(
        impl<C: $kind> $kind for Compound<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                self.count()?;
                self.put(value, |inner, value| inner.$method(value))
            }

            #[inline]
            fn end(self) -> Result<C::Ok, C::Error> {
                self.close(C::end)
            }
        }
    )*};
}

unnamed! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

/// The two compounds whose elements are named fields.
macro_rules! named {
    ($($kind:ident)*) => {$(
        impl<C: $kind> $kind for Compound<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), C::Error> {
                self.count()?;
                self.put(value, |inner, value| inner.serialize_field(key, value))
            }

            fn skip_field(&mut self, key: &'static str) -> Result<(), C::Error> {
                Err(self.watch.unwritable(skipped(key)))
            }

            #[inline]
            fn end(self) -> Result<C::Ok, C::Error> {
                self.close(C::end)
            }
        }
    )*};
}

named! { SerializeStruct SerializeStructVariant }

#[cold]
fn skipped(key: &'static str) -> String {
    format!(
        "field `{key}` is left out by `skip_serializing_if`, which the reader could not notice: \
         fields are written without their names"
    )
}

impl<C: SerializeMap> SerializeMap for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.count()?;
        self.put(key, |inner, key| inner.serialize_key(key))
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.put(value, |inner, value| inner.serialize_value(value))
    }

    #[inline]
    fn end(self) -> Result<C::Ok, C::Error> {
        self.close(C::end)
    }
}
