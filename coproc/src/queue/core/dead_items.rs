//! Dead letters, which are kept until a caller has received them.

use super::item::DeadItem;

/// The dead letters of a queue, the oldest first.
#[derive(Default)]
pub(super) struct DeadItems {
    /// Each with the link and the number of the question that holds it.
    items: Vec<(Option<(u64, u64)>, DeadItem)>,
}

impl DeadItems {
    pub(super) fn push(&mut self, item: DeadItem) {
        self.items.push((None, item));
    }

    /// Lets a question hold the oldest free ones, and gives them: at most `most` bytes of them, or a
    /// single one.
    pub(super) fn hold(&mut self, link: u64, question: u64, most: usize) -> Vec<DeadItem> {
        let mut held = Vec::new();
        let mut bytes = 0_usize;
        for (holder, item) in self.items.iter_mut().filter(|(holder, _)| holder.is_none()) {
            bytes = bytes.saturating_add(item.bytes.size());
            if !held.is_empty() && bytes > most {
                break;
            }
            *holder = Some((link, question));
            held.push(item.clone());
        }
        held
    }

    /// Removes what a question holds. Gives the bytes that were removed.
    pub(super) fn remove(&mut self, link: u64, question: u64) -> usize {
        let removed = self.items.extract_if(.., |(holder, _)| *holder == Some((link, question)));
        removed.map(|(_, item)| item.bytes.size()).sum()
    }

    /// Frees what is held by the questions for which `is_over` gives `true`.
    pub(super) fn free(&mut self, is_over: impl Fn(u64, u64) -> bool) {
        for (holder, _) in &mut self.items {
            holder.take_if(|(link, question)| is_over(*link, *question));
        }
    }
}
