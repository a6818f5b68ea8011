//! The handshake of the two processes.
//!
//! The request has the identity of the parent's program and the worker to start. The reply has the
//! identity of the child's program and the parent's nonce. The head of both has a fixed form, which does
//! not depend on the codec.

use super::{ProcessLimits, build::PROTOCOL};
use crate::codec::{Arguments, Body, Chosen, Draft, Encoding, Malformed};

const MAGIC: [u8; 8] = *b"coproc\0\x01";
const HEAD: usize = 8 + 4 + 1 + 8 + 16;

/// Which program sends a greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) protocol: u32,
    pub(super) codec: u8,
    pub(super) build: u64,
    pub(super) nonce: u128,
}

/// The worker that the parent wants to start.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Hello {
    pub(super) key: u64,
    pub(super) name: String,
    pub(super) depth: u32,
    pub(super) max_message: u64,
    pub(super) identity: u64,
    pub(super) limits: ProcessLimits,
}

impl Program {
    pub(super) fn new(build: u64, nonce: u128) -> Self {
        Self { protocol: PROTOCOL, codec: Chosen::ID, build, nonce }
    }

    fn head(self) -> Vec<u8> {
        let mut head = MAGIC.to_vec();
        head.extend(self.protocol.to_le_bytes());
        head.push(self.codec);
        head.extend(self.build.to_le_bytes());
        head.extend(self.nonce.to_le_bytes());
        head
    }

    fn read(head: &[u8]) -> Option<Self> {
        let (magic, rest) = head.split_first_chunk()?;
        let (protocol, rest) = rest.split_first_chunk()?;
        let (&codec, rest) = rest.split_first()?;
        let (build, rest) = rest.split_first_chunk()?;
        let (nonce, _) = rest.split_first_chunk()?;
        (*magic == MAGIC).then_some(Self {
            protocol: u32::from_le_bytes(*protocol),
            codec,
            build: u64::from_le_bytes(*build),
            nonce: u128::from_le_bytes(*nonce),
        })
    }

    /// The greeting; `hello` only from the parent.
    pub(super) fn write(self, hello: Option<&Hello>) -> Result<Body, String> {
        let mut draft = Draft::new(usize::MAX);
        draft.put_raw(&self.head());
        if let Some(hello) = hello {
            draft.put(hello);
        }
        draft.finish().map_err(|error| error.to_string())
    }

    /// Reads a greeting; what follows it is the parent's [`Hello`].
    pub(super) fn parse(payload: &[u8]) -> Result<(Self, &[u8]), String> {
        let head = payload.get(..HEAD).ok_or("it is cut off")?;
        let identity = Self::read(head).ok_or("it does not speak coproc's language")?;
        Ok((identity, &payload[HEAD..]))
    }

    /// Whether `other` is the same program; an error says how it differs.
    pub(super) fn check(self, other: Self) -> Result<(), String> {
        let differs = |what: &str, ours: String, theirs: String| {
            Err(format!("its {what} is {theirs}, this program's is {ours}"))
        };
        if self.protocol != other.protocol {
            return differs("protocol", self.protocol.to_string(), other.protocol.to_string());
        }
        if self.codec != other.codec {
            return differs("codec", self.codec.to_string(), other.codec.to_string());
        }
        if self.build != other.build {
            return differs("build", format!("{:x}", self.build), format!("{:x}", other.build));
        }
        if self.nonce != other.nonce {
            return Err("it does not know what only a worker of this program knows".into());
        }
        Ok(())
    }
}

impl Hello {
    pub(super) fn read(payload: &[u8]) -> Result<Self, Malformed> {
        let mut arguments = Arguments::new(payload);
        let hello = arguments.take()?;
        arguments.finish()?;
        Ok(hello)
    }
}
