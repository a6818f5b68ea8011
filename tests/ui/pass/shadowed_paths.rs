//! The expansion does not depend on what names mean in the user's module.

#![allow(dead_code, non_camel_case_types, unused_macros)]

mod core {}
mod std {}
mod coproc {}
mod serde {}

struct Result;
struct Option;
struct Vec;
struct String;
struct Box;
struct Ok;
struct Err;
struct Some;
struct None;
trait Clone {}
trait Copy {}
trait Debug {}
trait Default {}
trait Send {}
trait Worker {}
trait Controller {}
trait Channel {}
struct Call;
struct Process;
struct Infallible;
struct PhantomData;

macro_rules! concat {
    () => {};
}
macro_rules! module_path {
    () => {};
}

pub struct Shadowed(u8);

#[::coproc::worker(channels(urgent))]
impl Shadowed {
    #[init]
    fn new(text: &str, bytes: &[u8], numbers: &[u32]) -> Self {
        Self((text.len() + bytes.len() + numbers.len()) as u8)
    }

    #[::coproc::message(channel = urgent)]
    fn get(&self, text: &str, path: ::core::option::Option<&::std::path::Path>) -> u8 {
        self.0 + text.len() as u8 + path.is_some() as u8
    }

    #[close]
    fn end(self) -> ::core::result::Result<u8, u8> {
        ::core::result::Result::Ok(self.0)
    }
}

#[::coproc::worker]
fn seven() -> u8 {
    7
}

#[::coproc::main]
fn main() {
    let worker = Shadowed::on(::coproc::Thread).spawn("a", b"b", &[1]).unwrap();
    assert_eq!(worker.get("a", ::core::option::Option::None).wait().unwrap(), 4);
    assert_eq!(worker.worker().join().unwrap(), 3);
    assert_eq!(Seven::on(::coproc::Thread).spawn().unwrap().worker().join().unwrap(), 7);
}
