//! The guard around a type's visitor, which the codec calls.

use std::fmt;

use serde::{
    Deserializer,
    de::{EnumAccess, Error, MapAccess, SeqAccess, Visitor},
};

use super::{
    Guarded,
    access::{Elements, Variants},
};
use crate::codec::limits::Watch;

/// A visitor of a value that contains others, at some depth.
pub(super) struct Visiting<'g, V> {
    pub(super) inner: V,
    pub(super) watch: &'g Watch,
    pub(super) depth: u32,
    /// Whether the number of elements is what the bytes say, and not a part of the type.
    pub(super) counted: bool,
}

impl<'g, V> Visiting<'g, V> {
    /// The visitor of what lies in the value, with the depth of that.
    #[inline]
    fn descend<E: Error>(self) -> Result<(V, &'g Watch, u32), E> {
        let depth = self.watch.below(self.depth).map_err(|text| self.watch.unreadable(text))?;
        Ok((self.inner, self.watch, depth))
    }

    /// Pays for the elements of a sequence or map: all at once if their number is known. `false` if
    /// it is not, so that each is to be paid for when it comes.
    #[inline]
    fn pay<E: Error>(&self, announced: Option<usize>) -> Result<bool, E> {
        match announced {
            _ if !self.counted => Ok(true),
            Some(count) => match self.watch.charge(count) {
                Ok(()) => Ok(true),
                Err(text) => Err(self.watch.unreadable(text)),
            },
            None => Ok(false),
        }
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Visiting<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    #[inline]
    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let (visitor, watch, depth) = self.descend()?;
        visitor.visit_some(Guarded { inner: deserializer, watch, depth })
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        let (visitor, watch, depth) = self.descend()?;
        visitor.visit_newtype_struct(Guarded { inner: deserializer, watch, depth })
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let paid = self.pay(access.size_hint())?;
        let (visitor, watch, depth) = self.descend()?;
        visitor.visit_seq(Elements { inner: access, watch, depth, paid })
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let paid = self.pay(access.size_hint())?;
        let (visitor, watch, depth) = self.descend()?;
        visitor.visit_map(Elements { inner: access, watch, depth, paid })
    }

    #[inline]
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let Self { inner, watch, depth, .. } = self;
        inner.visit_enum(Variants { inner: access, watch, depth })
    }
}
