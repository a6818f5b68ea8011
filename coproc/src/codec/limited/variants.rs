//! The limits around the variants of an enum that the encoding offers to a visitor.

use serde::de::{DeserializeSeed, EnumAccess, Error, VariantAccess, Visitor};

use super::{Limited, visiting::Visiting};

impl<'g, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Limited<'g, A> {
    type Error = A::Error;
    type Variant = Limited<'g, A::Variant>;

    #[inline]
    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Self::Variant), A::Error> {
        let Self { inner, limits, depth } = self;
        let (value, inner) = inner.variant_seed(seed)?;
        Ok((value, Limited { inner, limits, depth }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Limited<'_, A> {
    type Error = A::Error;

    #[inline]
    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    #[inline]
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        let limited = self.below(A::Error::custom)?;
        let seed = limited.around(seed);
        limited.inner.newtype_variant_seed(seed)
    }

    #[inline]
    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = Visiting { limited: self.around(visitor), counted: false };
        self.inner.tuple_variant(len, visitor)
    }

    #[inline]
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = Visiting { limited: self.around(visitor), counted: false };
        self.inner.struct_variant(fields, visitor)
    }
}
