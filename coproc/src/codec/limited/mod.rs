//! The limits of depth and elements, which the encodings do not have, around each level of a value.
//!
//! Each level of a value passes through the encoding's serializer, the limits around it, and the code
//! of the value's type, which calls the limited serializer. The elements of a sequence are counted once for all of
//! them, the depth is passed by value, and errors are those of the encoding. So a loop over a vector
//! of numbers has little to do besides the encoding.
//!
//! 1. Depth is counted where the content of a sequence, map, tuple, struct, variant, newtype or
//!    `Some` begins, at the same places when encoding and when decoding.
//! 2. So what the encoder accepts, the decoder accepts as well.

mod compound;
mod decode;
mod elements;
mod encode;
mod variants;
mod visiting;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::message_limits::MessageLimits;

/// Encodes `value` with `serializer`, within the limits.
pub(super) fn serialize<T: Serialize + ?Sized, S: Serializer>(
    value: &T,
    serializer: S,
    limits: &MessageLimits,
) -> Result<S::Ok, S::Error> {
    value.serialize(Limited { inner: serializer, limits, depth: 0 })
}

/// Decodes a value with `deserializer`, within the limits.
pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
    limits: &MessageLimits,
) -> Result<T, D::Error> {
    T::deserialize(Limited { inner: deserializer, limits, depth: 0 })
}

/// What the encoding and the types pass to one another, at some depth of a value.
struct Limited<'g, X> {
    inner: X,
    limits: &'g MessageLimits,
    depth: u32,
}

impl<'g, X> Limited<'g, X> {
    /// The limits around another part of the same level.
    #[inline]
    fn around<Y>(&self, inner: Y) -> Limited<'g, Y> {
        Limited { inner, limits: self.limits, depth: self.depth }
    }

    /// The same limits one level deeper, unless that is too deep; `custom` makes the error.
    #[inline]
    fn below<E>(self, custom: fn(&'static str) -> E) -> Result<Self, E> {
        let depth = self.limits.below(self.depth, custom)?;
        Ok(Self { depth, ..self })
    }
}
