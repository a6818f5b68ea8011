//! Frames as bytes, written down a second time: what stands here is the format, not what the
//! library makes of it.

pub(crate) const TELL: u8 = 3;
pub(crate) const CALL: u8 = 4;
pub(crate) const ANSWER: u8 = 5;
pub(crate) const CANCEL: u8 = 6;
pub(crate) const DEFERRED: u8 = 7;
pub(crate) const ROOM: u8 = 8;
pub(crate) const EVENT: u8 = 9;
pub(crate) const UNHEARD: u8 = 10;
pub(crate) const CLOSE: u8 = 11;
pub(crate) const ENDED: u8 = 12;
pub(crate) const ADOPT: u8 = 13;
pub(crate) const REPLY: u8 = 14;
pub(crate) const FAILURE: u8 = 15;
pub(crate) const CLOSE_REQUEST: u8 = 16;

/// Descriptors come with the frame.
pub(crate) const CARRIES: u8 = 0x80;
/// The call was made inside another.
pub(crate) const NESTED: u8 = 0x40;

pub(crate) const VALUE: u8 = 1;
pub(crate) const ERROR: u8 = 2;
pub(crate) const PANICKED: u8 = 3;
pub(crate) const TOO_LARGE: u8 = 7;

/// A frame that may say anything.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Without it, that of the payload.
    pub(crate) length: Option<u32>,
    pub(crate) kind: u8,
    pub(crate) status: u8,
    pub(crate) channel: u16,
    pub(crate) priority: i32,
    pub(crate) handler: u32,
    pub(crate) id: u64,
    pub(crate) deadline: u64,
    pub(crate) payload: Vec<u8>,
}

/// A frame of this kind; `id` is left out where the kind has none.
pub(crate) fn frame(kind: u8, id: u64) -> Frame {
    let has_id = matches!(
        kind & !(CARRIES | NESTED),
        CALL | ANSWER | CANCEL | DEFERRED | ROOM | REPLY | FAILURE
    );
    Frame {
        length: None,
        kind,
        status: if matches!(kind, ANSWER | ENDED) { VALUE } else { 0 },
        channel: 0,
        priority: 0,
        handler: 0,
        id: if has_id { id } else { 0 },
        deadline: u64::MAX,
        payload: Vec::new(),
    }
}

impl Frame {
    pub(crate) fn status(self, status: u8) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn with(self, payload: impl Into<Vec<u8>>) -> Self {
        Self { payload: payload.into(), ..self }
    }

    /// The same without the fields that its kind does not have.
    pub(crate) fn fitted(self) -> Self {
        let kind = self.kind & !(CARRIES | NESTED);
        let message = matches!(kind, TELL | CALL);
        let status = if matches!(kind, ANSWER | ENDED) { self.status } else { 0 };
        let has_channel = message || matches!(kind, ROOM | REPLY | FAILURE);
        let has_number = message || matches!(kind, UNHEARD | 1) || status == TOO_LARGE;
        Self {
            status,
            channel: if has_channel { self.channel } else { 0 },
            priority: if message || kind == REPLY { self.priority } else { 0 },
            handler: if has_number { self.handler } else { 0 },
            deadline: if message || kind == CLOSE { self.deadline } else { u64::MAX },
            ..self
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let length = self.length.unwrap_or(self.payload.len() as u32);
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.extend([self.kind, self.status]);
        bytes.extend(self.channel.to_le_bytes());
        bytes.extend(self.priority.to_le_bytes());
        bytes.extend(self.handler.to_le_bytes());
        bytes.extend(self.id.to_le_bytes());
        bytes.extend(self.deadline.to_le_bytes());
        bytes.extend(&self.payload);
        bytes
    }
}

pub(crate) fn stream(frames: &[Frame]) -> Vec<u8> {
    frames.iter().flat_map(Frame::bytes).collect()
}

/// The number of elements of a sequence, or of the bytes of a text.
pub(crate) fn count(count: u64) -> Vec<u8> {
    if !cfg!(feature = "codec-postcard") {
        return count.to_le_bytes().to_vec();
    }
    let mut rest = count;
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

pub(crate) fn text(text: &[u8]) -> Vec<u8> {
    let mut bytes = count(text.len() as u64);
    bytes.extend(text);
    bytes
}

/// The kind, the status and the id of every frame in `bytes`.
pub(crate) fn heads(mut bytes: &[u8]) -> Vec<(u8, u8, u64)> {
    let mut heads = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<32>() {
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let id = u64::from_le_bytes(std::array::from_fn(|at| head[16 + at]));
        heads.push((head[4], head[5], id));
        bytes = &rest[length..];
    }
    assert!(bytes.is_empty(), "{} bytes at the end are no frame", bytes.len());
    heads
}
