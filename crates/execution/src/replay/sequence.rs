//! The order in which everything happened that a resumed program will do again.
//!
//! A replayed call has its outcome at once, but other branches of the program may not have come as far as they were when
//! the outcome first arrived. It is given when all that the record has before it has happened again, so that whichever
//! came first then comes first now.

use parking_lot::Mutex;
use tokio::sync::Notify;

/// The place of a begin, an end or a write in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Turn(pub u32);

/// The order in which a resumed program does again what it did.
#[derive(Debug, Default)]
pub struct Sequence {
    /// The place of each turn in the session's order.
    orders: Vec<u64>,
    /// The last place in the session's order that is recorded.
    last: u64,
    state: Mutex<State>,
    /// Rung when a turn has come.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The turns that have passed.
    passed: Vec<bool>,
    /// The first that has not.
    next: usize,
}

impl Sequence {
    /// The order of these turns, by their places in the session's order, after which `last` is the last that is recorded.
    pub fn new(orders: Vec<u64>, last: u64) -> Self {
        let passed = vec![false; orders.len()];
        Self { orders, last, state: Mutex::new(State { passed, next: 0 }), changed: Notify::new() }
    }

    /// Whether all of it has happened again.
    pub fn is_over(&self) -> bool {
        self.orders.is_empty() || self.state.lock().next == self.orders.len()
    }

    /// The turn after all others.
    pub fn end(&self) -> Turn {
        Turn(u32::try_from(self.orders.len()).unwrap_or(u32::MAX))
    }

    /// The turn that is waited for; the number of turns when none is.
    pub fn next(&self) -> Turn {
        Turn(u32::try_from(self.state.lock().next).unwrap_or(u32::MAX))
    }

    /// It has happened again.
    pub fn pass(&self, turn: Turn) {
        self.state.lock().pass(turn);
        self.changed.notify_waiters();
    }

    /// A call has begun again: whether what it came to is to be given at once, for nothing comes before it.
    pub fn begin(&self, began: Turn, ended: Turn) -> bool {
        let mut state = self.state.lock();
        state.pass(began);
        let is_next = state.next >= ended.0 as usize;
        if is_next {
            state.pass(ended);
        }
        drop(state);
        self.changed.notify_waiters();
        is_next
    }

    /// What comes before this turn is waited for no longer.
    pub fn skip_to(&self, turn: Turn) {
        let mut state = self.state.lock();
        for earlier in state.next..(turn.0 as usize).min(state.passed.len()) {
            state.passed[earlier] = true;
        }
        state.advance();
        drop(state);
        self.changed.notify_waiters();
    }

    /// Waits until everything before this turn has happened again.
    pub async fn come(&self, turn: Turn) {
        loop {
            let changed = self.changed.notified();
            if self.next() >= turn {
                return;
            }
            changed.await;
        }
    }

    /// Whether what was recorded at this place in the session's order has happened by now. What is later than the record
    /// always has.
    pub fn has_happened(&self, order: u64) -> bool {
        if order > self.last || self.orders.is_empty() {
            return true;
        }
        let state = self.state.lock();
        let Some(next) = self.orders.get(state.next) else { return true };
        if order < *next {
            return true;
        }
        self.orders.binary_search(&order).is_ok_and(|turn| state.passed[turn])
    }
}

impl State {
    fn pass(&mut self, turn: Turn) {
        if let Some(passed) = self.passed.get_mut(turn.0 as usize) {
            *passed = true;
        }
        self.advance();
    }

    fn advance(&mut self) {
        while self.passed.get(self.next).is_some_and(|passed| *passed) {
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_came_first_comes_first() {
        let sequence = Sequence::new(vec![1, 2, 5, 6], 7);
        assert!(!sequence.begin(Turn(0), Turn(2)), "another call has yet to begin");
        assert!(sequence.has_happened(1) && !sequence.has_happened(2));
        assert!(!sequence.begin(Turn(1), Turn(3)), "the other's end comes first");
        assert_eq!(sequence.next(), Turn(2));
        assert!(sequence.has_happened(4) && !sequence.has_happened(5) && sequence.has_happened(8));
        sequence.pass(Turn(2));
        sequence.pass(Turn(3));
        assert!(sequence.is_over() && sequence.has_happened(7));
    }

    #[tokio::test]
    async fn a_turn_that_is_waited_for_comes_when_those_before_it_have_passed_or_are_skipped() {
        let sequence = std::sync::Arc::new(Sequence::new(vec![1, 2, 3], 3));
        let waits = tokio::spawn({
            let sequence = sequence.clone();
            async move { sequence.come(Turn(2)).await }
        });
        tokio::task::yield_now().await;
        sequence.pass(Turn(1));
        assert!(!waits.is_finished());
        sequence.skip_to(Turn(2));
        waits.await.unwrap();
    }
}
