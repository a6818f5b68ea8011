//! The limits that the codecs do not have, laid around them while they work.
//!
//! Each level of a value meets three things on its way: the codec's serializer, ours around it, and
//! the type's own code, which calls ours. The elements of a sequence are counted once for all of
//! them, the depth travels by value, and errors are those of the codec, so that the loop
//! over a vector of numbers has little to do beside the codec.
//!
//! Depth is counted where content begins (of a sequence, map, tuple, struct, variant, newtype or
//! `Some`), on both sides at the same places: what the writer lets pass, the reader does as well.

mod access;
mod compound;
mod decode;
mod encode;
mod visiting;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::limits::Watch;

/// Writes `value` with `serializer`, under watch.
pub(super) fn serialize<T: Serialize + ?Sized, S: Serializer>(
    value: &T,
    serializer: S,
    watch: &Watch,
) -> Result<S::Ok, S::Error> {
    value.serialize(Guarded { inner: serializer, watch, depth: 0 })
}

/// Reads a value with `deserializer`, under watch.
pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
    watch: &Watch,
) -> Result<T, D::Error> {
    T::deserialize(Guarded { inner: deserializer, watch, depth: 0 })
}

/// A serializer or deserializer at some depth of a value that is watched.
struct Guarded<'g, X> {
    inner: X,
    watch: &'g Watch,
    depth: u32,
}
