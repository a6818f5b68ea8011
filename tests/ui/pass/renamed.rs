//! The library under another name.

mod library {
    pub mod reexported {
        pub use coproc::*;
    }
}
mod coproc {}

use library::reexported::prelude::*;

pub struct Renamed(u8);

#[worker(crate = crate::library::reexported, channels(control))]
impl Renamed {
    #[init]
    fn new(n: u8) -> Self {
        Self(n)
    }

    #[message(channel = control, priority = -1)]
    fn get(&self, text: &str) -> Option<u8> {
        text.parse::<u8>().ok().map(|n| n + self.0)
    }
}

#[worker(crate = library::reexported)]
fn renamed_function(messenger: Messenger<u8, u8, Lane>) -> u8 {
    messenger.on(Lane::Warning).recv().unwrap()
}

#[derive(Clone, Copy, library::reexported::protocol::Channel)]
#[channel(crate = library::reexported)]
enum Lane {
    #[allow(dead_code)]
    Data,
    Warning,
}

#[message(crate = library::reexported, priority = 3, channel = Lane::Warning)]
#[derive(Serialize, Deserialize)]
pub enum Alarm {
    Fire,
}

#[library::reexported::main(crate = library::reexported)]
fn main() {
    let worker = Renamed::spawn(3).unwrap();
    assert_eq!(worker.get("4").wait().unwrap(), Some(7));
    let function = RenamedFunction::spawn().unwrap();
    function.messenger().on(Lane::Warning).send(3).unwrap();
    assert_eq!(function.worker().join().unwrap(), 3);
    let _ = Alarm::Fire;
}
