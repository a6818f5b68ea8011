//! What a message carries beside its bytes: ends of links, which are descriptors wherever they
//! leave this process.
//!
//! A value that travels so writes only where in the attachments it lies. While a message is written,
//! this thread collects what its values put in; while one is read, its values take theirs out.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    fmt,
    thread::LocalKey,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::sync::{Arc, Mutex};

/// A descriptor of this process.
#[cfg(feature = "process")]
pub(crate) type Descriptor = std::os::fd::OwnedFd;

/// Where nothing leaves this process there are none.
#[cfg(not(feature = "process"))]
pub(crate) type Descriptor = std::convert::Infallible;

/// How many descriptors one message may carry: what one system call takes, `SCM_MAX_FD` of
/// unix(7), without the odd one.
pub(crate) const DESCRIPTORS_MOST: usize = 252;

const NOWHERE: &str = "a handle that lies nowhere in its message";

/// What is said of a handle for which there was no room.
pub(super) const LOST: &str = "a handle was lost: this process may have no more files open";

/// Something that travels as itself within this process, and as descriptors to another.
pub(crate) trait Attach: Any + Send + Sync {
    /// Whether it may leave this process, as far as is known before it does.
    ///
    /// # Errors
    ///
    /// Why it may not.
    fn check(&self) -> Result<(), String>;

    /// What stands for it in another process: as many descriptors as it was put in with.
    ///
    /// # Errors
    ///
    /// Why it cannot leave this process.
    fn pack(&self) -> Result<Vec<Descriptor>, String>;
}

/// What lies at one place.
#[derive(Clone)]
pub(super) enum Item {
    Here(Arc<dyn Attach>),
    /// Belongs to what lies before it.
    Reserved,
    Descriptor(Arc<Mutex<Received>>),
    /// A descriptor that this process had no room for.
    Lost,
}

/// What has come of a descriptor.
pub(super) enum Received {
    Descriptor(Descriptor),
    /// It is taken, and whoever took it keeps nothing.
    Taken,
    /// It is taken, with those behind it, and has become this.
    #[cfg(feature = "process")]
    Opened(Arc<dyn Attach>),
}

/// What one message carries.
#[derive(Clone, Default)]
pub(crate) struct Attachments {
    /// Most messages carry nothing, and should not be longer for it.
    #[expect(
        clippy::box_collection,
        reason = "nearly all messages have none, and are moved about"
    )]
    items: Option<Box<Vec<Item>>>,
}

/// What a value finds at its place.
pub(crate) enum Found {
    /// It never left this process.
    Here(Arc<dyn Any + Send + Sync>),
    /// It has come from another.
    Descriptors(Vec<Descriptor>),
}

thread_local! {
    /// How much the message that is being written on this thread carries already; `None`: none is.
    static WRITING: Cell<Option<u32>> = const { Cell::new(None) };
    /// What the value that is being written has put in, if it has.
    static ADDED: RefCell<Vec<Item>> = const { RefCell::new(Vec::new()) };
    static HAS_ADDED: Cell<bool> = const { Cell::new(false) };
    /// What the message carries that is being read on this thread.
    static READING: RefCell<Option<Attachments>> = const { RefCell::new(None) };
}

/// Puts what was before back in place, also after a panic.
struct Restore<T: 'static>(&'static LocalKey<Cell<T>>, T)
where
    T: Copy;

impl<T: Copy> Drop for Restore<T> {
    fn drop(&mut self) {
        self.0.set(self.1);
    }
}

