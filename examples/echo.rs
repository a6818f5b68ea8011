//! A function is a worker too: `square` runs once and its value is the result, `echo` holds a
//! messenger of its own and answers what it is sent until it is asked to close.

use coproc::{Messenger, prelude::*};

/// Runs once, in a process: the value is `join`'s.
#[worker]
fn square(n: u64) -> u64 {
    n * n
}

/// Answers every text with the same text, or with a louder one.
#[worker]
fn echo(messenger: Messenger<String, String>, loudly: bool) -> coproc::Result<()> {
    while let Ok(text) = messenger.recv() {
        messenger.reply(if loudly { text.to_uppercase() } else { text })?;
    }
    Ok(())
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(Square::spawn(7)?.worker().join()?, 49);
    assert_eq!(square(7), 49, "the function itself is still there");

    let quiet = Echo::spawn(false)?;
    quiet.messenger().send_request("hello".into())?;
    assert_eq!(quiet.messenger().recv()?, "hello");

    // Requests need not wait for one another: three go out before the first answer is read.
    let loud = Echo::spawn(true)?;
    for text in ["is", "anyone", "there?"] {
        loud.messenger().send_request(text.into())?;
    }
    for expected in ["IS", "ANYONE", "THERE?"] {
        let answer = loud.messenger().recv()?;
        println!("{answer}");
        assert_eq!(answer, expected);
    }

    quiet.worker().join()?;
    loud.worker().join()?;
    Ok(())
}
