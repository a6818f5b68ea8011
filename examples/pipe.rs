//! A parent and a child at the two ends of one link, which is typed: what is no request is an error
//! of the compiler. Answers the first example of pymulproc's README.

use coproc::{Messenger, prelude::*};

/// What either of them can say.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Request {
    TestChild { pid: u32 },
    TestParent,
    Finished,
}

/// Speaks first, and says one thing more when it is answered.
#[worker]
fn child(messenger: Messenger<Request, Request>) -> coproc::Result<()> {
    messenger.send(Request::TestChild { pid: std::process::id() })?;
    if messenger.recv()? == Request::TestParent {
        messenger.send(Request::Finished)?;
    }
    Ok(())
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let child = Child::spawn()?;
    let link = child.messenger();

    let first = link.recv()?;
    println!("the child says {first:?}");
    assert_eq!(Some(first), child.worker().pid().map(|pid| Request::TestChild { pid }));

    // What a child has said before it ended is not lost.
    link.send(Request::TestParent)?;
    child.worker().join()?;
    assert_eq!(link.recv()?, Request::Finished);
    Ok(())
}
