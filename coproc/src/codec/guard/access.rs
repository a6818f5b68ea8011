//! The guards around what the codec offers a visitor: elements, entries and variants.

use serde::de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::{decode::Seed, visiting::Visiting};
use crate::codec::limits::Watch;

/// The elements of a sequence or the entries of a map.
pub(super) struct Elements<'g, A> {
    pub(super) inner: A,
    pub(super) watch: &'g Watch,
    pub(super) depth: u32,
    /// Whether they are counted already.
    pub(super) paid: bool,
}

impl<'g, A> Elements<'g, A> {
    #[inline]
    fn seed<T>(&self, inner: T) -> Seed<'g, T> {
        Seed { inner, watch: self.watch, depth: self.depth }
    }

    /// Pays for an element that came, if there is one.
    #[inline]
    fn pay<T, E: Error>(&self, came: Option<T>) -> Result<Option<T>, E> {
        if !self.paid && came.is_some() {
            self.watch.charge(1).map_err(|text| self.watch.unreadable(text))?;
        }
        Ok(came)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, A::Error> {
        let seed = self.seed(seed);
        let came = self.inner.next_element_seed(seed);
        self.pay(came?)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint().map(|count| self.watch.believe(count))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Elements<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let seed = self.seed(seed);
        let came = self.inner.next_key_seed(seed);
        self.pay(came?)
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.seed(seed);
        self.inner.next_value_seed(seed)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint().map(|count| self.watch.believe(count))
    }
}

/// The variants of an enum, then the content of the one that it is.
pub(super) struct Variants<'g, A> {
    pub(super) inner: A,
    pub(super) watch: &'g Watch,
    pub(super) depth: u32,
}

impl<'g, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Variants<'g, A> {
    type Error = A::Error;
    type Variant = Variants<'g, A::Variant>;

    #[inline]
    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Self::Variant), A::Error> {
        let Self { inner, watch, depth } = self;
        let (value, inner) = inner.variant_seed(seed)?;
        Ok((value, Variants { inner, watch, depth }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Variants<'_, A> {
    type Error = A::Error;

    #[inline]
    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    #[inline]
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        let Self { inner, watch, depth } = self;
        let depth = watch.below(depth).map_err(|text| watch.unreadable(text))?;
        inner.newtype_variant_seed(Seed { inner: seed, watch, depth })
    }

    #[inline]
    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let Self { inner, watch, depth } = self;
        let visitor = Visiting { inner: visitor, watch, depth, counted: false };
        inner.tuple_variant(len, visitor)
    }

    #[inline]
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let Self { inner, watch, depth } = self;
        let visitor = Visiting { inner: visitor, watch, depth, counted: false };
        inner.struct_variant(fields, visitor)
    }
}
