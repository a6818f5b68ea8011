//! The dead letters, which are kept until somebody has them.

use std::collections::BTreeMap;

use super::item::Dead;

/// What nobody gets any more, the oldest first.
#[derive(Default)]
pub(super) struct Letters {
    next: u64,
    lying: BTreeMap<u64, Dead>,
    /// What was given to somebody who may not have received it: over which link, and by which
    /// ticket.
    lent: BTreeMap<u64, (u64, u64, Dead)>,
}

impl Letters {
    pub(super) fn put(&mut self, dead: Dead) {
        self.lying.insert(self.next, dead);
        self.next += 1;
    }

    /// Gives the oldest, at least one if there is any, and no more bytes of them than `most` with
    /// it.
    pub(super) fn lend(&mut self, link: u64, ticket: u64, most: usize) -> Vec<Dead> {
        let mut given = Vec::new();
        let mut bytes = 0_usize;
        while let Some(first) = self.lying.first_entry() {
            bytes = bytes.saturating_add(first.get().content.size());
            if !given.is_empty() && bytes > most {
                break;
            }
            let (number, dead) = first.remove_entry();
            given.push(dead.clone());
            self.lent.insert(number, (link, ticket, dead));
        }
        given
    }

    /// Whoever has asked with this ticket has received everything; tells how many bytes that is.
    pub(super) fn release(&mut self, link: u64, ticket: u64) -> usize {
        let released = self.retrieve(|of, by| (of, by) == (link, ticket));
        released.iter().map(|(_, dead)| dead.content.size()).sum()
    }

    /// What was given over a link and by a ticket for which this holds has not been received.
    pub(super) fn take_back(&mut self, is_it: impl Fn(u64, u64) -> bool) {
        let back = self.retrieve(is_it);
        self.lying.extend(back);
    }

    fn retrieve(&mut self, is_it: impl Fn(u64, u64) -> bool) -> Vec<(u64, Dead)> {
        let lent = self.lent.iter().filter(|(_, (link, ticket, _))| is_it(*link, *ticket));
        let numbers: Vec<u64> = lent.map(|(number, _)| *number).collect();
        let retrieve = |number| Some((number, self.lent.remove(&number)?.2));
        numbers.into_iter().filter_map(retrieve).collect()
    }
}
