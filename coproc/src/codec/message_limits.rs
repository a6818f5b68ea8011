//! What a message may cost beyond its bytes: the depth of its values and their number of elements.

use std::{borrow::Cow, cell::Cell, fmt};

use super::encode_error::EncodeError;

/// How deep values may be nested in one another. Each level takes stack, in the peer as well.
pub(super) const MAX_DEPTH: u32 = 128;

/// How many elements a message may have beyond one for each byte: elements that take no bytes.
pub(super) const SPARE_ELEMENTS: u64 = 65_536;

const TOO_MANY: &str =
    "it has over 65536 elements more than bytes: elements that take no bytes are counted, too";

/// What is left of the limits of one message while its values are encoded or decoded.
///
/// All levels of a value share it. Between the levels is the code of the value's types, which passes
/// on shared references only; hence the cells.
pub(crate) struct MessageLimits {
    /// How many elements of sequences and maps may still follow.
    elements: Cell<u64>,
    /// The size of the message in bytes, or the size that it may reach.
    bytes: usize,
    refusal: Cell<Option<Cow<'static, str>>>,
}

impl MessageLimits {
    /// The limits of a message of up to this many bytes.
    pub(crate) fn of(bytes: usize) -> Self {
        let elements = Cell::new(most_elements(bytes));
        Self { elements, bytes, refusal: Cell::new(None) }
    }

    /// Whether the elements that were encoded are within the limits of the message, which turned
    /// out to be this many bytes long.
    pub(super) fn check(&self, bytes: usize) -> Result<(), EncodeError> {
        match most_elements(self.bytes) - self.elements.get() > most_elements(bytes) {
            true => Err(EncodeError::Refused(TOO_MANY.to_owned())),
            false => Ok(()),
        }
    }

    /// Counts `count` elements, and refuses them if they are too many.
    #[inline]
    pub(super) fn charge<E>(
        &self,
        count: usize,
        custom: impl FnOnce(&'static str) -> E,
    ) -> Result<(), E> {
        let Some(left) = self.elements.get().checked_sub(count as u64) else {
            return Err(self.refuse(TOO_MANY, custom));
        };
        self.elements.set(left);
        Ok(())
    }

    /// Whether `count` elements may still follow.
    #[inline]
    pub(super) fn affords(&self, count: usize) -> bool {
        count as u64 <= self.elements.get()
    }

    /// The depth of a value within a value at `depth`, which is refused if that is too deep.
    #[inline]
    pub(super) fn below<E>(
        &self,
        depth: u32,
        custom: impl FnOnce(&'static str) -> E,
    ) -> Result<u32, E> {
        match depth < MAX_DEPTH {
            true => Ok(depth + 1),
            false => Err(self.refuse("it is nested more than 128 deep", custom)),
        }
    }

    /// How many elements to reserve memory for, if this many are announced. The number is within the
    /// limits, but an element may be far larger in memory than in the message.
    pub(super) fn believe(&self, announced: usize) -> usize {
        announced.min(self.bytes)
    }

    /// Refuses a value. The error is one of the encoding, which may have no room for the text, so
    /// the text is kept here.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse<E>(
        &self,
        text: impl Into<Cow<'static, str>>,
        custom: impl FnOnce(&'static str) -> E,
    ) -> E {
        self.refusal.set(Some(text.into()));
        custom("refused")
    }

    /// Why the value was refused: by these limits, or else by the encoding.
    pub(super) fn reason(&self, error: impl fmt::Display) -> String {
        self.refusal.take().map_or_else(|| error.to_string(), Cow::into_owned)
    }
}

/// How many elements a message of this many bytes may have.
fn most_elements(bytes: usize) -> u64 {
    (bytes as u64).saturating_add(SPARE_ELEMENTS)
}
