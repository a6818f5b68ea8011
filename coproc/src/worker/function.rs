//! Workers that are one function.

use std::fmt;

use super::{
    panics,
    start_parameters::{self, Ended, StartParameters},
    worker::{Engine, Worker},
};
use crate::{
    call::{Controller, Link},
    codec::reply::{Answer, Answered},
    codec::{Arguments, Malformed},
    error::CallError,
    messenger::Messenger,
    protocol::{Channel, Message, Status},
    sync::{Arc, OnceLock},
    transport::{Activity, Drive, Progress},
};

/// What a function worker's messenger speaks, seen from the function.
pub trait Function: Worker<Controller = FunctionController<Self>> {
    /// What it sends.
    type Send: Message;
    /// What it receives.
    type Receive: Message;
    /// Over which channels.
    type Channel: Channel;
}

/// The engine of a worker that runs to its end when it is started.
#[derive(Debug)]
pub enum Done {}

impl Drive for Done {
    fn step(&mut self, _: bool) -> Progress {
        match *self {}
    }
}

impl Engine for Done {
    fn run(self) -> Ended {
        match self {}
    }
}

/// Runs a function worker to its end.
pub fn function<F: Function>(
    parameters: StartParameters<F>,
    mut arguments: Arguments<'_>,
    body: impl FnOnce(
        &mut Arguments<'_>,
        Messenger<F::Send, F::Receive, F::Channel>,
    ) -> Result<Answer, Malformed>,
) -> Ended {
    parameters.settle();
    parameters.welcome(start_parameters::content(Answer::none()));
    parameters.note(Activity::Close, 0);
    let messenger = Messenger::new(Arc::clone(&parameters.endpoint), parameters.max_message);
    let outcome = panics::catch(parameters.plan.close, || body(&mut arguments, messenger));
    parameters.note(Activity::Rest, 0);
    let (content, panicked) = match outcome {
        Ok(Ok(answer)) => (start_parameters::content(answer), false),
        Ok(Err(malformed)) => (Answered::text(Status::Malformed, &malformed.to_string()), false),
        Err(report) => (start_parameters::panicked(&report), true),
    };
    parameters.farewell(content);
    Ended { panicked }
}

/// The messenger that faces a function's.
type Facing<F> =
    Messenger<<F as Function>::Receive, <F as Function>::Send, <F as Function>::Channel>;

/// The controller of a function worker.
///
/// It can be a part of messages to workers in the same process, and of none to another process: a
/// function talks to its owner only, so that such a message is [`CallError::Encode`]. To talk to a
/// function from another process, give it one end of a [`Messenger::pair`] as an argument, in a
/// struct since a `Messenger` itself would be its own, and send the other.
pub struct FunctionController<F: Function> {
    link: Link<F>,
    messenger: Arc<OnceLock<Facing<F>>>,
}

impl<F: Function> FunctionController<F> {
    /// The host's end of the function's messenger. For a function that takes none, nothing comes.
    #[must_use]
    pub fn messenger(&self) -> &Messenger<F::Receive, F::Send, F::Channel> {
        self.messenger.get_or_init(|| {
            // Only a controller of a whole pool has no connection, and no function is behind it.
            let Some(connection) = self.link.current() else { return Messenger::pair().0 };
            Messenger::new(Arc::clone(&connection.endpoint), connection.max_message)
        })
    }
}

impl<F: Function> Controller<F> for FunctionController<F> {
    type Message = F::Receive;
    type Channel = F::Channel;

    fn from_link(link: Link<F>) -> Self {
        Self { link, messenger: Arc::default() }
    }

    fn link(&self) -> &Link<F> {
        &self.link
    }

    fn post(&self, message: F::Receive) -> Result<(), CallError> {
        use crate::messenger::SendError;
        self.messenger().send(message).map_err(|error| match error {
            SendError::TooLarge { size, limit, .. } => CallError::TooLarge { size, limit },
            SendError::Encode { text, .. } => CallError::Encode(text),
            _ => match self.link.current().and_then(|connection| connection.concluded()) {
                Some(loss) => loss.unstarted(),
                None => CallError::Full,
            },
        })
    }
}

impl<F: Function> Clone for FunctionController<F> {
    fn clone(&self) -> Self {
        Self { link: self.link.clone(), messenger: Arc::clone(&self.messenger) }
    }
}

impl<F: Function> fmt::Debug for FunctionController<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FunctionController").field(&self.link).finish()
    }
}