impl Attachments {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_none()
    }

    /// Runs `write`, in which values put things in.
    ///
    /// Nearly all messages carry nothing, which should cost them nothing.
    #[inline]
    pub(super) fn filled_by<R>(&mut self, write: impl FnOnce() -> R) -> R {
        // Of a message inside of which this one is written, or of one that a panic left half done.
        let others = take_added();
        let before = Restore(&WRITING, WRITING.replace(Some(self.len() as u32)));
        let result = write();
        let inside = before.1.is_some();
        drop(before);
        if let Some(added) = take_added() {
            self.items.get_or_insert_default().extend(added);
        }
        if let Some(others) = others.filter(|_| inside) {
            ADDED.set(others);
            HAS_ADDED.set(true);
        }
        result
    }

    /// Runs `read`, in which values take things out.
    #[inline]
    pub(super) fn emptied_by<R>(&self, read: impl FnOnce() -> R) -> R {
        if self.is_empty() {
            return read();
        }
        /// Closes it, also after a panic.
        struct Closed;

        impl Drop for Closed {
            fn drop(&mut self) {
                READING.set(None);
            }
        }

        READING.set(Some(self.clone()));
        let _closed = Closed;
        read()
    }

    /// How many places are taken in it.
    pub(crate) fn len(&self) -> usize {
        self.items.as_ref().map_or(0, |items| items.len())
    }

    /// Whether it may leave this process, as far as is known before it does.
    ///
    /// # Errors
    ///
    /// What may not, and why.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.items.iter().flat_map(|items| items.iter()).try_for_each(|item| match item {
            Item::Here(parcel) => parcel.check(),
            Item::Reserved | Item::Descriptor(_) | Item::Lost => Ok(()),
        })
    }

    /// Makes it ready to leave this process.
    ///
    /// # Errors
    ///
    /// What cannot leave it, and why.
    pub(crate) fn pack(&mut self) -> Result<(), String> {
        // Of what cannot leave together, nothing leaves.
        self.check()?;
        let Some(items) = &mut self.items else { return Ok(()) };
        let mut packed = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item {
                Item::Here(parcel) => packed.extend(parcel.pack()?.into_iter().map(descriptor)),
                Item::Reserved => {}
                Item::Descriptor(_) | Item::Lost => packed.push(item.clone()),
            }
        }
        **items = packed;
        Ok(())
    }

    /// The descriptors of attachments that was packed, which it then no longer has.
    pub(crate) fn into_descriptors(self) -> Vec<Descriptor> {
        let Some(items) = self.items else { return Vec::new() };
        items.into_iter().filter_map(|item| item.into_descriptor()).collect()
    }

    /// Attachments of so many pieces that has been lost on its way here.
    pub(super) fn lost(pieces: usize) -> Self {
        Self { items: Some(Box::new(vec![Item::Lost; pieces])) }
    }

    /// Attachments that has come from another process.
    pub(crate) fn of(descriptors: impl IntoIterator<Item = Descriptor>) -> Self {
        let mut descriptors = descriptors.into_iter().map(descriptor).peekable();
        let items = descriptors.peek().is_some().then(|| Box::new(descriptors.collect()));
        Self { items }
    }
}

/// What was put in and belongs to no message yet.
#[inline]
pub(super) fn take_added() -> Option<Vec<Item>> {
    HAS_ADDED.replace(false).then(|| ADDED.take())
}

fn descriptor(fd: Descriptor) -> Item {
    Item::Descriptor(Arc::new(Mutex::new(Received::Descriptor(fd))))
}

impl Item {
    fn into_descriptor(self) -> Option<Descriptor> {
        match self {
            Self::Descriptor(received) => {
                let mut received = received.lock();
                match std::mem::replace(&mut *received, Received::Taken) {
                    Received::Descriptor(fd) => Some(fd),
                    other => {
                        *received = other;
                        None
                    }
                }
            }
            Self::Here(_) | Self::Reserved | Self::Lost => None,
        }
    }

