//! An end of a messenger that leaves the process, or arrives from another.

use std::os::fd::OwnedFd;

use serde::{Deserialize, Serialize};

use crate::{
    codec::{Arguments, Body, Bytes},
    link::{Endpoint, Role, by_hand::Accounts},
    messenger::ends::MAX_MESSAGE,
    sync::Arc,
    transport::{Departed, Sealed, Socket, UNREAD_MOST},
};

/// The most bytes of a departed end: unread and unsent frames, each with the frame that exceeded a limit.
const MAX_DEPARTED: usize = 8 * UNREAD_MOST;

/// The state of an end that has left its process.
#[derive(Serialize, Deserialize)]
struct DepartedEnd {
    accounts: Accounts,
    last_id: u64,
    flat: bool,
    unread: Bytes,
    unsent: Bytes,
}

impl Endpoint {
    /// An error if this end cannot leave the process now.
    ///
    /// # Errors
    ///
    /// The reason.
    pub(super) fn check(&self) -> Result<(), String> {
        self.alone(|| {
            let state = self.state();
            state.is_sound()?;
            let carried = state.by_hand.carried(&state.inbox);
            drop(state);
            self.link().check(carried)
        })
    }

    /// Ends this end here; gives its descriptors for another process.
    ///
    /// # Errors
    ///
    /// The reason why it cannot leave; it is then unchanged.
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
                (queued, DepartedEnd { accounts, last_id, flat, unread, unsent })
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

/// The end that these descriptors of another process make; `None` if they are malformed.
pub(super) fn arrive(descriptors: Vec<OwnedFd>, channels: usize) -> Option<Arc<Endpoint>> {
    let [end, file]: [OwnedFd; 2] = descriptors.try_into().ok()?;
    let bytes = Sealed::read(file, MAX_DEPARTED).ok()?;
    let mut arguments = Arguments::new(&bytes);
    let kept: DepartedEnd = arguments.take().ok()?;
    if !kept.accounts.are_of(channels) {
        return None;
    }
    let [unread, unsent] = [kept.unread.to_vec(), kept.unsent.to_vec()];
    let socket = Socket::arrived(Departed { end, unread, unsent }, MAX_MESSAGE)?;
    let capacities = vec![usize::MAX; channels];
    let endpoint = Endpoint::new(socket, Role::Peer, capacities, None);
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
    use crate::messenger::{RecvError, ends::Messenger};

    fn end() -> OwnedFd {
        UnixStream::pair().unwrap().0.into()
    }

    fn file(bytes: &[u8]) -> OwnedFd {
        Sealed::new().unwrap().with(bytes).unwrap()
    }

    /// The state of a new end with `channels` channels and these unread bytes.
    fn kept(channels: usize, unread: &[u8]) -> OwnedFd {
        let accounts = crate::link::by_hand::ByHand::new(channels).accounts;
        let [unread, unsent] = [unread, &[]].map(Bytes::from);
        let kept = DepartedEnd { accounts, last_id: 0, flat: false, unread, unsent };
        file(Body::of(&kept, usize::MAX).unwrap().payload())
    }

    #[test]
    fn malformed_ends_are_refused() {
        assert!(arrive(vec![end(), kept(1, &[])], 1).is_some());
        assert!(arrive(vec![end()], 1).is_none());
        assert!(arrive(vec![end(), end()], 1).is_none());
        assert!(arrive(vec![end(), file(b"no state of an end")], 1).is_none());
        assert!(arrive(vec![end(), kept(2, &[])], 1).is_none());
        assert!(arrive(vec![end(), kept(1, &[255; 100])], 1).is_none());
    }

    /// A descriptor that is no socket has no peer.
    #[test]
    fn an_end_without_a_peer_is_closed() {
        let endpoint = arrive(vec![file(&[]), kept(1, &[])], 1).unwrap();
        let messenger = Messenger::<u8, u8>::free(endpoint);
        assert_eq!(messenger.recv(), Err(RecvError::Closed));
        assert!(messenger.send(1).is_err());
    }
}
