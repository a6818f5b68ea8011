//! The limits around a sequence, tuple, map or struct that is being encoded.

use serde::{
    Serialize,
    ser::{
        Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::Limited;

/// A compound of which `left` elements are still to come.
///
/// The encodings rely on the announced number. A type that announces another number than it encodes
/// would be decoded as garbage, so the elements are counted.
pub(super) struct Compound<'g, C> {
    pub(super) limited: Limited<'g, C>,
    pub(super) left: usize,
    pub(super) counting: Counting,
}

/// When the elements of a compound are counted against the limit of the message. This is never
/// before their bytes are encoded, so that a message that is too large is refused for its size and
/// not for its number of elements.
pub(super) enum Counting {
    /// The type says how many elements there are.
    Never,
    /// This many, after the last.
    AtEnd(usize),
    /// Each after it is encoded: the compound announces more than the limit allows.
    Each,
}

impl<'g, C> Compound<'g, C> {
    /// Counts an element, which is encoded next.
    #[inline]
    fn count<E: Error>(&mut self) -> Result<(), E> {
        const MORE: &str = "a type writes more elements than it announced";
        let limits = self.limited.limits;
        let left = self.left.checked_sub(1);
        self.left = left.ok_or_else(|| limits.refuse(MORE, E::custom))?;
        match self.counting {
            Counting::Each => limits.charge(1, E::custom),
            Counting::Never | Counting::AtEnd(_) => Ok(()),
        }
    }

    #[inline]
    fn close<O, E: Error>(self, end: impl FnOnce(C) -> Result<O, E>) -> Result<O, E> {
        const FEWER: &str = "a type writes fewer elements than it announced";
        let Limited { inner, limits, .. } = self.limited;
        if self.left != 0 {
            return Err(limits.refuse(FEWER, E::custom));
        }
        if let Counting::AtEnd(count) = self.counting {
            limits.charge(count, E::custom)?;
        }
        end(inner)
    }
}

/// The compounds of elements, which may have a name that is known beforehand.
macro_rules! compounds {
    ($($kind:ident: $method:ident($($key:ident)?);)*) => {$(
        impl<C: $kind> $kind for Compound<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($key: &'static str,)?
                value: &T,
            ) -> Result<(), C::Error> {
                self.count()?;
                let value = self.limited.around(value);
                self.limited.inner.$method($($key,)? &value)
            }

            $(fn skip_field(&mut self, $key: &'static str) -> Result<(), C::Error> {
                Err(self.limited.limits.refuse(skipped($key), C::Error::custom))
            })?

            #[inline]
            fn end(self) -> Result<C::Ok, C::Error> {
                self.close(C::end)
            }
        }
    )*};
}

compounds! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeStruct: serialize_field(key);
    SerializeStructVariant: serialize_field(key);
}

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
        let key = self.limited.around(key);
        self.limited.inner.serialize_key(&key)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let value = self.limited.around(value);
        self.limited.inner.serialize_value(&value)
    }

    #[inline]
    fn end(self) -> Result<C::Ok, C::Error> {
        self.close(C::end)
    }
}
