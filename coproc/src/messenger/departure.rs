//! How an end leaves the process, and how it is taken up in another.

use std::os::fd::OwnedFd;

use serde::{Deserialize, Serialize};

use crate::{
    codec::{Arguments, Body, Bytes},
    link::{Endpoint, Role, by_hand::Accounts},
    messenger::hand::MESSAGE_MOST,
    sync::Arc,
    transport::{AnyTransport, Departed, Sealed, Socket, UNREAD_MOST},
};

/// How many bytes may lie at an end: what came and what was sent, and the frames with which both
/// went over their limits.
const KEPT_MOST: usize = 8 * UNREAD_MOST;

/// What lies at an end.
#[derive(Serialize, Deserialize)]
struct Kept {
    accounts: Accounts,
    last_id: u64,
    flat: bool,
    unread: Bytes,
    unsent: Bytes,
}

impl Endpoint {
    /// Whether this end may leave the process, as far as is known before it does.
    ///
    /// # Errors
    ///
    /// Why it may not.
    pub(super) fn check(&self) -> Result<(), String> {
        self.alone(|| {
            let state = self.state();
            state.is_sound()?;
            let carried = state.by_hand.carried(&state.inbox);
            drop(state);
            self.link().check(carried)
        })
    }

    /// Lets this end leave the process; gives what it is in another.
    ///
    /// # Errors
    ///
    /// Why it cannot; then it is as it was.
    pub(super) fn depart(&self) -> Result<Vec<OwnedFd>, String> {
        self.alone(|| {
            let file = Sealed::new().map_err(|error| error.to_string())?;
            let (mut queued, mut kept) = {
                let mut state = self.state();
                let state = &mut *state;
                state.is_sound()?;
                let queued = state.by_hand.take_unread(&mut state.inbox);
                let accounts = state.by_hand.accounts.clone();
                let (last_id, flat) = (state.last_id, state.flat);
                let [unread, unsent] = [Bytes::new(), Bytes::new()];
                (queued, Kept { accounts, last_id, flat, unread, unsent })
            };
            let departed = match self.link().depart(&mut queued) {
                Ok(departed) => departed,
                Err(why) => {
                    queued.into_iter().for_each(|frame| self.put_back(frame));
                    return Err(why);
                }
            };
            kept.unread = departed.unread.into();
            kept.unsent = departed.unsent.into();
            let kept = Body::of(&kept, usize::MAX).map_err(|error| error.to_string())?;
            let file = file.with(kept.payload()).map_err(|error| error.to_string())?;
            self.end();
            Ok(vec![departed.end, file])
        })
    }
}

/// An end that has come from another process; `None` if it is none.
pub(super) fn arrive(descriptors: Vec<OwnedFd>, channels: usize) -> Option<Arc<Endpoint>> {
    let [end, file]: [OwnedFd; 2] = descriptors.try_into().ok()?;
    let bytes = Sealed::read(file, KEPT_MOST).ok()?;
    let mut arguments = Arguments::new(&bytes);
    let kept: Kept = arguments.take().ok()?;
    if !kept.accounts.are_of(channels) {
        return None;
    }
    let [unread, unsent] = [kept.unread.to_vec(), kept.unsent.to_vec()];
    let socket = Socket::arrived(Departed { end, unread, unsent }, MESSAGE_MOST)?;
    let capacities = vec![usize::MAX; channels];
    let endpoint = Endpoint::new(AnyTransport::Socket(socket), Role::Peer, capacities, None);
    let mut state = endpoint.state();
    state.by_hand.accounts = kept.accounts;
    (state.last_id, state.flat) = (kept.last_id, kept.flat);
    drop(state);
    Some(endpoint)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::messenger::{RecvError, hand::Messenger};

    fn end() -> OwnedFd {
        UnixStream::pair().unwrap().0.into()
    }

    fn file(bytes: &[u8]) -> OwnedFd {
        Sealed::new().unwrap().with(bytes).unwrap()
    }

    /// What lies at a fresh end of so many channels, but for this.
    fn kept(channels: usize, unread: &[u8]) -> OwnedFd {
        let accounts = crate::link::by_hand::ByHand::new(channels).accounts;
        let [unread, unsent] = [unread, &[]].map(Bytes::from);
        let kept = Kept { accounts, last_id: 0, flat: false, unread, unsent };
        file(Body::of(&kept, usize::MAX).unwrap().payload())
    }

    #[test]
    fn what_is_no_end_is_refused() {
        assert!(arrive(vec![end(), kept(1, &[])], 1).is_some());
        assert!(arrive(vec![end()], 1).is_none());
        assert!(arrive(vec![end(), end()], 1).is_none());
        assert!(arrive(vec![end(), file(b"nothing of the kind")], 1).is_none());
        assert!(arrive(vec![end(), kept(2, &[])], 1).is_none());
        assert!(arrive(vec![end(), kept(1, &[255; 100])], 1).is_none());
    }

    /// What is no socket has no other end.
    #[test]
    fn an_end_that_leads_nowhere_is_closed() {
        let endpoint = arrive(vec![file(&[]), kept(1, &[])], 1).unwrap();
        let messenger = Messenger::<u8, u8>::free(endpoint);
        assert_eq!(messenger.recv(), Err(RecvError::Closed));
        assert!(messenger.send(1).is_err());
    }
}
