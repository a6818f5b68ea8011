//! Values as they are stored, and errors as callers see them.

use std::any::type_name;

use super::core::Stored;
use crate::{
    codec::{BoundedBuf, Bytes, Chosen, Codec, Limits},
    error::{CallError, StateError},
    message::Wire,
};

/// How large a value may be, in bytes: a message, less what stands around it.
const VALUE_MOST: usize = (64 << 20) - (64 << 10);

pub(super) fn store<T: Wire>(value: &T) -> Result<Stored, StateError> {
    let mut buffer = BoundedBuf::new(VALUE_MOST);
    let text = |error: crate::codec::EncodeError| StateError::Encode(error.to_string());
    Chosen::encode(value, &mut buffer).map_err(text)?;
    let bytes = Bytes::from(buffer.finish().map_err(text)?);
    Ok(Stored { type_name: type_name::<T>().to_owned(), bytes })
}

pub(super) fn load<T: Wire>(name: &str, stored: &Stored) -> Result<T, StateError> {
    if stored.type_name != type_name::<T>() {
        return Err(StateError::Type {
            name: name.to_owned(),
            stored: stored.type_name.clone(),
            asked: type_name::<T>().to_owned(),
        });
    }
    let mut input = &*stored.bytes;
    let mut limits = Limits::of(input.len());
    Chosen::decode(&mut input, &mut limits)
        .map_err(|error| StateError::Decode { name: name.to_owned(), text: error.to_string() })
}

pub(super) fn lost(error: CallError) -> StateError {
    match error {
        error @ (CallError::TooLarge { .. } | CallError::Encode(_)) => {
            StateError::Encode(error.to_string())
        }
        error => StateError::Lost(error.to_string()),
    }
}
