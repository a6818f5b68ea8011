//! Calls of a dispatcher from other processes: a worker in this process takes each call in, and hands
//! it to the dispatcher.
//!
//! 1. A dispatcher has one relay for each slot that a controller which left this process stands for,
//!    and one for all slots together. It owns them.
//! 2. A relay holds its dispatcher weakly, so that they do not keep one another.

use std::{
    convert::Infallible,
    marker::PhantomData,
    task::{Context as Task, Poll, Wake, Waker},
};

use super::host::{Host, Hosted, Lent};
use crate::{
    call::{Controller, Dispatch, Encoded, Link, Request, Route},
    codec::reply::Completion,
    codec::reply::{Answer, Answered, Reply, never, reply},
    codec::{Arguments, Body, Malformed},
    error::{CallError, CloseReason},
    link::Connection,
    protocol::Plan,
    sync::{Arc, Condvar, Mutex, Weak},
    worker::{
        self, Context, Ended, LaterAnswer, StartParameters, Worker,
        serve::{Serve, serve},
    },
};

/// The connection to the relay of this route, which is started if there is none.
///
/// # Errors
///
/// The dispatcher is closed, or no thread can be started.
pub(super) fn connection<W: Worker>(
    Route { dispatch, slot }: &Route,
) -> Result<Arc<Connection>, String> {
    if let Some(reason) = dispatch.closed() {
        return Err(reason.to_string());
    }
    let mut relays = dispatch.relays().lock();
    if let Some((connection, _)) = relays.get(slot) {
        return Ok(Arc::clone(connection));
    }
    let target = RelayTarget {
        dispatch: Arc::downgrade(dispatch),
        slot: *slot,
        open: Mutex::new(0),
        answered: Condvar::new(),
    };
    let host = Host::<_, Relay<W>>::start(target, dispatch.max_message());
    let host = host.map_err(|error| error.to_string())?;
    let connection = host.worker.connection().ok_or("the relay has no connection")?;
    let connection = Arc::clone(connection);
    relays.insert(*slot, (Arc::clone(&connection), Box::new(host)));
    Ok(connection)
}

/// Where a relay sends what it takes in.
struct RelayTarget {
    dispatch: Weak<dyn Dispatch>,
    slot: Option<usize>,
    /// How many calls the dispatcher has from the relay that are not answered.
    open: Mutex<usize>,
    answered: Condvar,
}

impl RelayTarget {
    /// Counts a call in; waits while the dispatcher has as many as `most`, so that the callers'
    /// channels fill up and not this process's memory.
    fn admit(&self, most: usize) {
        let mut open = self.open.lock();
        while *open >= most {
            open = self.answered.wait(open, None);
        }
        *open += 1;
    }
}

impl Hosted for RelayTarget {
    const NAME: &'static str = "the way to a pool";

    fn end(&self) {
        // Each call that waits is a job, to which the dispatcher gives an outcome when it stops.
    }
}

/// Takes calls for workers of type `W`, as one of them would.
pub(super) struct Relay<W> {
    target: Arc<RelayTarget>,
    worker: PhantomData<fn() -> W>,
}

impl<W: Worker> Relay<W> {
    /// Hands the message that `cx` is about to the dispatcher.
    fn submit(&self, cx: &mut Context<Self>, number: u32, arguments: &mut Arguments<'_>) {
        let (handler, (payload, attachments)) = (W::PLAN.handler(number), arguments.rest());
        let body = Body::of_payload(payload, attachments);
        let mut message = Encoded::new(handler, cx.priority(), cx.remaining(), Ok(body));
        message.nest();
        let (_, answer) = cx.later();
        let Some(dispatch) = self.target.dispatch.upgrade() else {
            let text = format!("the pool of `{}` has ended", W::PLAN.name);
            let error = CallError::Closed(CloseReason::unstarted(text));
            return answer.content(Answered::relayed(Err(error)));
        };
        let route = Route { dispatch, slot: self.target.slot };
        if let Err(error) = route.check(&mut message) {
            return answer.content(Answered::relayed(Err(error.widen())));
        }
        self.target.admit(W::PLAN.channels.iter().map(|channel| channel.capacity).sum());
        let (job, target) = (Request::dispatched(route, message), Arc::clone(&self.target));
        let relayed = Some(Relayed { job, answer, target });
        Arc::new(Forward(Mutex::new(Forwarding { relayed, woken: false }))).wake();
    }
}

/// A call that a dispatcher has, and what answers it.
struct Relayed {
    job: Request,
    answer: LaterAnswer<(), ()>,
    target: Arc<RelayTarget>,
}

impl Relayed {
    fn finish(self, completion: Completion) {
        self.answer.content(Answered::relayed(completion));
        *self.target.open.lock() -= 1;
        self.target.answered.notify_all();
    }
}

/// Polls a call whenever it is woken, until the call is answered.
struct Forward(Mutex<Forwarding>);

struct Forwarding {
    /// `None` while a thread polls it, and when it is answered.
    relayed: Option<Relayed>,
    /// It was woken while a thread polled it, perhaps by that poll itself.
    woken: bool,
}

impl Wake for Forward {
    fn wake(self: Arc<Self>) {
        let waker = Waker::from(Arc::clone(&self));
        loop {
            let mut state = self.0.lock();
            let Some(mut relayed) = state.relayed.take() else {
                state.woken = true;
                return;
            };
            state.woken = false;
            drop(state);
            if let Poll::Ready(completion) = relayed.job.poll(&mut Task::from_waker(&waker)) {
                return relayed.finish(completion);
            }
            let mut state = self.0.lock();
            state.relayed = Some(relayed);
            if !state.woken {
                return;
            }
        }
    }
}

impl<W: Worker> worker::Handlers for Relay<W> {
    fn init(arguments: &mut Arguments<'_>) -> Result<Result<Self, Answer>, Malformed> {
        let Lent(target) = arguments.take()?;
        Ok(Ok(Self { target, worker: PhantomData }))
    }

    fn dispatch(
        &mut self,
        cx: &mut Context<Self>,
        number: u32,
        arguments: &mut Arguments<'_>,
    ) -> Result<Answer, Malformed> {
        self.submit(cx, number, arguments);
        Ok(Answer::none())
    }

    fn close(self) -> Answer {
        reply().value(())
    }
}

impl<W: Worker> Worker for Relay<W> {
    type Controller = RelayController<W>;
    type InitError = Infallible;
    type Output = ();
    type OutputError = Infallible;
    type Event = Infallible;
    type Engine = Serve<Self>;

    const PLAN: Plan = Plan { init: "", close: "", ticks: &[], ..W::PLAN };

    fn start(
        parameters: StartParameters<Self>,
        arguments: Arguments<'_>,
    ) -> Result<Serve<Self>, Ended> {
        serve(parameters, arguments)
    }

    fn started() -> Reply<()> {
        reply()
    }

    fn output() -> Reply<()> {
        reply()
    }

    fn event() -> Reply<Infallible> {
        never()
    }
}

/// A relay has no messages of its own.
pub(super) struct RelayController<W>(Link<Relay<W>>);

impl<W> Clone for RelayController<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: Worker> Controller<Relay<W>> for RelayController<W> {
    type Message = Infallible;
    type Channel = <W::Controller as Controller<W>>::Channel;

    fn from_link(link: Link<Relay<W>>) -> Self {
        Self(link)
    }

    fn link(&self) -> &Link<Relay<W>> {
        &self.0
    }

    fn post(&self, message: Infallible) -> Result<(), CallError> {
        match message {}
    }
}
