//! Values as they are stored, and errors as callers see them.

use std::any::type_name;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    codec::{BoundedBuf, Bytes, Chosen, Codec, Limits},
    error::{CallError, StateError},
    protocol::Wire,
    sync::Arc,
};

/// How large a value may be, in bytes.
pub(super) const VALUE_MOST: usize = 64 << 20;

/// A value, encoded, with the name of its type. Cloning it does not copy the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored(Arc<Content>);

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
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
        Content::deserialize(deserializer).map(|content| Self(Arc::new(content)))
    }
}

pub(super) fn store<T: Wire>(value: &T) -> Result<Stored, StateError> {
    let mut buffer = BoundedBuf::new(VALUE_MOST);
    let text = |error: crate::codec::EncodeError| StateError::Encode(error.to_string());
    Chosen::encode(value, &mut buffer).map_err(text)?;
    let bytes = Bytes::from(buffer.finish().map_err(text)?);
    Ok(Stored(Arc::new(Content { type_name: type_name::<T>().to_owned(), bytes })))
}

pub(super) fn load<T: Wire>(name: &str, Stored(content): &Stored) -> Result<T, StateError> {
    if content.type_name != type_name::<T>() {
        return Err(StateError::Type {
            name: name.to_owned(),
            stored: content.type_name.clone(),
            asked: type_name::<T>().to_owned(),
        });
    }
    let mut input = &*content.bytes;
    let mut limits = Limits::of(input.len());
    Chosen::decode(&mut input, &mut limits)
        .map_err(|error| StateError::Decode { name: name.to_owned(), text: error.to_string() })
}

pub(super) fn lost(error: CallError<StateError>) -> StateError {
    match error {
        CallError::Handler(error) => error,
        error @ (CallError::TooLarge { .. } | CallError::Encode(_)) => {
            StateError::Encode(error.to_string())
        }
        // A caller that moved the only handle into a worker's arguments has dropped it, and knows of
        // no worker that it could start again.
        CallError::Closed(reason) => StateError::Lost(format!(
            "a state ends with the last handle in the process that made it, and this one has ended \
             ({})",
            reason.to_string().trim_end_matches("; start another")
        )),
        error => StateError::Lost(error.to_string()),
    }
}
