//! Items as they are kept, and errors as callers see them.

use super::core::Content;
use crate::{
    codec::{BoundedBuf, Bytes, Chosen, Codec, EncodeError, Limits},
    error::{CallError, QueueError},
    protocol::Wire,
    sync::Arc,
};

/// How large an item may be, in bytes: a message, less what stands around it.
const ITEM_MOST: usize = (64 << 20) - (64 << 10);

pub(super) fn store<T: Wire>(item: &T) -> Result<Content, QueueError> {
    let refused = |error| match error {
        EncodeError::TooLarge { size, limit } => QueueError::TooLarge { size, limit },
        EncodeError::Refused(text) => QueueError::Encode(text),
    };
    let mut buffer = BoundedBuf::new(ITEM_MOST);
    Chosen::encode(item, &mut buffer).map_err(refused)?;
    Ok(Content(Arc::new(Bytes::from(buffer.finish().map_err(refused)?))))
}

pub(super) fn load<T: Wire>(content: &Content) -> Result<T, QueueError> {
    let mut input = &**content.0;
    let mut limits = Limits::of(input.len());
    Chosen::decode(&mut input, &mut limits).map_err(|error| QueueError::Decode(error.to_string()))
}

/// What an error of a call to the server means.
pub(super) fn failed(error: CallError<QueueError>) -> QueueError {
    match error {
        CallError::Handler(error) => error,
        CallError::Closed(_) | CallError::Crashed(_) => QueueError::Ended,
        error => QueueError::Lost(error.to_string()),
    }
}
