//! How replies are written and read.

use std::{cell::Cell, convert::Infallible};

use super::{
    arguments::Arguments,
    draft::Draft,
    encode_error::{EncodeError, Malformed},
    frame::Body,
};
use crate::{
    error::{CallError, PanicReport, shorten},
    protocol::{Status, Wire},
};

type Encode<T> = fn(&T, &mut Draft);
type Decode<T> = fn(&mut Arguments<'_>) -> Result<T, Malformed>;

/// How a call ended, its reply not decoded.
pub(crate) type Completion = Result<Body, CallError<Body>>;

/// Decodes how a call ended.
pub(crate) type Read<T, E> = fn(Completion) -> Result<T, CallError<E>>;

/// Knows how replies of one handler travel: a `T`, or the error `E`.
#[derive(Debug)]
pub struct Reply<T, E = Infallible> {
    encode: (Encode<T>, Encode<E>),
    decode: (Decode<T>, Decode<E>),
    pub(crate) read: Read<T, E>,
}

impl<T, E> Clone for Reply<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Reply<T, E> {}

/// Replies of a handler that cannot fail.
#[must_use]
pub fn reply<T: Wire>() -> Reply<T> {
    Reply {
        encode: (put, impossible),
        decode: (take, unheard_of),
        read: |completion| reply().complete(completion),
    }
}

/// An error that a function of a worker returns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent to the caller",
    label = "this does not implement `Serialize` and `Deserialize`",
    note = "derive `Serialize` and `Deserialize` for it",
    note = "or return `coproc::Result<T>`: its error is made of any other by `?`"
)]
pub trait Failure: Wire {}

#[diagnostic::do_not_recommend]
impl<E: Wire> Failure for E {}

/// Replies of a handler that returns a `Result`.
#[must_use]
pub fn fallible<T: Wire, E: Failure>() -> Reply<T, E> {
    Reply {
        encode: (put, put),
        decode: (take, take),
        read: |completion| fallible().complete(completion),
    }
}

/// Replies that are never given.
#[must_use]
pub fn never() -> Reply<Infallible> {
    Reply {
        encode: (impossible, impossible),
        decode: (unheard_of, unheard_of),
        read: |completion| never().complete(completion),
    }
}

fn put<T: Wire>(value: &T, draft: &mut Draft) {
    draft.put(value);
}

fn take<T: Wire>(arguments: &mut Arguments<'_>) -> Result<T, Malformed> {
    arguments.take()
}

fn impossible(value: &Infallible, _: &mut Draft) {
    match *value {}
}

fn unheard_of(_: &mut Arguments<'_>) -> Result<Infallible, Malformed> {
    Err(Malformed("a value of a type that has none".into()))
}

/// A `Result` under any name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is called `Result` but is none",
    label = "a reply whose type is called `Result` is split into value and error",
    note = "return `std::result::Result`, or an alias of it, or give the type another name"
)]
pub trait Fallible {
    /// The value.
    type Ok;
    /// The error.
    type Err;

    /// Replies of a handler that returns it.
    fn reply() -> Reply<Self::Ok, Self::Err>
    where
        Self::Ok: Wire,
        Self::Err: Failure;

    /// The same under its own name.
    fn into_result(self) -> Result<Self::Ok, Self::Err>;
}

impl<T, E> Fallible for Result<T, E> {
    type Ok = T;
    type Err = E;

    fn reply() -> Reply<T, E>
    where
        T: Wire,
        E: Failure,
    {
        fallible()
    }

    fn into_result(self) -> Self {
        self
    }
}

/// A reply, written.
#[derive(Debug)]
pub struct Answer {
    pub(crate) content: Option<Answered>,
}

/// How a call or a worker ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) status: Status,
    pub(crate) body: Body,
}

impl Answer {
    /// No caller is answered, or not yet.
    #[must_use]
    pub fn none() -> Self {
        Self { content: None }
    }

    /// It is done, and there is nothing to say about it.
    pub(crate) fn empty() -> Self {
        let body = Body::empty();
        Self { content: Some(Answered { status: Status::Value, body }) }
    }

    fn write<T>(status: Status, value: &T, encode: Encode<T>) -> Self {
        let mut draft = Draft::within(SPARE.take(), LIMIT.get());
        encode(value, &mut draft);
        Self { content: Some(Answered::of(status, draft.finish())) }
    }
}

impl Answered {
    /// How a call ended that a dispatcher sent on.
    pub(crate) fn relayed(completion: Completion) -> Self {
        let (status, body) = match completion {
            Ok(body) => (Status::Value, Ok(body)),
            Err(CallError::Handler(body)) => (Status::Error, Ok(body)),
            Err(failure) => {
                let failure: CallError<()> = failure.without_handler().widen();
                (Status::Failed, Body::of(&failure, usize::MAX))
            }
        };
        Self::of(status, body)
    }

