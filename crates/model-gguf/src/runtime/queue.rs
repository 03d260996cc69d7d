//! The requests that wait for a model, by conversation.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Requests that wait. Conversations take turns: behind the first request of each is the second of each, and so on.
pub(super) struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    changed: Condvar,
    /// The most requests that wait.
    most: usize,
}

struct Waiting<T> {
    /// In the order in which they are taken.
    requests: VecDeque<(Option<String>, T)>,
    closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new(most: usize) -> Self {
        let waiting = Waiting { requests: VecDeque::new(), closed: false };
        Self { waiting: Mutex::new(waiting), changed: Condvar::new(), most }
    }

    /// Adds a request. It is given back if too many wait, or the queue is closed.
    pub(super) fn push(&self, key: Option<String>, request: T) -> Result<(), T> {
        let mut waiting = self.lock();
        if waiting.closed || waiting.requests.len() >= self.most {
            return Err(request);
        }
        let place = place(&waiting.requests, key.as_deref());
        waiting.requests.insert(place, (key, request));
        self.changed.notify_one();
        Ok(())
    }

    /// The next request of a conversation that is not busy; nothing if there is none. It waits for one if it is to, and gives
    /// nothing then when the queue is closed.
    pub(super) fn take(&self, is_busy: impl Fn(&str) -> bool, waits: bool) -> Option<(Option<String>, T)> {
        let mut waiting = self.lock();
        loop {
            let free =
                waiting.requests.iter().position(|(key, _)| key.as_deref().is_none_or(|key| !is_busy(key)));
            if let Some(place) = free {
                return waiting.requests.remove(place);
            }
            if !waits || waiting.closed {
                return None;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes no more requests.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        // Nothing in it is half done when a thread ends.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a conversation's next request is put: behind as many requests of each other conversation as it has itself then.
fn place<T>(requests: &VecDeque<(Option<String>, T)>, key: Option<&str>) -> usize {
    // A request without a key is a conversation of its own, and its first.
    let own = requests.iter().filter(|(other, _)| key.is_some() && other.as_deref() == key).count() + 1;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let later = requests.iter().position(|(other, _)| {
        let Some(other) = other.as_deref().filter(|other| Some(*other) != key) else { return false };
        let count = seen.entry(other).or_default();
        *count += 1;
        *count > own
    });
    later.unwrap_or(requests.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(queue: &Queue<u32>) -> Vec<u32> {
        std::iter::from_fn(|| queue.take(|_| false, false).map(|(_, request)| request)).collect()
    }

    fn push(queue: &Queue<u32>, key: &str, request: u32) {
        queue.push(Some(key.to_owned()).filter(|key| !key.is_empty()), request).unwrap();
    }

    #[test]
    fn conversations_take_turns_however_many_requests_one_has() {
        let queue = Queue::new(100);
        for request in 10..14 {
            push(&queue, "a", request);
        }
        push(&queue, "b", 20);
        push(&queue, "", 30);
        push(&queue, "b", 21);
        push(&queue, "c", 40);
        assert_eq!(all(&queue), [10, 20, 30, 40, 11, 21, 12, 13]);
    }

    #[test]
    fn the_requests_of_a_busy_conversation_wait_and_the_queue_has_a_bound() {
        let queue = Queue::new(3);
        push(&queue, "a", 1);
        push(&queue, "a", 2);
        push(&queue, "b", 3);
        assert_eq!(queue.push(None, 4), Err(4));
        assert_eq!(queue.take(|key| key == "a", false).unwrap().1, 3);
        push(&queue, "", 4);
        assert_eq!(queue.take(|key| key == "a", false).unwrap().1, 4);
        assert!(queue.take(|key| key == "a", false).is_none());
        queue.close();
        assert_eq!(queue.take(|_| false, true).unwrap().1, 1);
        assert_eq!(queue.take(|_| false, true).unwrap().1, 2);
        assert!(queue.take(|_| false, true).is_none());
        assert_eq!(queue.push(None, 5), Err(5));
    }
}
