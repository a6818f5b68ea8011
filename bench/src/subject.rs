//! The worker that is measured.

use coproc::{prelude::*, Bytes};

/// A worker that does next to nothing, so that what is measured is coproc.
#[derive(Default, Serialize, Deserialize)]
pub struct Subject {
    notes: u64,
}

/// Some five hundred bytes as a program may well send them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    id: u64,
    name: String,
    position: (f64, f64, f64),
    tags: Vec<String>,
    parent: Option<u64>,
    samples: Vec<u32>,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Plain,
    Measured { by: String, at: u64 },
}

impl Record {
    /// One of them.
    #[must_use]
    pub fn example() -> Self {
        Self {
            id: 1 << 40,
            name: "a name as long as names of things tend to be".into(),
            position: (0.5, -1.25, 1e9),
            tags: ["blue", "round", "heavy", "fragile", "new"].map(String::from).into(),
            parent: Some(7),
            samples: (0..70).collect(),
            kind: Kind::Measured { by: "somebody".into(), at: 1_700_000_000 },
        }
    }
}

#[worker]
impl Subject {
    /// The text, back.
    #[message]
    fn echo(&self, text: &str) -> String {
        text.to_owned()
    }

    /// One more note.
    #[message(oneway)]
    fn note(&mut self, text: &str) {
        self.notes += u64::from(!text.is_empty());
    }

    /// How many notes there were.
    #[message]
    fn notes(&self) -> u64 {
        self.notes
    }

    /// How many bytes came, to be kept.
    #[message]
    fn keep(&self, bytes: Bytes) -> usize {
        bytes.len()
    }

    /// How many bytes came, to be looked at.
    #[message]
    fn look_at(&self, bytes: &[u8]) -> usize {
        bytes.len()
    }

    /// The bytes, back.
    #[message]
    fn echo_bytes(&self, bytes: &[u8]) -> Bytes {
        bytes.into()
    }

    /// Nothing, for nothing.
    #[message]
    fn nothing(&self) {}

    /// Takes a record to pieces, or at least to a whole.
    #[message]
    fn take(&self, record: Record) {
        std::hint::black_box(record);
    }
}