    /// A text instead of a value.
    pub(crate) fn text(status: Status, text: &str) -> Self {
        Self::of(status, Body::of(&shorten(text.to_owned()), usize::MAX))
    }

    fn of(status: Status, body: Result<Body, EncodeError>) -> Self {
        match body {
            Ok(body) => Self { status, body },
            Err(EncodeError::TooLarge { size, .. }) => {
                let size = u32::try_from(size).unwrap_or(u32::MAX);
                Self { status: Status::TooLarge { size }, body: Body::empty() }
            }
            Err(EncodeError::Refused(text)) => Self::text(Status::Unencodable, &text),
        }
    }
}

impl<T, E> Reply<T, E> {
    /// Writes a value.
    #[expect(clippy::needless_pass_by_value, reason = "a reply is given away")]
    pub fn value(self, value: T) -> Answer {
        Answer::write(Status::Value, &value, self.encode.0)
    }

    /// Writes a value or an error.
    pub fn result(self, result: Result<T, E>) -> Answer {
        match result {
            Ok(value) => self.value(value),
            Err(error) => Answer::write(Status::Error, &error, self.encode.1),
        }
    }

    /// Writes the error, if it is one.
    ///
    /// # Errors
    ///
    /// The written error.
    pub fn split<S>(self, result: Result<S, E>) -> Result<S, Answer> {
        result.map_err(|error| Answer::write(Status::Error, &error, self.encode.1))
    }

    pub(crate) fn write(self, value: &T, draft: &mut Draft) {
        (self.encode.0)(value, draft);
    }

    pub(crate) fn read(self, body: &Body) -> Result<T, Malformed> {
        self.read_from(body.arguments())
    }

    pub(crate) fn read_error(self, body: &Body) -> Result<E, Malformed> {
        read(body.arguments(), self.decode.1)
    }

    /// Reads a value that is all of `arguments`.
    pub(crate) fn read_from(self, arguments: Arguments<'_>) -> Result<T, Malformed> {
        read(arguments, self.decode.0)
    }
}

impl<T, E> Reply<T, E> {
    /// Decodes how a call ended.
    pub(crate) fn complete(self, completion: Completion) -> Result<T, CallError<E>> {
        match completion {
            Ok(value) => self.read(&value).map_err(malformed),
            Err(CallError::Handler(error)) => {
                Err(self.read_error(&error).map_or_else(malformed, CallError::Handler))
            }
            Err(other) => Err(other.without_handler().widen()),
        }
    }
}

/// A reply that is none.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` passes")]
pub(crate) fn malformed<E>(malformed: Malformed) -> CallError<E> {
    CallError::Protocol(format!("a reply with {malformed}"))
}

fn read<T>(mut arguments: Arguments<'_>, decode: Decode<T>) -> Result<T, Malformed> {
    let value = decode(&mut arguments)?;
    arguments.finish()?;
    Ok(value)
}

/// Reads a text that stands in place of a value.
pub(crate) fn read_text(body: &Body) -> String {
    read(body.arguments(), take::<String>).unwrap_or_else(|malformed| malformed.to_string())
}

/// Reads what a panic left.
pub(crate) fn read_panic(body: &Body) -> PanicReport {
    read(body.arguments(), take::<PanicReport>).unwrap_or_else(|malformed| PanicReport {
        message: malformed.to_string(),
        location: String::new(),
        handler: String::new(),
    })
}

/// Reads the error of a call that a dispatcher sent on.
pub(crate) fn read_failure<E>(body: &Body) -> CallError<E> {
    let failure = read(body.arguments(), take::<CallError<()>>);
    match failure {
        Ok(CallError::Handler(()) | CallError::Cancelled) => {
            malformed(Malformed("an error that no dispatcher sends on".into()))
        }
        Ok(failure) => failure.without_handler().widen(),
        Err(error) => malformed(error),
    }
}

thread_local! {
    /// How large a reply may be that this thread writes. A worker has one limit, and a thread
    /// serves one worker at a time; passing it along would put it into every line of generated
    /// code.
    static LIMIT: Cell<usize> = const { Cell::new(usize::MAX) };
    /// Memory for the next reply that this thread writes, for the same reason.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// How many bytes are kept at most for the next reply.
const SPARE_MOST: usize = 64 << 10;

/// Has the next reply that this thread writes use the memory of this one, which has been copied.
pub(crate) fn reuse(reply: Body) {
    let memory = reply.into_memory();
    if memory.capacity() <= SPARE_MOST {
        SPARE.set(memory);
    }
}

/// MessageLimits the replies that this thread writes; gives the limit that was in force.
pub(crate) fn limit_replies(max: usize) -> usize {
    LIMIT.replace(max)
}

/// How large a reply may be that this thread writes.
pub(crate) fn reply_limit() -> usize {
    LIMIT.get()
}
