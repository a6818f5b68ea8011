//! A program without other threads, which waits for items that it holds itself: nobody else could
//! acknowledge them. A test's process has threads of the test harness.

use std::{sync::mpsc, thread, time::Duration};

use coproc::{Process, Queue, QueueError, prelude::*};
use coproc_tests::Watch;
use rustix::process::{Signal, set_parent_process_death_signal};

/// Receives an item, and waits for the end with it in its hands.
#[worker]
fn hold_and_join(queue: Queue<u64>, held: Queue<()>) -> coproc::Result<()> {
    let _held = queue.recv()?;
    held.send(())?;
    assert_eq!(queue.join(), Err(QueueError::Deserted { left: 1 }));
    Ok(())
}

/// A queue that says soon that nobody is left.
fn impatient() -> coproc::Result<Queue<u64>> {
    Ok(Queue::builder().timeout(Duration::from_secs(1)).spawn()?)
}

#[coproc::main]
fn main() -> coproc::Result<()> {
    // A thread that ends it if it hangs would be another thread.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let queue = impatient()?;
    let _unused = queue.clone();
    queue.send(1)?;
    let held = queue.recv()?;
    assert_eq!(queue.join(), Err(QueueError::Deserted { left: 1 }));
    held.ack()?;

    let there = Queue::unbounded()?;
    queue.send(2)?;
    let elsewhere = HoldAndJoin::on(Process::new()).spawn(queue.clone(), there.clone())?;
    there.recv()?.ack()?;
    assert_eq!(queue.join(), Err(QueueError::Deserted { left: 1 }));
    elsewhere.worker().join()?;

    // A thread may acknowledge it at any time, however late.
    let _watch = Watch::set();
    let held = queue.recv()?;
    let (give, take) = mpsc::channel::<()>();
    let holder = thread::spawn(move || {
        let _ = take.recv();
        held.ack()
    });
    assert_eq!(queue.join_timeout(Duration::from_millis(2500)), Err(QueueError::Timeout));
    drop(give);
    queue.join()?;
    Ok(holder.join().expect("no panic")?)
}
