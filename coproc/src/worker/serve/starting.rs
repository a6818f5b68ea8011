//! How a worker that has handlers starts.

use super::Serve;
use crate::{
    codec::Arguments,
    codec::reply::{Answer, Content},
    protocol::Status,
    transport::Activity,
    worker::{
        Dispatch, panics,
        seat::{self, Ended, Seat},
    },
};

/// Starts a worker that has handlers.
///
/// # Errors
///
/// How it ended, if `#[init]` did not succeed.
pub fn serve<W: Dispatch>(seat: Seat<W>, mut arguments: Arguments<'_>) -> Result<Serve<W>, Ended> {
    seat.settle();
    seat.note(Activity::Init, seat.hello);
    let init = if seat.plan.init.is_empty() { "init" } else { seat.plan.init };
    let started = panics::catch(init, || W::init(&mut arguments));
    seat.note(Activity::Rest, 0);
    let (refusal, panicked) = match started {
        Ok(Ok(Ok(worker))) => {
            seat.welcome(seat::content(Answer::none()));
            return Ok(Serve::new(worker, seat));
        }
        Ok(Ok(Err(error))) => (seat::content(error), false),
        Ok(Err(malformed)) => (Content::text(Status::Malformed, &malformed.to_string()), false),
        Err(report) => (seat::panicked(&report), true),
    };
    seat.welcome(refusal);
    seat.port.link().flush();
    Err(Ended { panicked })
}
