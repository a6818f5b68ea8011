//! The limits around the elements that the encoding offers to a visitor.

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess};

use super::Limited;

/// The elements of a sequence or the entries of a map.
pub(super) struct Elements<'g, A> {
    pub(super) limited: Limited<'g, A>,
    /// Whether they are counted already.
    pub(super) counted: bool,
}

impl<A> Elements<'_, A> {
    /// Counts an element that was decoded, if there is one.
    #[inline]
    fn count<T, E: Error>(&self, element: Option<T>) -> Result<Option<T>, E> {
        if !self.counted && element.is_some() {
            self.limited.limits.charge(1, E::custom)?;
        }
        Ok(element)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, A::Error> {
        let seed = self.limited.around(seed);
        let element = self.limited.inner.next_element_seed(seed);
        self.count(element?)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.limited.inner.size_hint().map(|count| self.limited.limits.believe(count))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Elements<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let seed = self.limited.around(seed);
        let key = self.limited.inner.next_key_seed(seed);
        self.count(key?)
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.limited.around(seed);
        self.limited.inner.next_value_seed(seed)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.limited.inner.size_hint().map(|count| self.limited.limits.believe(count))
    }
}
