//! `#[cfg]`, documentation, `#[deprecated]` and `#[must_use]` hold for everything generated, and
//! raw identifiers are names like others.

#![allow(unexpected_cfgs)]

use coproc::{call::Controller as _, prelude::*};

pub struct Configured {
    ticks: u32,
}

#[worker(channels(r#type, data(capacity = Self_::CAPACITY, overflow = reject)))]
#[cfg(not(absent))]
#[cfg_attr(absent, allow(dead_code))]
impl Configured {
    #![allow(clippy::unused_self)]

    #[init]
    fn r#in(r#type: u8) -> Self {
        Self { ticks: r#type.into() }
    }

    #[cfg(absent)]
    #[message]
    fn absent(&self, nothing: NoSuchType) -> NoSuchType {
        nothing
    }

    /// Present.
    #[cfg(not(absent))]
    #[message(channel = data)]
    fn present(&self) -> u8 {
        1
    }

    /// One of two.
    #[cfg(absent)]
    #[message]
    fn either(&self) -> NoSuchType {}

    /// The other.
    #[cfg(not(absent))]
    #[message]
    fn other(&self) -> u8 {
        2
    }

    #[message(channel = r#type)]
    fn r#match(&self, r#fn: u8, r#struct: &str) -> u8 {
        r#fn + r#struct.len() as u8
    }

    #[deprecated(note = "use `other`")]
    #[message]
    fn old(&self) {}

    #[must_use = "it counts"]
    #[message]
    fn counted(&self) -> u32 {
        self.ticks
    }

    #[cfg_attr(absent, doc = "Never seen.")]
    #[cfg_attr(not(absent), must_use)]
    #[inline]
    #[message]
    fn attributed(&self) -> u8 {
        0
    }

    #[cfg(absent)]
    #[tick(every = self.nothing)]
    fn absent_tick(&mut self) {}

    #[cfg(not(absent))]
    #[tick(every = ms(1))]
    fn r#loop(&mut self) {
        self.ticks += 1;
    }

    #[cfg(absent)]
    #[idle]
    fn idle(&mut self) -> Idle {
        NoSuchType
    }

    #[cfg(absent)]
    #[gone]
    fn gone(&mut self, peer: NoSuchType) {}

    const UNUSED: [u8; 2] = { [1, 2] };
    #[allow(dead_code)]
    const UNUSED_TOO: Option<u8> = if Self::UNUSED.len() > 3 { None } else { Some(1) };
}

struct Self_;
impl Self_ {
    const CAPACITY: usize = 3;
}

#[worker]
fn r#move(r#type: u8) -> u8 {
    r#type
}

#[worker]
#[cfg(absent)]
fn absent(nothing: NoSuchType) {}

#[coproc::main]
fn main() {
    let worker = Configured::on(Thread).spawn(3).unwrap();
    assert_eq!(worker.present().wait().unwrap(), 1);
    assert_eq!(worker.other().wait().unwrap(), 2);
    assert_eq!(worker.r#match(3, "abc").wait().unwrap(), 6);
    #[allow(deprecated)]
    worker.old().wait().unwrap();
    while worker.counted().wait().unwrap() < 5 {}
    assert_eq!(worker.attributed().wait().unwrap(), 0);
    let message = ConfiguredMessage::Match { r#fn: 1, r#struct: "a".into() };
    assert_eq!(format!("{message:?}"), r#"Match { fn: 1, struct: "a" }"#);
    worker.post(message).unwrap();
    assert_eq!(<ConfiguredChannel as coproc::protocol::Channel>::NAMES, ["default", "type", "data"]);
    assert_eq!(Move::on(Thread).spawn(3).unwrap().worker().join().unwrap(), 3);
}
