//! A counter moves into a process of its own, and two threads of this one count with it.
//! Each addition is answered by the count it led to; `join` gives the last one.

use coproc::prelude::*;

/// Without `#[init]` the value itself moves into the worker, so it is serde.
#[derive(Serialize, Deserialize)]
pub struct Counter {
    count: u64,
}

#[worker]
impl Counter {
    /// Adds `n`, and answers with the count.
    #[message]
    fn add(&mut self, n: u64) -> u64 {
        self.count += n;
        self.count
    }

    /// The count is what remains of it.
    #[close]
    fn total(self) -> u64 {
        self.count
    }
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = Counter { count: 100 }.spawn()?;
    println!("counting in process {:?}, asked by {}", counter.worker().pid(), std::process::id());

    // One call at a time, each waiting for its answer.
    assert_eq!(counter.add(1).wait()?, 101);

    // Ten calls on their way together: the answers come in the order of the calls.
    let pending = (0..10).map(|_| counter.add(1).send()).collect::<Result<Vec<_>, _>>()?;
    for (answer, expected) in pending.into_iter().zip(102..) {
        assert_eq!(answer.wait()?, expected);
    }

    // A clone of the controller counts along from another thread.
    let other = CounterController::clone(&counter);
    let thread = std::thread::spawn(move || {
        for _ in 0..1000 {
            other.add(1).wait().expect("the counter lives as long as its owner");
        }
    });
    for _ in 0..1000 {
        counter.add(1).wait()?;
    }
    thread.join().expect("the thread only counts");

    let total = counter.worker().join()?;
    assert_eq!(total, 2111);
    println!("counted to {total}");
    Ok(())
}
