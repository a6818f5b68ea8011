//! What a message may cost, beyond its bytes.

use std::{borrow::Cow, cell::Cell, fmt};

use serde::{de, ser};

/// How deep values may be nested in one another. Each level takes stack, in the peer as well.
pub(super) const MAX_DEPTH: u32 = 128;

/// How many elements a message may have beyond one a byte, for those that take no bytes at all.
pub(super) const SPARE_ELEMENTS: u64 = 65_536;

/// What is left of the limits of one message while its values are read.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Elements of sequences and maps that may still come.
    elements: u64,
    /// The size of the whole message in bytes.
    bytes: usize,
}

impl Limits {
    /// The limits of a message of this many bytes.
    #[must_use]
    pub(crate) fn of(bytes: usize) -> Self {
        Self { elements: most_elements(bytes), bytes }
    }

    /// Starts to read a value.
    pub(super) fn watch(&self) -> Watch {
        Watch { elements: Cell::new(self.elements), bytes: self.bytes, refusal: Cell::new(None) }
    }

    /// Ends what [`watch`](Self::watch) started.
    pub(super) fn settle(&mut self, watch: &Watch) {
        self.elements = watch.elements.get();
    }
}

/// How many elements a message of this many bytes may have.
pub(super) fn most_elements(bytes: usize) -> u64 {
    (bytes as u64).saturating_add(SPARE_ELEMENTS)
}

/// Watches over one value while it is written or read.
///
/// It is shared by all levels of the value, whose code belongs to its types and only passes
/// references on: hence the cells.
pub(super) struct Watch {
    elements: Cell<u64>,
    bytes: usize,
    refusal: Cell<Option<Cow<'static, str>>>,
}

impl Watch {
    /// Over a value that is written, where this many elements may still come.
    pub(super) fn writing(elements: u64) -> Self {
        Self { elements: Cell::new(elements), bytes: 0, refusal: Cell::new(None) }
    }

    /// How many elements may still come.
    pub(super) fn elements(&self) -> u64 {
        self.elements.get()
    }

    /// Counts `count` elements; a text if they are too many.
    #[inline]
    pub(super) fn charge(&self, count: usize) -> Result<(), &'static str> {
        let left = self.elements.get().checked_sub(count as u64).ok_or(TOO_MANY)?;
        self.elements.set(left);
        Ok(())
    }

    /// Whether `count` elements may still come.
    #[inline]
    pub(super) fn affords(&self, count: usize) -> bool {
        count as u64 <= self.elements.get()
    }

    /// The depth of what lies in a value at `depth`; a text if that is too deep.
    #[inline]
    pub(super) fn below(&self, depth: u32) -> Result<u32, &'static str> {
        if depth < MAX_DEPTH { Ok(depth + 1) } else { Err(TOO_DEEP) }
    }

    /// How many elements to make room for if this many are announced. Their number is checked, but
    /// in memory each may be far larger than the byte that it takes at least.
    pub(super) fn believe(&self, announced: usize) -> usize {
        announced.min(self.bytes)
    }

    /// Our own reason not to write a value, as an error of the inner codec. That may be unable to
    /// hold a text, so the text is kept here.
    #[cold]
    #[inline(never)]
    pub(super) fn unwritable<E: ser::Error>(&self, text: impl Into<Cow<'static, str>>) -> E {
        self.refusal.set(Some(text.into()));
        E::custom("refused")
    }

    /// Our own reason not to read a value, likewise.
    #[cold]
    #[inline(never)]
    pub(super) fn unreadable<E: de::Error>(&self, text: &'static str) -> E {
        self.refusal.set(Some(text.into()));
        E::custom("refused")
    }

    /// Why the value was refused: by us, or else by the inner codec.
    pub(super) fn reason(&self, error: impl fmt::Display) -> String {
        self.refusal.take().map_or_else(|| error.to_string(), Cow::into_owned)
    }
}

pub(super) const TOO_MANY: &str =
    "it has over 65536 elements more than bytes: elements that take no bytes are counted, too";

const TOO_DEEP: &str = "it is nested more than 128 deep";
