//! The guard around a serializer.

use serde::{Serialize, Serializer};

use super::{
    Guarded,
    compound::{Compound, Toll},
};
use crate::codec::limits::Watch;

const UNCOUNTED: &str = "a sequence or map does not know its length beforehand; collect it first \
    (and `#[serde(flatten)]` cannot be encoded)";

/// A value inside another, which the codec gets in place of it.
pub(super) struct Nested<'g, T: ?Sized> {
    pub(super) value: &'g T,
    pub(super) watch: &'g Watch,
    pub(super) depth: u32,
}

impl<T: Serialize + ?Sized> Serialize for Nested<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, watch, depth } = *self;
        value.serialize(Guarded { inner: serializer, watch, depth })
    }
}

impl<'g, S: Serializer> Guarded<'g, S> {
    /// Begins a compound with this many elements.
    #[inline]
    fn open<C>(
        self,
        count: usize,
        toll: Toll,
        begin: impl FnOnce(S) -> Result<C, S::Error>,
    ) -> Result<Compound<'g, C>, S::Error> {
        let Self { inner, watch, depth } = self;
        let depth = watch.below(depth).map_err(|text| watch.unwritable(text))?;
        let inner = begin(inner)?;
        Ok(Compound { inner, watch, depth, left: count, toll })
    }

    /// The same for one whose number of elements depends on the value.
    #[inline]
    fn open_counted<C>(
        self,
        count: Option<usize>,
        begin: impl FnOnce(S) -> Result<C, S::Error>,
    ) -> Result<Compound<'g, C>, S::Error> {
        let Some(count) = count else {
            return Err(self.watch.unwritable(UNCOUNTED));
        };
        let toll = match self.watch.affords(count) {
            true => Toll::AtEnd(count),
            false => Toll::Each,
        };
        self.open(count, toll, begin)
    }

    /// Writes what contains exactly one value.
    #[inline]
    fn wrap<T: Serialize + ?Sized>(
        self,
        value: &T,
        write: impl FnOnce(S, &Nested<'_, T>) -> Result<S::Ok, S::Error>,
    ) -> Result<S::Ok, S::Error> {
        let Self { inner, watch, depth } = self;
        let depth = watch.below(depth).map_err(|text| watch.unwritable(text))?;
        write(inner, &Nested { value, watch, depth })
    }
}

/// Methods for values that contain no other.
macro_rules! leaves {
    ($($method:ident($($name:ident: $kind:ty),*);)*) => {$(
        #[inline]
        fn $method(self, $($name: $kind),*) -> Result<S::Ok, S::Error> {
            self.inner.$method($($name),*)
        }
    )*};
}

impl<'g, S: Serializer> Serializer for Guarded<'g, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Compound<'g, S::SerializeSeq>;
    type SerializeTuple = Compound<'g, S::SerializeTuple>;
    type SerializeTupleStruct = Compound<'g, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Compound<'g, S::SerializeTupleVariant>;
    type SerializeMap = Compound<'g, S::SerializeMap>;
    type SerializeStruct = Compound<'g, S::SerializeStruct>;
    type SerializeStructVariant = Compound<'g, S::SerializeStructVariant>;

    leaves! {
        serialize_bool(value: bool);
        serialize_i8(value: i8);
        serialize_i16(value: i16);
        serialize_i32(value: i32);
        serialize_i64(value: i64);
        serialize_i128(value: i128);
        serialize_u8(value: u8);
        serialize_u16(value: u16);
        serialize_u32(value: u32);
        serialize_u64(value: u64);
        serialize_u128(value: u128);
        serialize_f32(value: f32);
        serialize_f64(value: f64);
        serialize_char(value: char);
        serialize_str(value: &str);
        serialize_bytes(value: &[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.wrap(value, |inner, value| inner.serialize_some(value))
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.wrap(value, |inner, value| inner.serialize_newtype_struct(name, value))
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.wrap(value, |inner, value| {
            inner.serialize_newtype_variant(name, index, variant, value)
        })
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.open_counted(len, |inner| inner.serialize_seq(len))
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.open_counted(len, |inner| inner.serialize_map(len))
    }

    #[inline]
    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.open(len, Toll::Free, |inner| inner.serialize_tuple(len))
    }

    #[inline]
    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.open(len, Toll::Free, |inner| inner.serialize_tuple_struct(name, len))
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.open(len, Toll::Free, |inner| inner.serialize_tuple_variant(name, index, variant, len))
    }

    #[inline]
    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        self.open(len, Toll::Free, |inner| inner.serialize_struct(name, len))
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.open(len, Toll::Free, |inner| {
            inner.serialize_struct_variant(name, index, variant, len)
        })
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}
