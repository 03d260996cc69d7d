//! Who is told what happens in an execution. Each subscriber has a bounded queue of its own, so that one that is slow
//! or gone never holds up the program: it misses what does not fit, and that is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::replay::CallNumber;

/// Updates that wait for one subscriber; further ones are dropped, and counted.
const QUEUE: usize = 1024;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Update {
    /// A call began.
    CallBegan {
        /// Its number.
        call: CallNumber,
        /// The call that made it.
        parent: Option<CallNumber>,
        /// The node.
        node: Arc<str>,
    },
    /// A call ended.
    CallEnded {
        /// Its number.
        call: CallNumber,
        /// The node.
        node: Arc<str>,
        /// How: `completed`, `failed`, `timeout`, `cancelled` or `abandoned`.
        status: &'static str,
    },
    /// A node said something.
    Broadcast {
        /// What.
        message: Arc<str>,
    },
}

/// How a subscriber does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubscriberInfo {
    /// What it is called.
    pub name: String,
    /// Updates that it was given.
    pub delivered: u64,
    /// Updates that it missed, because its queue was full or it is gone.
    pub dropped: u64,
    /// How often it failed.
    pub failed: u64,
    /// What it last failed with.
    pub last_error: Option<String>,
}

/// Tells subscribers; cheap to clone.
#[derive(Clone, Default)]
pub struct Publisher {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Whether anybody is told, so that a program to which nobody listens pays nothing.
    heard: AtomicBool,
    subscribers: Mutex<Vec<Subscriber>>,
}

struct Subscriber {
    queue: mpsc::Sender<Update>,
    count: Arc<Count>,
}

#[derive(Default)]
struct Count {
    name: String,
    delivered: AtomicU64,
    dropped: AtomicU64,
    failed: AtomicU64,
    last_error: Mutex<Option<String>>,
}

/// A subscriber's end of its queue.
pub struct Subscription {
    queue: mpsc::Receiver<Update>,
    count: Arc<Count>,
}

impl Subscription {
    /// The next update; none when the session is closed and all were read.
    pub async fn next(&mut self) -> Option<Update> {
        self.queue.recv().await
    }

    /// The next update, for a thread that may be held up. Must not be called from a runtime's thread.
    pub fn next_blocking(&mut self) -> Option<Update> {
        self.queue.blocking_recv()
    }

    /// Reports that an update could not be dealt with.
    pub fn failed(&self, error: String) {
        self.count.failed.fetch_add(1, Ordering::Relaxed);
        *self.count.last_error.lock() = Some(error);
    }
}

impl Publisher {
    /// Tells whoever reads the subscription from now on. `name` is for [`SubscriberInfo`].
    pub fn subscribe(&self, name: &str) -> Subscription {
        let (sender, queue) = mpsc::channel(QUEUE);
        let count = Arc::new(Count { name: name.to_owned(), ..Count::default() });
        self.shared.subscribers.lock().push(Subscriber { queue: sender, count: count.clone() });
        self.shared.heard.store(true, Ordering::Release);
        Subscription { queue, count }
    }

    /// Whether anybody is told.
    pub fn is_heard(&self) -> bool {
        self.shared.heard.load(Ordering::Acquire)
    }

    /// Tells everybody who has room.
    pub fn publish(&self, update: &Update) {
        for subscriber in &*self.shared.subscribers.lock() {
            let counted = match subscriber.queue.try_send(update.clone()) {
                Ok(()) => &subscriber.count.delivered,
                Err(_) => &subscriber.count.dropped,
            };
            counted.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Ends all subscriptions: what is queued can still be read.
    pub fn close(&self) -> Vec<SubscriberInfo> {
        let info = self.info();
        self.shared.heard.store(false, Ordering::Release);
        self.shared.subscribers.lock().clear();
        info
    }

    /// How each subscriber does.
    pub fn info(&self) -> Vec<SubscriberInfo> {
        let subscribers = self.shared.subscribers.lock();
        subscribers
            .iter()
            .map(|Subscriber { count, .. }| SubscriberInfo {
                name: count.name.clone(),
                delivered: count.delivered.load(Ordering::Relaxed),
                dropped: count.dropped.load(Ordering::Relaxed),
                failed: count.failed.load(Ordering::Relaxed),
                last_error: count.last_error.lock().clone(),
            })
            .collect()
    }
}
