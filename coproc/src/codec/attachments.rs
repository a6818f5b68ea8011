//! What a message carries besides its bytes: ends of connections, which leave this process as
//! descriptors.
//!
//! 1. A value with an attachment encodes only the place of the attachment in its message.
//! 2. While a message is encoded, this thread collects the attachments of its values in `ADDED`.
//! 3. While a message is decoded, its values take their attachments out of `DECODING`.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    fmt,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::sync::{Arc, Mutex};

/// A descriptor of this process.
#[cfg(feature = "process")]
pub(crate) type Descriptor = std::os::fd::OwnedFd;

/// Without processes there are no descriptors.
#[cfg(not(feature = "process"))]
pub(crate) type Descriptor = std::convert::Infallible;

/// How many descriptors one message may carry: the even number below `SCM_MAX_FD` of unix(7), which
/// one system call takes.
pub(crate) const DESCRIPTORS_MOST: usize = 252;

const NOWHERE: &str = "a handle that lies nowhere in its message";

/// The error of a handle whose descriptors this process had no room for.
pub(super) const LOST: &str = "a handle was lost: this process may have no more files open";

/// A value that travels as itself within this process, and as descriptors to another.
pub(crate) trait Attach: Any + Send + Sync {
    /// Whether the value may leave this process, as far as that is known before it does.
    ///
    /// # Errors
    ///
    /// Why it may not.
    fn check(&self) -> Result<(), String>;

    /// The descriptors that stand for the value in another process: as many as it was added with.
    ///
    /// # Errors
    ///
    /// Why the value cannot leave this process.
    fn pack(&self) -> Result<Vec<Descriptor>, String>;
}

/// What is at one place.
#[derive(Clone)]
pub(super) enum Attachment {
    /// It has not left this process.
    Here(Arc<dyn Attach>),
    /// The place belongs to the attachment before it.
    Reserved,
    Descriptor(Arc<Mutex<Arrival>>),
    /// A descriptor that this process had no room for.
    Lost,
}

/// A descriptor from another process, and what became of it.
pub(super) struct Arrival {
    /// `None` once it is taken.
    descriptor: Option<Descriptor>,
    /// What was made of it and of the descriptors behind it.
    opened: Option<Arc<dyn Attach>>,
}

/// What one message carries.
#[derive(Clone, Default)]
pub struct Attachments {
    /// Most messages carry nothing, and should not be longer for it.
    #[expect(
        clippy::box_collection,
        reason = "nearly all messages have none, and are moved about"
    )]
    places: Option<Box<Vec<Attachment>>>,
}

/// What a value finds at its place.
pub(crate) enum Found {
    /// It never left this process.
    Here(Arc<dyn Any + Send + Sync>),
    /// It came from another process.
    Descriptors(Vec<Descriptor>),
}

thread_local! {
    /// How many places are taken in the message that this thread encodes; `None` if it encodes none.
    static ENCODING: Cell<Option<u32>> = const { Cell::new(None) };
    /// What the value that is encoded has added.
    static ADDED: RefCell<Vec<Attachment>> = const { RefCell::new(Vec::new()) };
    /// Whether `ADDED` holds anything: a cell without a destructor is faster to reach.
    static HAS_ADDED: Cell<bool> = const { Cell::new(false) };
    /// What the message carries that this thread decodes.
    static DECODING: RefCell<Attachments> = const { RefCell::new(Attachments { places: None }) };
}

/// Calls a function when it is dropped, also in a panic.
struct Finally<F: Fn()>(F);

impl<F: Fn()> Drop for Finally<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl Attachments {
    fn places(&self) -> &[Attachment] {
        self.places.as_deref().map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_none()
    }

    /// How many places are taken.
    pub(crate) fn len(&self) -> usize {
        self.places().len()
    }

    /// Runs `encode`, in which values add attachments.
    #[inline]
    pub(super) fn filled_by<R>(&mut self, encode: impl FnOnce() -> R) -> R {
        // Of a message inside of which this one is encoded, or left by a panic.
        let others = take_added();
        let before = ENCODING.replace(Some(self.len() as u32));
        let restore = Finally(|| ENCODING.set(before));
        let result = encode();
        drop(restore);
        if let Some(added) = take_added() {
            self.places.get_or_insert_default().extend(added);
        }
        if let Some(others) = others.filter(|_| before.is_some()) {
            ADDED.set(others);
            HAS_ADDED.set(true);
        }
        result
    }

    /// Runs `decode`, in which values take their attachments out.
    #[inline]
    pub(super) fn emptied_by<R>(&self, decode: impl FnOnce() -> R) -> R {
        if self.is_empty() {
            return decode();
        }
        DECODING.set(self.clone());
        let _close = Finally(|| DECODING.set(Self::default()));
        decode()
    }

