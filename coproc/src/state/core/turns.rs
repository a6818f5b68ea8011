//! Whose turn it is to try again what was in vain.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Instant,
};

use super::Client;

/// Those whose transactions were outdated by others', by namespace: they try again one after the
/// other, so that they do not outdate one another time and again. This is advice and locks nothing:
/// others need not ask, and a turn ends by itself.
pub(super) struct Turns<A> {
    /// The first of a line has its turn, and its answer.
    lines: BTreeMap<String, VecDeque<Asker<A>>>,
}

struct Asker<A> {
    client: Client,
    until: Instant,
    answer: Option<A>,
}

impl<A> Turns<A> {
    pub(super) fn new() -> Self {
        Self { lines: BTreeMap::new() }
    }

    /// Takes its place in the line of a namespace; gives `answer` back if that is the first.
    pub(super) fn ask(
        &mut self,
        client: Client,
        space: &str,
        until: Instant,
        answer: A,
    ) -> Option<A> {
        let line = self.lines.entry(space.to_owned()).or_default();
        if let Some(first) = line.front_mut().filter(|first| first.client == client) {
            first.until = until;
            return Some(answer);
        }
        line.push_back(Asker { client, until, answer: Some(answer) });
        line.front_mut().and_then(|first| first.answer.take())
    }

    /// If it is this one's turn, that is over. Gives whose turn it is now.
    pub(super) fn done(&mut self, client: Client, space: &str) -> Option<A> {
        let line = self.lines.get_mut(space)?;
        line.front().filter(|first| first.client == client)?;
        line.pop_front();
        match line.front_mut() {
            Some(first) => first.answer.take(),
            None => {
                self.lines.remove(space);
                None
            }
        }
    }

    /// Those who have waited long enough by `now`, and whose turn it is after turns that have
    /// lasted long enough.
    pub(super) fn expired(&mut self, now: Instant) -> Vec<A> {
        self.leave(|asker| asker.until <= now)
    }

    /// Lets go of those at the other end of a link that has ended. Gives whose turn it is now.
    pub(super) fn forget(&mut self, peer: u64) -> Vec<A> {
        self.leave(|asker| asker.client.peer == peer)
    }

    fn leave(&mut self, leaves: impl Fn(&Asker<A>) -> bool) -> Vec<A> {
        let mut answers = Vec::new();
        self.lines.retain(|_, line| {
            line.retain_mut(|asker| {
                let leaves = leaves(asker);
                if leaves {
                    answers.extend(asker.answer.take());
                }
                !leaves
            });
            answers.extend(line.front_mut().and_then(|first| first.answer.take()));
            !line.is_empty()
        });
        answers
    }

    /// When the next has waited long enough.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.lines.values().flatten().map(|asker| asker.until).min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn client(peer: u64) -> Client {
        Client { peer, handle: 0 }
    }

    /// In a line of these, each of whom waits a second longer than the one before.
    fn line(peers: &[u64], start: Instant) -> Turns<u64> {
        let mut turns = Turns::new();
        for (seconds, peer) in (1..).zip(peers) {
            let until = start + Duration::from_secs(seconds);
            let first = turns.ask(client(*peer), "a", until, *peer);
            assert_eq!(first, (seconds == 1).then_some(*peer));
        }
        turns
    }

    #[test]
    fn they_try_again_one_after_the_other() {
        let mut turns = line(&[1, 2, 3], Instant::now());
        assert_eq!(turns.done(client(2), "a"), None, "it is not its turn");
        assert_eq!(turns.done(client(1), "b"), None, "there is no line");
        assert_eq!(turns.done(client(1), "a"), Some(2));
        assert_eq!(turns.done(client(1), "a"), None);
        assert_eq!(turns.done(client(2), "a"), Some(3));
        assert_eq!(turns.done(client(3), "a"), None);
        assert_eq!(turns.next_expiry(), None, "nobody is left");
    }

    #[test]
    fn whoever_is_outdated_in_its_turn_keeps_it() {
        let start = Instant::now();
        let mut turns = line(&[1, 2], start);
        let later = start + Duration::from_secs(9);
        assert_eq!(turns.ask(client(1), "a", later, 10), Some(10));
        assert_eq!(turns.next_expiry(), Some(start + Duration::from_secs(2)));
        assert_eq!(turns.done(client(1), "a"), Some(2));
    }

    #[test]
    fn namespaces_have_lines_of_their_own() {
        let mut turns = line(&[1, 2], Instant::now());
        assert_eq!(turns.ask(client(2), "b", Instant::now(), 20), Some(20));
        assert_eq!(turns.done(client(2), "b"), None);
        assert_eq!(turns.done(client(1), "a"), Some(2));
    }

    #[test]
    fn a_turn_and_a_wait_end_by_themselves() {
        let start = Instant::now();
        let mut turns = line(&[1, 2, 3], start);
        assert!(turns.expired(start).is_empty());
        assert_eq!(turns.expired(start + Duration::from_secs(1)), [2]);
        assert_eq!(turns.expired(start + Duration::from_secs(9)), [3]);
        let mut turns = line(&[1, 2, 3], start);
        assert_eq!(turns.ask(client(1), "a", start + Duration::from_secs(9), 1), Some(1));
        assert_eq!(turns.expired(start + Duration::from_secs(2)), [2], "it has waited enough");
        assert_eq!(turns.done(client(1), "a"), Some(3));
    }

    #[test]
    fn who_has_died_is_in_nobodys_way() {
        let mut turns = line(&[1, 2, 3, 4], Instant::now());
        assert_eq!(turns.forget(3), [3], "its answer reaches nobody");
        assert_eq!(turns.forget(1), [2]);
        assert_eq!(turns.done(client(2), "a"), Some(4));
        assert!(turns.forget(4).is_empty());
        assert_eq!(turns.next_expiry(), None);
    }
}
