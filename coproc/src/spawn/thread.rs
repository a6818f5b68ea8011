//! Workers in a thread of this process.

use super::{GRACE, MESSAGE_MOST, Order, Place, WorkerResource, here::Here, started};
use crate::{
    codec::Body,
    error::SpawnError,
    link::{Connection, Endpoint, Role},
    protocol::plan::short,
    sync::{Arc, AtomicBool, Ordering, thread},
    transport::{Drive, Ledger, Local, Progress, Transport},
    worker::{StartParameters, Worker, registry::plan},
};

/// A thread of this process: the same as a process of its own, but for isolation.
///
/// Messages are encoded and decoded as for a process. A worker whose handler does not return cannot
/// be ended by force: it is given up, and its thread ends when the handler does. A crash takes the
/// whole program with it.
///
/// ```
/// use coproc::{Thread, prelude::*};
///
/// struct Counter {
///     count: u64,
/// }
///
/// #[worker]
/// impl Counter {
///     #[init]
///     fn new() -> Self {
///         Self { count: 0 }
///     }
///
///     #[message]
///     fn add(&mut self, n: u64) -> u64 {
///         self.count += n;
///         self.count
///     }
/// }
///
/// let counter = Counter::on(Thread).spawn()?;
/// assert_eq!(counter.add(2).wait()?, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Thread;

/// The two ends of a link in this process, before a worker sits at one.
pub(super) struct LocalEnds<W> {
    pub(super) connection: Arc<Connection>,
    pub(super) hello: u64,
    pub(super) parameters: StartParameters<W>,
    /// Whether it is to end although it has not been asked to.
    killed: Arc<AtomicBool>,
}

impl<W: Worker> LocalEnds<W> {
    pub(super) fn new(near: Arc<dyn Transport>, far: Local, max_message: usize) -> Self {
        let plan = plan::<W>();
        let (caller, worker) = Role::ends(plan);
        let near = Endpoint::new(near, caller, plan.capacities(), None);
        let far = Endpoint::new(Arc::new(far), worker, plan.capacities(), plan.aging);
        let ledger = Ledger::memory(plan.channels.len());
        let hello = near.expect();
        let parameters = StartParameters::here(far, ledger.clone(), plan, max_message, hello);
        let name = plan.name.to_owned();
        let connection =
            Connection::new(near, ledger, plan, name, max_message, parameters.identity);
        let killed = Here::watch(&connection, Arc::downgrade(&parameters.endpoint));
        Self { connection, hello, parameters, killed }
    }
}

impl<W: Worker> Place<W> for Thread {
    type Spawned = WorkerResource<W>;

    fn max_message(&self) -> usize {
        MESSAGE_MOST
    }

    fn launch(self, order: Order) -> Result<Self::Spawned, SpawnError<W::InitError>> {
        launch(MESSAGE_MOST, order)
    }
}

/// Starts a worker in a thread, with messages of `max_message` bytes at most.
pub(super) fn launch<W: Worker>(
    max_message: usize,
    order: Order,
) -> Result<WorkerResource<W>, SpawnError<W::InitError>> {
    let (near, far) = Local::pair();
    let ends = LocalEnds::<W>::new(Arc::new(near), far, max_message);
    let LocalEnds { connection, hello, parameters, killed } = ends;
    let _going_on = connection.life.get().map(|life| order.starts.begin(life));
    let name = short(connection.plan.name).to_owned();
    let body = move || run(parameters, order.arguments, &killed);
    thread::Builder::new().name(name).spawn(body).map_err(SpawnError::Os)?;
    let outcome = connection.endpoint.wait(hello, None);
    started::<W>(&connection, outcome)?;
    Ok(WorkerResource::new(connection, GRACE))
}

fn run<W: Worker>(parameters: StartParameters<W>, mut arguments: Body, killed: &AtomicBool) {
    let endpoint = Arc::clone(&parameters.endpoint);
    if let Ok(mut engine) = W::start(parameters, arguments.take_arguments()) {
        while !killed.load(Ordering::SeqCst) && engine.step(true) != Progress::Ended {}
    }
    // Answers to deferred calls may still hold this end, although their callers have given up.
    endpoint.link().close();
}
