//! The limits around a type's visitor, which the encoding calls.

use std::fmt;

use serde::{
    Deserializer,
    de::{EnumAccess, Error, MapAccess, SeqAccess, Visitor},
};

use super::{Limited, elements::Elements};

/// A visitor of a value that contains others.
pub(super) struct Visiting<'g, V> {
    pub(super) limited: Limited<'g, V>,
    /// Whether the bytes say how many elements there are, and not the type.
    pub(super) counted: bool,
}

impl<'g, V> Visiting<'g, V> {
    /// Counts the elements of a sequence or map at once, if this many are announced. Gives whether
    /// they are counted.
    #[inline]
    fn count<E: Error>(&self, announced: Option<usize>) -> Result<bool, E> {
        match announced {
            _ if !self.counted => Ok(true),
            Some(count) => self.limited.limits.charge(count, E::custom).map(|()| true),
            None => Ok(false),
        }
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Visiting<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.limited.inner.expecting(f)
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.limited.inner.visit_none()
    }

    #[inline]
    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.limited.inner.visit_unit()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let limited = self.limited.below(D::Error::custom)?;
        let deserializer = limited.around(deserializer);
        limited.inner.visit_some(deserializer)
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        let limited = self.limited.below(D::Error::custom)?;
        let deserializer = limited.around(deserializer);
        limited.inner.visit_newtype_struct(deserializer)
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let counted = self.count(access.size_hint())?;
        let limited = self.limited.below(A::Error::custom)?;
        let access = limited.around(access);
        limited.inner.visit_seq(Elements { limited: access, counted })
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let counted = self.count(access.size_hint())?;
        let limited = self.limited.below(A::Error::custom)?;
        let access = limited.around(access);
        limited.inner.visit_map(Elements { limited: access, counted })
    }

    #[inline]
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.limited.around(access);
        self.limited.inner.visit_enum(access)
    }
}