    /// What is found here as it is.
    fn parcel(&self) -> Option<Arc<dyn Attach>> {
        match self {
            Self::Here(parcel) => Some(Arc::clone(parcel)),
            #[cfg(feature = "process")]
            Self::Descriptor(received) => match &*received.lock() {
                Received::Opened(parcel) => Some(Arc::clone(parcel)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Puts `parcel`, which is `places` descriptors elsewhere, into the message that is being written;
/// gives where it lies.
///
/// # Errors
///
/// No message is being written, or it carries too much already.
pub(crate) fn put(parcel: Arc<dyn Attach>, places: usize) -> Result<u32, String> {
    add(std::iter::once(Item::Here(parcel)).chain((1..places).map(|_| Item::Reserved)), places)
}

fn add(items: impl Iterator<Item = Item>, places: usize) -> Result<u32, String> {
    let there = WRITING.get().ok_or("it travels only in messages of coproc")? as usize;
    ADDED.with_borrow_mut(|added| {
        let at = there + added.len();
        if at + places > DESCRIPTORS_MOST {
            let text = "one message carries at most 84 controllers, or 126 messengers; send the \
                        others in another";
            return Err(text.to_owned());
        }
        added.extend(items);
        HAS_ADDED.set(true);
        Ok(at as u32)
    })
}

/// Takes what lies at `at` and was put there as `places` descriptors out of the message that is
/// being read.
///
/// # Errors
///
/// No message is being read, or there is no such thing in it.
pub(crate) fn take(at: u32, places: usize) -> Result<Found, &'static str> {
    READING.with_borrow(|open| {
        let attachments = open.as_ref().ok_or(NOWHERE)?;
        let items = attachments.items.as_deref().map(Vec::as_slice).unwrap_or_default();
        let start = usize::try_from(at).unwrap_or(usize::MAX);
        let lying = items.get(start..).and_then(|rest| rest.get(..places));
        if let Some(parcel) = lying.and_then(|lying| lying.first()?.parcel()) {
            return Ok(Found::Here(parcel));
        }
        match lying {
            Some(lying @ [Item::Descriptor(_), ..]) => {
                let descriptors: Vec<Descriptor> =
                    lying.iter().filter_map(|item| item.clone().into_descriptor()).collect();
                if descriptors.len() < places {
                    return Err(NOWHERE);
                }
                Ok(Found::Descriptors(descriptors))
            }
            Some([Item::Lost, ..]) => Err(LOST),
            _ => Err(NOWHERE),
        }
    })
}

/// Whether the message that is being read has lost what it carried.
#[cfg(feature = "codec-postcard")]
pub(super) fn is_lost() -> bool {
    READING.with_borrow(|open| {
        let items = open.as_ref().and_then(|attachments| attachments.items.as_deref());
        items.is_some_and(|items| items.iter().any(|item| matches!(item, Item::Lost)))
    })
}

/// What was taken as descriptors from `at` on has become `parcel`: whoever reads the same message
/// again finds that. A link cannot be made of the same descriptors twice.
#[cfg(feature = "process")]
pub(crate) fn keep(at: u32, parcel: Arc<dyn Attach>) {
    READING.with_borrow(|open| {
        let items = open.as_ref().and_then(|attachments| attachments.items.as_deref());
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        if let Some(Item::Descriptor(received)) = items.and_then(|items| items.get(at)) {
            *received.lock() = Received::Opened(parcel);
        }
    });
}

impl fmt::Debug for Attachments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachments({})", self.len())
    }
}

/// What belongs to a content that was encoded before, as a value that travels with it.
#[derive(Clone, Debug, Default)]
pub struct Carried(pub(crate) Attachments);

impl Serialize for Carried {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = self.0.items.as_deref().map(Vec::as_slice).unwrap_or_default();
        let at = match items {
            [] => 0,
            items => add(items.iter().cloned(), items.len()).map_err(ser::Error::custom)?,
        };
        (at, items.len() as u32).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Carried {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (at, places): (u32, u32) = Deserialize::deserialize(deserializer)?;
        if places == 0 {
            return Ok(Self::default());
        }
        let [at, places] = [at, places].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        READING.with_borrow(|open| {
            let items = open.as_ref().and_then(|attachments| attachments.items.as_deref());
            let lying = items.and_then(|items| items.get(at..)?.get(..places));
            let lying = lying.ok_or_else(|| de::Error::custom(NOWHERE))?;
            Ok(Self(Attachments { items: Some(Box::new(lying.to_vec())) }))
        })
    }
}
