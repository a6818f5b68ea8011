//! The guard around a deserializer.

use serde::{
    Deserializer,
    de::{DeserializeSeed, Visitor},
};

use super::{Guarded, visiting::Visiting};
use crate::codec::limits::Watch;

const UNTOLD: &str = "a type expects the bytes to say what they hold, which they do not: untagged, \
    internally tagged and flattened types and `Value`s cannot be decoded";

/// What reads a value inside another, which the codec gets in place of it.
pub(super) struct Seed<'g, T> {
    pub(super) inner: T,
    pub(super) watch: &'g Watch,
    pub(super) depth: u32,
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = T::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        let Self { inner, watch, depth } = self;
        inner.deserialize(Guarded { inner: deserializer, watch, depth })
    }
}

impl<'g, D> Guarded<'g, D> {
    /// The codec's deserializer, and a visitor for it that is under watch as well.
    #[inline]
    fn visiting<V>(self, visitor: V, counted: bool) -> (D, Visiting<'g, V>) {
        let Self { inner, watch, depth } = self;
        (inner, Visiting { inner: visitor, watch, depth, counted })
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

/// Methods for values that contain as many others as their type says.
macro_rules! compounds {
    ($($method:ident($($name:ident: $kind:ty),*);)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(
            self,
            $($name: $kind,)*
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            let (inner, visitor) = self.visiting(visitor, false);
            inner.$method($($name,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Guarded<'_, D> {
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
        deserialize_option();
        deserialize_newtype_struct(name: &'static str);
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.visiting(visitor, true);
        inner.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let (inner, visitor) = self.visiting(visitor, true);
        inner.deserialize_map(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
        Err(self.watch.unreadable(UNTOLD))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
        Err(self.watch.unreadable(UNTOLD))
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}
