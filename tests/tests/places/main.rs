//! A worker is the same wherever it runs: every case below runs on [`Process`](coproc::Process),
//! on [`Thread`](coproc::Thread) and on [`Inline`](coproc::Inline).
//!
//! Where the caller's own thread is what runs the handlers, nothing happens until it waits. So no
//! case expects that a handler has begun before somebody waits, unless it says that it is about
//! workers that run beside their callers.

// One body for three places: `Process` is no `Copy`, the other two are.
#![allow(clippy::clone_on_copy)]

/// Each function becomes three tests, with a place of each kind under the name in its parentheses.
macro_rules! everywhere {
    ($($(#[$doc:meta])* fn $name:ident($place:ident) $body:block)*) => {
        mod on_process {
            #[allow(unused_imports)]
            use super::*;
            $($(#[$doc])* #[coproc::test] fn $name() {
                let _watch = coproc_tests::Watch::set();
                let $place = coproc::Process::new();
                $body
            })*
        }

        mod on_thread {
            #[allow(unused_imports)]
            use super::*;
            $($(#[$doc])* #[test] fn $name() {
                let _watch = coproc_tests::Watch::set();
                let $place = coproc::Thread;
                $body
            })*
        }

        mod inside_the_caller {
            #[allow(unused_imports)]
            use super::*;
            $($(#[$doc])* #[test] fn $name() {
                let _watch = coproc_tests::Watch::set();
                let $place = coproc::Inline;
                $body
            })*
        }
    };
}

/// The same for the two places where a worker runs beside its caller.
macro_rules! beside {
    ($($(#[$doc:meta])* fn $name:ident($place:ident) $body:block)*) => {
        mod beside_on_process {
            #[allow(unused_imports)]
            use super::*;
            $($(#[$doc])* #[coproc::test] fn $name() {
                let _watch = coproc_tests::Watch::set();
                let $place = coproc::Process::new();
                $body
            })*
        }

        mod beside_on_thread {
            #[allow(unused_imports)]
            use super::*;
            $($(#[$doc])* #[test] fn $name() {
                let _watch = coproc_tests::Watch::set();
                let $place = coproc::Thread;
                $body
            })*
        }
    };
}

mod ends;
mod inside;
mod limits;
mod order;
mod own_end;
mod starts;
mod values;
