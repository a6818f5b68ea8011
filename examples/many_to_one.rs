//! Five children put what they have found into one queue and end; their parent takes it out, knows
//! who sent it, and is sure that nothing is left. Answers the second example of pymulproc's README.

use std::collections::HashSet;

use coproc::{Queue, prelude::*};

const CHILDREN: usize = 5;

/// What a child has to say.
#[derive(Debug, Serialize, Deserialize)]
enum Message {
    Finished { value: u32 },
}

/// Sends its value to the first receiver.
#[worker]
fn child(queue: &Queue<Message>, value: u32) -> coproc::Result<()> {
    queue.send(Message::Finished { value })?;
    Ok(())
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let queue = Queue::bounded(100)?;
    let children = Child::on(Process::new().group(CHILDREN)).spawn(&queue, 3)?;
    for child in children.join() {
        child?;
    }

    let (mut sum, mut senders) = (0, HashSet::new());
    while !queue.is_empty()? {
        let delivery = queue.recv()?;
        let Message::Finished { value } = *delivery;
        println!("{} found {value}", delivery.sender());
        sum += value;
        senders.insert(delivery.sender());
        delivery.ack()?;
    }
    assert_eq!(sum, 15);
    assert_eq!(senders.len(), CHILDREN);

    // Returns when everything that was sent is acknowledged.
    queue.join()?;
    Ok(())
}
