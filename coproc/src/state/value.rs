//! Values as they are stored.

use std::any::type_name;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    codec::{self, Bytes},
    error::StateError,
    protocol::Wire,
    sync::Arc,
};

/// How large a value may be, in bytes.
pub(super) const VALUE_MOST: usize = 64 << 20;

/// A value, encoded, with the name of its type. Cloning it does not copy the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored(Arc<StoredContent>);

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredContent {
    type_name: String,
    bytes: Bytes,
}

impl Stored {
    /// How much it takes to keep or send it, in bytes.
    pub(super) fn size(&self) -> usize {
        self.0.type_name.len() + self.0.bytes.len()
    }
}

impl Serialize for Stored {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Stored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        StoredContent::deserialize(deserializer).map(|content| Self(Arc::new(content)))
    }
}

pub(super) fn store<T: Wire>(value: &T) -> Result<Stored, StateError> {
    let bytes = codec::to_bytes(value, VALUE_MOST);
    let bytes = bytes.map_err(|error| StateError::Encode(error.to_string()))?;
    Ok(Stored(Arc::new(StoredContent { type_name: type_name::<T>().to_owned(), bytes })))
}

pub(super) fn load<T: Wire>(name: &str, Stored(content): &Stored) -> Result<T, StateError> {
    if content.type_name != type_name::<T>() {
        return Err(StateError::Type {
            name: name.to_owned(),
            stored: content.type_name.clone(),
            asked: type_name::<T>().to_owned(),
        });
    }
    codec::from_bytes(&content.bytes)
        .map_err(|error| StateError::Decode { name: name.to_owned(), text: error.to_string() })
}
