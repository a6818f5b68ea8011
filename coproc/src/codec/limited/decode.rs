//! The limits around a deserializer, and around the seeds that it gets.

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, Visitor},
};

use super::{Limited, visiting::Visiting};

const UNTOLD: &str = "a type expects the bytes to say what they hold, which they do not: untagged, \
    internally tagged and flattened types and `Value`s cannot be decoded";

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Limited<'_, T> {
    type Value = T::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.deserialize(deserializer)
    }
}

/// Methods for values that contain no other.
macro_rules! leaves {
    ($($method:ident($($name:ident: $kind:ty)?);)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(
            self,
            $($name: $kind,)?
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            self.inner.$method($($name,)? visitor)
        }
    )*};
}

/// Methods for values that contain others: as many as the type says, or, if they are `$counted`, as
/// the bytes say.
macro_rules! compounds {
    ($($method:ident($($name:ident: $kind:ty),*), $counted:literal;)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(
            self,
            $($name: $kind,)*
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            let visitor = Visiting { limited: self.around(visitor), counted: $counted };
            self.inner.$method($($name,)* visitor)
        }
    )*};
}

/// Methods for values whose kind only the bytes could say.
macro_rules! untold {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
            Err(self.limits.refuse(UNTOLD, D::Error::custom))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Limited<'_, D> {
    type Error = D::Error;

    leaves! {
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_identifier();
    }

    compounds! {
        deserialize_seq(), true;
        deserialize_map(), true;
        deserialize_option(), false;
        deserialize_newtype_struct(name: &'static str), false;
        deserialize_tuple(len: usize), false;
        deserialize_tuple_struct(name: &'static str, len: usize), false;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]), false;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]), false;
    }

    untold! { deserialize_any deserialize_ignored_any }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}
