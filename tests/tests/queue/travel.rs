//! Queues in other processes.

use coproc::{Process, Queue, prelude::*};
use coproc_tests::Watch;

use crate::{Hand, hand, pid};

#[coproc::test]
fn many_send_and_many_receive() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::bounded(8)?;
    let producers: Vec<_> = (0..3).map(|_| hand(&queue)).collect();
    let consumers: Vec<_> = (0..3).map(|_| hand(&queue)).collect();
    let sending: Vec<_> = (0..300)
        .map(|item| producers[item as usize % 3].send(item).send())
        .collect::<Result<_, _>>()?;
    let taking: Vec<_> =
        (0..300).map(|n| consumers[n % 3].take().send()).collect::<Result<_, _>>()?;
    let mut taken = Vec::new();
    for one in taking {
        taken.push(one.wait()?);
    }
    for sent in sending {
        sent.wait()?;
    }
    taken.sort_unstable();
    assert_eq!(taken, Vec::from_iter(0..300));
    queue.clone().join()?;
    Ok(())
}

#[coproc::test]
fn who_sent_it_is_known() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let elsewhere = hand(&queue);
    elsewhere.send(1).wait()?;
    assert_eq!(queue.recv()?.sender(), pid(&elsewhere));
    let inside = Hand::on(Thread).spawn(queue.clone())?;
    inside.send(2).wait()?;
    let own = queue.recv_if(|item| *item == 2)?;
    assert_eq!(own.sender(), std::process::id());
    Ok(())
}

/// A handle that comes has a connection, which ends with it.
#[coproc::test]
fn handles_that_are_dropped_leave_no_connections() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let elsewhere = hand(&queue);
    let before = elsewhere.forget().wait()?;
    for round in 0..20 {
        for kept in 1..=3 {
            assert_eq!(elsewhere.keep(queue.clone()).wait()?, before + kept, "round {round}");
        }
        assert_eq!(elsewhere.forget().wait()?, before, "round {round}");
    }
    queue.send(1)?;
    assert_eq!(elsewhere.take().wait()?, 1);
    Ok(())
}

/// Hands its queue to a process of its own, and so on.
struct Nested {
    queue: Queue<u64>,
    inner: Option<WorkerResource<Nested>>,
}

#[worker]
impl Nested {
    #[init]
    fn new(queue: Queue<u64>, depth: u32) -> coproc::Result<Self> {
        let inner = match depth {
            0 => None,
            _ => Some(Nested::on(Process::new()).spawn(queue.clone(), depth - 1)?),
        };
        Ok(Self { queue, inner })
    }

    /// Sends how deep it is, and lets the inner one do so.
    #[message]
    fn send(&self, depth: u64) -> coproc::Result<()> {
        self.queue.send(depth)?;
        Ok(self.inner.as_ref().map_or(Ok(()), |inner| inner.send(depth + 1).wait())?)
    }
}

#[coproc::test]
fn processes_inside_processes() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let nested = Nested::on(Process::new()).spawn(queue.clone(), 4)?;
    nested.send(1).wait()?;
    let depths: Vec<u64> = queue.try_iter().map(|d| d.unwrap().into_inner()).collect();
    assert_eq!(depths, [1, 2, 3, 4, 5]);
    Ok(())
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Request {
    Do(u32),
    Done(u32),
    Die,
}

/// Answers requests that are for it, until it is to die.
#[worker]
fn child(queue: Queue<Request>, id: u32) -> coproc::Result<()> {
    let own = std::process::id();
    loop {
        let request = queue.recv_if(|request| !matches!(request, Request::Done(_)))?;
        assert_eq!(request.recipient(), Some(own));
        let parent = request.sender();
        match *request {
            Request::Do(n) => queue.send_to(parent, Request::Done(n + id))?,
            Request::Die => return Ok(request.ack()?),
            Request::Done(_) => {}
        }
        request.ack()?;
    }
}

/// One queue for everything: requests to one, answers, poison for all.
#[coproc::test]
fn full_duplex_with_one_to_ten_children() -> coproc::Result<()> {
    let _watch = Watch::set();
    for round in 1..=10 {
        let queue = Queue::unbounded()?;
        let children: Vec<_> =
            (0..round).map(|id| Child::spawn(queue.clone(), id)).collect::<Result<_, _>>()?;
        let pids: Vec<u32> = children.iter().filter_map(|child| child.worker().pid()).collect();
        let chosen = round - 1;
        queue.send_to(pids[chosen as usize], Request::Do(100))?;
        let answer = queue.recv()?;
        assert_eq!(
            (&*answer, answer.sender()),
            (&Request::Done(100 + chosen), pids[chosen as usize])
        );
        answer.ack()?;
        assert!(queue.is_empty()?);
        queue.send_each(pids, Request::Die)?;
        for child in &children {
            child.worker().join()?;
        }
        queue.clone().join()?;
    }
    Ok(())
}
