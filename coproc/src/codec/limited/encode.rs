//! The limits around a serializer, and around the values that it gets.

use serde::{Serialize, Serializer, ser::Error};

use super::{
    Limited,
    compound::{Compound, Counting},
};

impl<T: Serialize + ?Sized> Serialize for Limited<'_, &T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.inner.serialize(self.around(serializer))
    }
}

impl<'g, S: Serializer> Limited<'g, S> {
    /// Begins a compound with this many elements.
    #[inline]
    fn open<C>(
        self,
        count: usize,
        counting: Counting,
        begin: impl FnOnce(S) -> Result<C, S::Error>,
    ) -> Result<Compound<'g, C>, S::Error> {
        let Self { inner, limits, depth } = self.below(S::Error::custom)?;
        let limited = Limited { inner: begin(inner)?, limits, depth };
        Ok(Compound { limited, left: count, counting })
    }

    /// Begins a compound whose number of elements depends on the value.
    #[inline]
    fn open_counted<C>(
        self,
        count: Option<usize>,
        begin: impl FnOnce(S) -> Result<C, S::Error>,
    ) -> Result<Compound<'g, C>, S::Error> {
        const UNKNOWN: &str = "a sequence or map does not know its length beforehand; collect it \
                               first (and `#[serde(flatten)]` cannot be encoded)";
        let Some(count) = count else {
            return Err(self.limits.refuse(UNKNOWN, S::Error::custom));
        };
        let counting = match self.limits.affords(count) {
            true => Counting::AtEnd(count),
            false => Counting::Each,
        };
        self.open(count, counting, begin)
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

/// Methods for values that contain one other.
macro_rules! wrappers {
    ($($method:ident($($name:ident: $kind:ty),*);)*) => {$(
        #[inline]
        fn $method<T: Serialize + ?Sized>(
            self,
            $($name: $kind,)*
            value: &T,
        ) -> Result<S::Ok, S::Error> {
            let Limited { inner, limits, depth } = self.below(S::Error::custom)?;
            inner.$method($($name,)* &Limited { inner: value, limits, depth })
        }
    )*};
}

/// Methods for values that contain as many others as their type says.
macro_rules! compounds {
    ($($method:ident($($name:ident: $kind:ty),*) -> $compound:ident;)*) => {$(
        #[inline]
        fn $method(
            self,
            $($name: $kind,)*
            len: usize,
        ) -> Result<Compound<'g, S::$compound>, S::Error> {
            self.open(len, Counting::Never, |inner| inner.$method($($name,)* len))
        }
    )*};
}

/// Methods for values that contain as many others as they say.
macro_rules! counted {
    ($($method:ident -> $compound:ident;)*) => {$(
        #[inline]
        fn $method(self, len: Option<usize>) -> Result<Compound<'g, S::$compound>, S::Error> {
            self.open_counted(len, |inner| inner.$method(len))
        }
    )*};
}

impl<'g, S: Serializer> Serializer for Limited<'g, S> {
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

    wrappers! {
        serialize_some();
        serialize_newtype_struct(name: &'static str);
        serialize_newtype_variant(name: &'static str, index: u32, variant: &'static str);
    }

    compounds! {
        serialize_tuple() -> SerializeTuple;
        serialize_tuple_struct(name: &'static str) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str)
            -> SerializeTupleVariant;
        serialize_struct(name: &'static str) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str)
            -> SerializeStructVariant;
    }

    counted! {
        serialize_seq -> SerializeSeq;
        serialize_map -> SerializeMap;
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}
