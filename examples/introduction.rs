//! A messenger step by step: requests that are counted, messages that are there already, an error
//! that ends nothing, and an orderly end. Answers the introduction of Python's coproc; its channels
//! and priorities are in `warnings`, and the printer at its end is in `printer`.

use coproc::{Messenger, messenger::RecvError, prelude::*};

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{0} has no square root")]
struct NoRoot(f64);

/// Answers each number with its root, until it is asked to close.
#[worker]
fn roots(messenger: Messenger<f64, f64>) -> coproc::Result<()> {
    while let Ok(number) = messenger.recv() {
        if number < 0.0 {
            messenger.send_error(NoRoot(number))?;
        } else {
            messenger.reply(number.sqrt())?;
        }
    }
    Ok(())
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let roots = Roots::spawn()?;
    let link = roots.messenger();

    // A request is counted until its reply is received.
    link.send_request(81.0)?;
    assert_eq!(link.remaining(), 1);
    assert_eq!(link.recv()?, 9.0);
    assert_eq!(link.remaining(), 0);

    // Several at once: as many replies are received as requests remain.
    link.send_requests([1.0, 4.0, 9.0])?;
    let replies: Vec<f64> = link.recv_remaining().collect::<Result<_, _>>()?;
    assert_eq!(replies, [1.0, 2.0, 3.0]);

    // A caller that has other work takes the replies that have arrived; none has so far.
    assert!(link.recv_available().is_empty());
    link.send_request(16.0)?;
    link.await_available()?;
    assert_eq!(link.recv_available(), [Ok(4.0)]);

    // The error comes in its turn, as the type that was sent, and the worker goes on.
    link.send_requests([-1.0, 25.0])?;
    match link.recv() {
        Err(RecvError::Remote(error)) => {
            println!("the worker says: {error}");
            assert_eq!(error.downcast(), Some(NoRoot(-1.0)));
        }
        other => panic!("expected the worker's error, got {other:?}"),
    }
    assert_eq!(link.recv()?, 5.0);

    // To join is to ask it to close, and to wait until its process has ended.
    roots.worker().join()?;
    assert!(!roots.worker().is_alive());
    Ok(())
}
