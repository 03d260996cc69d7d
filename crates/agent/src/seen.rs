//! The ids of messages that were handled, so that a repeat is not handled again.

use std::collections::{HashSet, VecDeque};

use sessiond_core::MessageId;

/// A bounded memory: the oldest id goes when a new one does not fit.
pub(crate) struct Seen {
    order: VecDeque<MessageId>,
    ids: HashSet<MessageId>,
    capacity: usize,
}

impl Seen {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { order: VecDeque::new(), ids: HashSet::new(), capacity: capacity.max(1) }
    }

    pub(crate) fn contains(&self, id: &MessageId) -> bool {
        self.ids.contains(id)
    }

    pub(crate) fn insert(&mut self, id: MessageId) {
        if !self.ids.insert(id.clone()) {
            return;
        }
        if self.order.len() == self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        self.order.push_back(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_id_is_forgotten_first_and_a_repeat_takes_no_room() {
        let id = |n: u32| MessageId::parse(format!("m{n}")).unwrap();
        let mut seen = Seen::new(2);
        seen.insert(id(1));
        seen.insert(id(2));
        seen.insert(id(2));
        assert!(seen.contains(&id(1)) && seen.contains(&id(2)));
        seen.insert(id(3));
        assert!(!seen.contains(&id(1)) && seen.contains(&id(2)) && seen.contains(&id(3)));
    }
}
