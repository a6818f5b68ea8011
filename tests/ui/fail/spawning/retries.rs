//! Only functions without a messenger are run again, and only where the place says so.

use coproc::prelude::*;

#[worker]
fn fetch(mirror: &str) -> Result<String, String> {
    Ok(mirror.to_owned())
}

#[worker]
fn echo(messenger: Messenger<String, String>) {
    drop(messenger);
}

struct Printer;

#[worker]
impl Printer {
    #[init]
    fn new() -> Self {
        Self
    }
}

#[coproc::main]
fn main() {
    drop(Fetch::on(Process::new()).retry_with("second").spawn("first"));
    drop(Fetch::on(Process::new().retry(5).retry_if(|_: &CallError<u8>| true)).spawn("first"));
    drop(Echo::on(Process::new().retry(5)).spawn());
    drop(Printer::on(Process::new().retry(5)).spawn());
    drop(Printer::on(Process::new()).pool(2).spawn());
}