    /// Whether all attachments may leave this process, as far as that is known before they do.
    ///
    /// # Errors
    ///
    /// Which may not, and why.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.places().iter().try_for_each(|place| match place {
            Attachment::Here(attached) => attached.check(),
            _ => Ok(()),
        })
    }

    /// Replaces the attachments by descriptors. If one cannot leave this process, none does.
    ///
    /// # Errors
    ///
    /// Which cannot leave this process, and why.
    pub(crate) fn pack(&mut self) -> Result<(), String> {
        self.check()?;
        let mut packed = Vec::with_capacity(self.len());
        for place in self.places() {
            match place {
                Attachment::Here(attached) => {
                    packed.extend(attached.pack()?.into_iter().map(Attachment::arrived));
                }
                Attachment::Reserved => {}
                Attachment::Descriptor(_) | Attachment::Lost => packed.push(place.clone()),
            }
        }
        if let Some(places) = &mut self.places {
            **places = packed;
        }
        Ok(())
    }

    /// The descriptors of packed attachments, which then no longer have them.
    pub(crate) fn into_descriptors(self) -> Vec<Descriptor> {
        self.places().iter().filter_map(Attachment::take_descriptor).collect()
    }

    /// This many attachments that this process had no room for.
    pub(super) fn lost(count: usize) -> Self {
        Self::at(vec![Attachment::Lost; count])
    }

    /// Attachments that came from another process.
    pub(crate) fn of(descriptors: impl IntoIterator<Item = Descriptor>) -> Self {
        Self::at(descriptors.into_iter().map(Attachment::arrived).collect())
    }

    fn at(places: Vec<Attachment>) -> Self {
        Self { places: (!places.is_empty()).then(|| Box::new(places)) }
    }
}

impl Attachment {
    fn arrived(descriptor: Descriptor) -> Self {
        let arrival = Arrival { descriptor: Some(descriptor), opened: None };
        Self::Descriptor(Arc::new(Mutex::new(arrival)))
    }

    fn take_descriptor(&self) -> Option<Descriptor> {
        match self {
            Self::Descriptor(arrival) => arrival.lock().descriptor.take(),
            _ => None,
        }
    }

    /// The attachment, if it is in this process.
    fn attached(&self) -> Option<Arc<dyn Attach>> {
        match self {
            Self::Here(attached) => Some(Arc::clone(attached)),
            Self::Descriptor(arrival) => arrival.lock().opened.clone(),
            _ => None,
        }
    }
}

/// What was added to the message that is encoded and is not in its attachments yet.
#[inline]
pub(super) fn take_added() -> Option<Vec<Attachment>> {
    HAS_ADDED.replace(false).then(|| ADDED.take())
}

/// Adds an attachment that takes `places` descriptors to the message that this thread encodes. Gives
/// its place.
///
/// # Errors
///
/// This thread encodes no message, or the message carries too much already.
pub(crate) fn put(attached: Arc<dyn Attach>, places: usize) -> Result<u32, String> {
    let reserved = (1..places).map(|_| Attachment::Reserved);
    add(std::iter::once(Attachment::Here(attached)).chain(reserved), places)
}

fn add(attachments: impl Iterator<Item = Attachment>, places: usize) -> Result<u32, String> {
    let taken = ENCODING.get().ok_or("it travels only in messages of coproc")? as usize;
    ADDED.with_borrow_mut(|added| {
        let at = taken + added.len();
        if at + places > DESCRIPTORS_MOST {
            let text = "one message carries at most 84 controllers, or 126 messengers; send the \
                        others in another";
            return Err(text.to_owned());
        }
        added.extend(attachments);
        HAS_ADDED.set(true);
        Ok(at as u32)
    })
}

/// Passes the `places` places at `at` of the message that this thread decodes to `read`.
fn decoding<R>(
    at: u32,
    places: usize,
    read: impl FnOnce(&[Attachment]) -> Result<R, &'static str>,
) -> Result<R, &'static str> {
    DECODING.with_borrow(|attachments| {
        let found = attachments.places().get(at as usize..).and_then(|rest| rest.get(..places));
        found.ok_or(NOWHERE).and_then(read)
    })
}

/// Takes the attachment at `at`, which was added with `places` descriptors, out of the message that
/// this thread decodes.
///
/// # Errors
///
/// This thread decodes no message, or there is no such attachment in it.
pub(crate) fn take(at: u32, places: usize) -> Result<Found, &'static str> {
    decoding(at, places, |found| {
        if let Some(attached) = found.first().and_then(Attachment::attached) {
            return Ok(Found::Here(attached));
        }
        let descriptors: Option<_> = found.iter().map(Attachment::take_descriptor).collect();
        let lost = matches!(found, [Attachment::Lost, ..]);
        descriptors.map(Found::Descriptors).ok_or(if lost { LOST } else { NOWHERE })
    })
}

/// Whether this process had no room for the attachments of the message that this thread decodes.
#[cfg(feature = "codec-postcard")]
pub(super) fn is_lost() -> bool {
    DECODING.with_borrow(|attachments| {
        attachments.places().iter().any(|place| matches!(place, Attachment::Lost))
    })
}

/// Records what was made of the descriptors from `at` on: a connection cannot be made of the same
/// descriptors twice, so another decoding of the same message finds this.
#[cfg(feature = "process")]
pub(crate) fn keep(at: u32, attached: Arc<dyn Attach>) {
    let _ = decoding(at, 1, |found| {
        if let [Attachment::Descriptor(arrival)] = found {
            arrival.lock().opened = Some(attached);
        }
        Ok(())
    });
}

impl fmt::Debug for Attachments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachments({})", self.len())
    }
}

/// Attachments are a value of another message where a value that was encoded before travels in it.
impl Serialize for Attachments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let places = self.places();
        let at = match places {
            [] => 0,
            _ => add(places.iter().cloned(), places.len()).map_err(ser::Error::custom)?,
        };
        (at, places.len() as u32).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Attachments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match <(u32, u32)>::deserialize(deserializer)? {
            (_, 0) => Ok(Self::default()),
            (at, places) => decoding(at, places as usize, |found| Ok(Self::at(found.to_vec())))
                .map_err(de::Error::custom),
        }
    }
}
