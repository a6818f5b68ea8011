//! Four processes on one queue: jobs that the first free process takes, a process that dies with
//! its job, an item for one process, and the end of the queue.
//!
//! ```sh
//! cargo run --example queue
//! ```

use std::{collections::BTreeSet, process};

use coproc::{
    Queue,
    prelude::*,
    queue::{DeadReason, Delivery},
};

#[derive(Debug, Serialize, Deserialize)]
enum Request {
    /// Does what a small job is.
    Double(u64),
    /// A broken job: it kills the process that handles it.
    Trip,
    Hello,
    Stop,
}

#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Doubled(u64),
    Hello,
}

/// Serves requests until it is told to stop.
#[worker]
fn serve(requests: Queue<Request>, answers: Queue<Answer>) -> coproc::Result<()> {
    for request in &requests {
        let request: Delivery<Request> = request?;
        match *request {
            Request::Double(n) => answers.send(Answer::Doubled(2 * n))?,
            Request::Trip => process::abort(),
            Request::Hello => answers.send_to(request.sender(), Answer::Hello)?,
            Request::Stop => return Ok(request.ack()?),
        }
        request.ack()?;
    }
    Ok(())
}

#[coproc::main]
fn main() -> coproc::Result<()> {
    let requests = Queue::bounded(8)?;
    let answers = Queue::unbounded()?;
    let spawn = || Serve::spawn(requests.clone(), answers.clone());
    let servers = [spawn()?, spawn()?, spawn()?, spawn()?];

    // The queue holds eight of them: this waits whenever the servers fall behind.
    for n in 1..=20 {
        requests.send(Request::Double(n))?;
    }
    requests.clone().join()?;
    let mut doubled = BTreeSet::new();
    for answer in answers.try_iter() {
        if let Answer::Doubled(n) = answer?.into_inner() {
            doubled.insert(n);
        }
    }
    assert_eq!(doubled, (1..=20).map(|n| 2 * n).collect());
    println!("{} jobs are done", doubled.len());

    // This item is for one process; the others cannot receive it.
    let pids: Vec<u32> = servers.iter().filter_map(|server| server.worker().pid()).collect();
    requests.send_to(pids[3], Request::Hello)?;
    let hello = answers.recv_if(|answer| matches!(answer, Answer::Hello))?;
    assert_eq!((hello.sender(), hello.recipient()), (pids[3], Some(process::id())));
    hello.ack()?;
    println!("the fourth says hello");

    // Each that begins this one dies, and the next gets it, until three have.
    requests.send(Request::Trip)?;
    requests.clone().join()?;
    let letters = requests.dead_letters()?;
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].reason(), letters[0].deliveries()), (DeadReason::Deaths, 3));
    println!("three have died with {:?}", letters[0].item()?);

    requests.send(Request::Stop)?;
    let ended: Vec<_> = servers.iter().map(|server| server.worker().join()).collect();
    assert_eq!(ended.iter().filter(|end| end.is_ok()).count(), 1);
    println!("the one that is left has stopped");
    Ok(())
}
