//! Items of a queue, sent by this process and received and acknowledged by one, two and four others:
//! beside the queues of Python's multiprocessing, of which `JoinableQueue` is told of each item that
//! is done, and `Queue` is not.
//!
//! The first argument says how many rounds there are.

use coproc::{Queue, WorkerResource, prelude::*};
use coproc_bench::{
    peers::python::Python,
    rounds::{Case, Failure, asked_for, compare},
};

/// How many items may wait.
const ROOM: usize = 1000;

/// Receives numbers.
struct Consumer {
    queue: Queue<Option<u64>>,
}

#[worker(pub(crate))]
impl Consumer {
    #[init]
    fn new(queue: Queue<Option<u64>>) -> Self {
        Self { queue }
    }

    /// The sum of the numbers that it has received when it receives none.
    #[message]
    fn sum(&self) -> coproc::Result<u64> {
        let mut sum = 0;
        loop {
            let delivery = self.queue.recv()?;
            let number = *delivery;
            delivery.ack()?;
            match number {
                Some(number) => sum += number,
                None => return Ok(sum),
            }
        }
    }
}

fn pass(
    queue: &Queue<Option<u64>>,
    consumers: &[WorkerResource<Consumer>],
    count: u64,
) -> Result<(), Failure> {
    let sums: Vec<_> = consumers.iter().map(|consumer| consumer.sum().send()).collect();
    let ends = consumers.iter().map(|_| None);
    for item in (1..=count).map(Some).chain(ends) {
        queue.send(item)?;
    }
    let mut sum = 0;
    for one in sums {
        sum += one?.wait()?;
    }
    let expected = count * (count + 1) / 2;
    if sum == expected { Ok(()) } else { Err(format!("{sum} instead of {expected}").into()) }
}

#[coproc::main]
fn main() -> Result<(), Failure> {
    let rounds = asked_for()?;
    let python = Python::start();
    for consumers in [1, 2, 4] {
        let queue = Queue::bounded(ROOM)?;
        let spawn = || Consumer::spawn(queue.clone());
        let workers: Vec<_> =
            std::iter::repeat_with(spawn).take(consumers).collect::<Result<_, _>>()?;
        let words = ["JoinableQueue", "Queue"].map(|kind| format!("queue {kind} {consumers}"));
        let mut cases = vec![Case::new("coproc `Queue`", |count| pass(&queue, &workers, count))];
        cases.extend(python.case("multiprocessing `JoinableQueue`", &words[0]));
        cases.extend(python.case("multiprocessing `Queue`", &words[1]));
        let title = match consumers {
            1 => "an item, one consumer".to_owned(),
            _ => format!("an item, {consumers} consumers"),
        };
        compare(&title, cases, rounds)?;
    }
    Ok(())
}
