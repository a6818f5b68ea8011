//! How a worker that has handlers starts.

use super::Serve;
use crate::{
    codec::Arguments,
    codec::reply::{Answer, Answered},
    protocol::Status,
    transport::Activity,
    worker::{
        Handlers, panics,
        start_parameters::{self, Ended, StartParameters},
    },
};

/// Starts a worker that has handlers.
///
/// # Errors
///
/// How it ended, if `#[init]` did not succeed.
pub fn serve<W: Handlers>(
    parameters: StartParameters<W>,
    mut arguments: Arguments<'_>,
) -> Result<Serve<W>, Ended> {
    parameters.settle();
    parameters.note(Activity::Init, parameters.hello);
    let init = if parameters.plan.init.is_empty() { "init" } else { parameters.plan.init };
    let started = panics::catch(init, || W::init(&mut arguments));
    parameters.note(Activity::Rest, 0);
    let (refusal, panicked) = match started {
        Ok(Ok(Ok(worker))) => {
            parameters.welcome(start_parameters::content(Answer::none()));
            return Ok(Serve::new(worker, parameters));
        }
        Ok(Ok(Err(error))) => (start_parameters::content(error), false),
        Ok(Err(malformed)) => (Answered::text(Status::Malformed, &malformed.to_string()), false),
        Err(report) => (start_parameters::panicked(&report), true),
    };
    parameters.welcome(refusal);
    parameters.endpoint.link().flush();
    Err(Ended { panicked })
}
