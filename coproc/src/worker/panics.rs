//! Learns where a handler panicked.
//!
//! The place of a panic is told only to the panic hook, so one is put in front of whatever hook
//! there is; it takes note for threads that run a worker and passes everything on.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::VecDeque,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
};

use crate::{
    error::{PanicReport, shorten},
    sync::OnceLock,
};

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
    /// The panics that may still end the process, oldest first.
    static CHAIN: RefCell<VecDeque<String>> = const { RefCell::new(VecDeque::new()) };
}

/// How many panics are told of together: one, another while it unwinds, and the one with which the
/// runtime answers that.
const CHAIN_MOST: usize = 3;

/// Called with the text of every panic in this process, before anything else is done about it, and
/// with none once it is over.
type Witness = Box<dyn Fn(&str) + Send + Sync>;

static WITNESS: OnceLock<Witness> = OnceLock::new();

/// Has every panic of this process told to `argument`: in a worker's process it leaves the text
/// where it survives, should the panic end the process.
#[cfg(feature = "process")]
pub(crate) fn set_witness(argument: impl Fn(&str) + Send + Sync + 'static) {
    let _ = WITNESS.set(Box::new(argument));
    install();
}

fn install() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            note(info);
            before(info);
        }));
    });
}

fn note(info: &PanicHookInfo<'_>) {
    let message = text(info.payload());
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    if let Some(argument) = WITNESS.get() {
        argument(&chain(format!("{message} at {location}")));
    }
    if WATCHED.get() {
        LAST.set(Some((message, location)));
    }
}

/// This panic behind those before it on this thread: a second one ends the process, and the first
/// one is why.
fn chain(panic: String) -> String {
    CHAIN.with_borrow_mut(|chain| {
        chain.push_back(panic);
        if chain.len() > CHAIN_MOST {
            chain.pop_front();
        }
        chain.make_contiguous().join(", then ")
    })
}

/// What has panicked on this thread so far will not end the process any more.
fn survive() {
    if !CHAIN.take().is_empty()
        && let Some(argument) = WITNESS.get()
    {
        argument("");
    }
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("the panic's payload is no text").to_owned()
}

/// Runs `body`; a panic becomes a report that names `handler`.
pub(crate) fn catch<R>(handler: &str, body: impl FnOnce() -> R) -> Result<R, PanicReport> {
    install();
    let before = WATCHED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    WATCHED.set(before);
    survive();
    result.map_err(|payload| {
        let (message, location) = LAST.take().unwrap_or_else(|| (text(&*payload), String::new()));
        drop_quietly(payload);
        PanicReport { message: shorten(message), location, handler: handler.to_owned() }
    })
}

/// Drops something whose drop may panic, too.
pub(crate) fn drop_quietly<T>(value: T) {
    let _ = panic::catch_unwind(AssertUnwindSafe(move || drop(value)));
}
