//! What a message carries beside its bytes: ends of links, which are descriptors wherever they
//! leave this process.
//!
//! A value that travels so writes only where in the luggage it lies. While a message is written,
//! this thread collects what its values put in; while one is read, its values take theirs out.

use std::{any::Any, cell::RefCell, fmt};

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

/// Something that travels as itself within this process, and as descriptors to another.
pub(crate) trait Parcel: Any + Send + Sync {
    /// What stands for it in another process: as many descriptors as it was put in with.
    ///
    /// # Errors
    ///
    /// Why it cannot leave this process.
    fn pack(&self) -> Result<Vec<Descriptor>, String>;
}

/// What lies at one place.
#[derive(Clone)]
enum Item {
    Here(Arc<dyn Parcel>),
    /// Belongs to what lies before it.
    Reserved,
    Descriptor(Arc<Mutex<Option<Descriptor>>>),
}

/// What one message carries.
#[derive(Clone, Default)]
pub(crate) struct Luggage {
    /// Most messages carry nothing, and should not be longer for it.
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
    /// What the message carries that is being written or read on this thread.
    static OPEN: RefCell<Option<Luggage>> = const { RefCell::new(None) };
}

impl Luggage {
    /// Runs `body`, in which values put things in or take things out.
    #[inline]
    pub(super) fn with<R>(&mut self, body: impl FnOnce() -> R) -> R {
        /// Puts what was open before back in place, also if `body` panics.
        struct Before(Option<Luggage>);

        impl Drop for Before {
            fn drop(&mut self) {
                OPEN.set(self.0.take());
            }
        }

        let before = Before(OPEN.replace(Some(std::mem::take(self))));
        let result = body();
        *self = OPEN.take().unwrap_or_default();
        drop(before);
        result
    }

    pub(super) fn len(&self) -> usize {
        self.items.as_ref().map_or(0, |items| items.len())
    }

    /// Makes it ready to leave this process.
    ///
    /// # Errors
    ///
    /// What cannot leave it, and why.
    pub(crate) fn pack(&mut self) -> Result<(), String> {
        let Some(items) = &mut self.items else { return Ok(()) };
        let mut packed = Vec::with_capacity(items.len());
        for item in items.drain(..) {
            match item {
                Item::Here(parcel) => packed.extend(parcel.pack()?.into_iter().map(descriptor)),
                Item::Reserved => {}
                Item::Descriptor(_) => packed.push(item),
            }
        }
        **items = packed;
        Ok(())
    }

    /// The descriptors of luggage that was packed, which it then no longer has.
    pub(crate) fn into_descriptors(self) -> Vec<Descriptor> {
        let items = self.items.map(|items| *items).unwrap_or_default();
        items.into_iter().filter_map(|item| item.into_descriptor()).collect()
    }

    /// Luggage that has come from another process.
    pub(crate) fn of(descriptors: impl IntoIterator<Item = Descriptor>) -> Self {
        let mut descriptors = descriptors.into_iter().map(descriptor).peekable();
        let items = descriptors.peek().is_some().then(|| Box::new(descriptors.collect()));
        Self { items }
    }
}

fn descriptor(fd: Descriptor) -> Item {
    Item::Descriptor(Arc::new(Mutex::new(Some(fd))))
}

impl Item {
    fn into_descriptor(self) -> Option<Descriptor> {
        match self {
            Self::Descriptor(fd) => fd.lock().take(),
            Self::Here(_) | Self::Reserved => None,
        }
    }
}

/// Puts `parcel`, which is `places` descriptors elsewhere, into the message that is being written;
/// gives where it lies.
///
/// # Errors
///
/// No message is being written, or it carries too much already.
pub(crate) fn put(parcel: Arc<dyn Parcel>, places: usize) -> Result<u32, String> {
    OPEN.with_borrow_mut(|open| {
        let luggage = open.as_mut().ok_or("it travels only in messages of coproc")?;
        let at = luggage.len();
        if at + places > DESCRIPTORS_MOST {
            let text = "one message carries at most 84 controllers; send the others in another";
            return Err(text.to_owned());
        }
        let items = luggage.items.get_or_insert_default();
        items.push(Item::Here(parcel));
        items.extend((1..places).map(|_| Item::Reserved));
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
    OPEN.with_borrow_mut(|open| {
        let luggage = open.as_mut().ok_or("it travels only in messages of coproc")?;
        let items = luggage.items.as_deref_mut().map(Vec::as_mut_slice).unwrap_or_default();
        let start = usize::try_from(at).unwrap_or(usize::MAX);
        let lying = items.get_mut(start..).and_then(|rest| rest.get_mut(..places));
        match lying {
            Some([Item::Here(parcel), ..]) => {
                let parcel: Arc<dyn Any + Send + Sync> = Arc::<dyn Parcel>::clone(parcel);
                Ok(Found::Here(parcel))
            }
            Some(lying @ [Item::Descriptor(_), ..]) => {
                let descriptors: Vec<Descriptor> =
                    lying.iter().filter_map(|item| item.clone().into_descriptor()).collect();
                if descriptors.len() < places {
                    return Err("a handle that lies nowhere in its message");
                }
                Ok(Found::Descriptors(descriptors))
            }
            _ => Err("a handle that lies nowhere in its message"),
        }
    })
}

impl fmt::Debug for Luggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Luggage({})", self.len())
    }
}
