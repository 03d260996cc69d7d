//! Inboxes, and what is delivered from them.

use std::sync::Arc;

use sessiond_core::{Fence, MessageId, Timestamp};

/// An inbox's state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inbox {
    /// Whether there is one: something was sent to it, or somebody connected. It may stay when its agent is removed.
    pub exists: bool,
    /// Messages not acknowledged, those that are being delivered included.
    pub depth: u64,
    /// The present fencing token; 0 when nobody ever connected.
    pub fence: Fence,
    /// When the oldest of them was accepted.
    pub oldest: Option<Timestamp>,
    /// When the next one is due that is not due now: the soonest `not_before` or redelivery.
    pub next_due: Option<Timestamp>,
}

/// A message that is being delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub message_id: MessageId,
    /// How often it has been delivered, this time included.
    pub attempt: u32,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// The message as JSON.
    pub body: Arc<str>,
}

/// A message that was delivered too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhausted {
    /// Its id.
    pub message_id: MessageId,
    /// The message as JSON.
    pub body: Arc<str>,
}
