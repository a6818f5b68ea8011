//! Items of a queue, sent by this process and received and acknowledged by one, two and four others:
//! beside the queues of Python's multiprocessing, of which `JoinableQueue` is told of each item that
//! is done, and `Queue` is not.
//!
//! The first argument says how many rounds there are.

use coproc::{prelude::*, spawn::WorkerResource, Queue};
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

    /// The same, up to so many at once.
    #[message]
    fn sum_many(&self, most: usize) -> coproc::Result<u64> {
        let mut sum = 0;
        loop {
            let mut deliveries = self.queue.recv_many(most)?;
            let end = deliveries.iter().position(|delivery| delivery.is_none());
            // What lies behind the end is for others, and goes back.
            deliveries.truncate(end.map_or(most, |end| end + 1));
            sum += deliveries.iter().filter_map(|delivery| **delivery).sum::<u64>();
            self.queue.ack_all(deliveries)?;
            if end.is_some() {
                return Ok(sum);
            }
        }
    }
}

fn pass(
    queue: &Queue<Option<u64>>,
    consumers: &[WorkerResource<Consumer>],
    most: usize,
    count: u64,
) -> Result<(), Failure> {
    let sum = |consumer: &WorkerResource<Consumer>| match most {
        1 => consumer.sum().send(),
        _ => consumer.sum_many(most).send(),
    };
    let sums: Vec<_> = consumers.iter().map(sum).collect();
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
        let mut cases = vec![
            Case::new("coproc `Queue`", |count| pass(&queue, &workers, 1, count)),
            Case::new("coproc `Queue`, `recv_many(64)`", |count| pass(&queue, &workers, 64, count)),
        ];
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
