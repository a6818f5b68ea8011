//! What a leader does with each frame: it takes it off the link and hands it to the request, the
//! inbox or the thread that it is for.

use super::{Endpoint, ReadOutcome};
use crate::{
    codec::Frame,
    link::{
        DisconnectCause, ExitEvent,
        state::{LinkState, Role, Waiter},
    },
    transport::{Broken, Wait},
};

impl Endpoint {
    /// Takes one frame off the link; `false` if none came or none will. Only for the leader.
    pub(super) fn take_in(&self, wait: Wait) -> bool {
        !matches!(self.read(wait, &mut |_| None::<()>), ReadOutcome::Nothing)
    }

    /// Takes one frame off the link, and looks, under the lock that it is delivered under, for what
    /// `check` finds. Only for the leader.
    pub(super) fn read<R>(
        &self,
        wait: Wait,
        check: &mut impl FnMut(&mut LinkState) -> Option<R>,
    ) -> ReadOutcome<R> {
        match self.link.recv(wait) {
            Ok(Some(frame)) => self.deliver(frame, check),
            Ok(None) => ReadOutcome::Nothing,
            Err(broken) => {
                self.broken(broken);
                ReadOutcome::Nothing
            }
        }
    }

    /// Hands a frame to the request, the inbox or the thread that it is for.
    fn deliver<R>(
        &self,
        frame: Frame,
        check: &mut impl FnMut(&mut LinkState) -> Option<R>,
    ) -> ReadOutcome<R> {
        let mut state = self.state();
        if state.violation.is_some() {
            return ReadOutcome::Nothing;
        }
        state.taken_in += frame.size() as u64;
        let refused = match self.role.accepts(&frame.packet) {
            true => state.deliver(frame, self.role),
            false => Err(format!("a packet `{}` where none may come", frame.packet.name())),
        };
        let found = refused.is_ok().then(|| check(&mut state)).flatten();
        let found = found.map_or(ReadOutcome::Frame, ReadOutcome::Found);
        if refused.is_ok() && state.is_quiet() {
            return found;
        }
        let wake = state.take_woken();
        let parting = state.farewell.is_some().then(|| state.on_farewell.take()).flatten();
        drop(state);
        wake.into_iter().for_each(Waiter::wake);
        if let Some(parting) = parting.and_then(|parting| parting.upgrade()) {
            parting.ring();
        }
        if let Err(text) = refused {
            self.broken(Broken::Protocol(text));
            return ReadOutcome::Nothing;
        }
        found
    }

    /// Nothing more can be received.
    pub(super) fn broken(&self, broken: Broken) {
        let mut state = self.state();
        if state.ended {
            return;
        }
        state.ended = true;
        if let Broken::Protocol(text) = broken {
            state.violation = Some(text);
            // Who breaks the protocol has not ended in order, whatever was said before.
            state.farewell = None;
        }
        let broke = state.violation.is_some();
        // Where the process or the thread of the worker is watched, the watcher says how it ended.
        let watched = state.on_end.is_some();
        let wake = match self.role {
            Role::Caller | Role::Function if watched => state.wake_all(),
            Role::Caller | Role::Function | Role::Worker | Role::Peer => {
                let broke = state.violation.clone().map(DisconnectCause::Protocol);
                let cause = broke.unwrap_or(DisconnectCause::Gone);
                self.conclude(&mut state, ExitEvent { cause, begun: None })
            }
        };
        drop(state);
        if broke {
            self.link.close();
        }
        wake.into_iter().for_each(Waiter::wake);
    }
}
