//! Messages: as they are put into an inbox, and as they are kept.

use std::sync::Arc;

use sessiond_core::{AgentId, MessageId, MessageKind, Priority, SessionId, Timestamp};

/// A message to put into an inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Enqueue {
    /// Its id, unique in the recipient's inbox.
    pub message_id: MessageId,
    /// Whose inbox.
    pub recipient: AgentId,
    /// From whom.
    pub sender: AgentId,
    /// The session that it belongs to.
    pub session_id: Option<SessionId>,
    /// The message that it answers.
    pub in_reply_to: Option<MessageId>,
    /// Orders the inbox.
    pub priority: Priority,
    /// The message as JSON.
    pub body: Arc<str>,
    /// When it was accepted.
    pub at: Timestamp,
    /// Not before this time. One that is not after `at` holds nothing up, whatever a clock says that was set back since.
    pub not_before: Timestamp,
    /// How many messages the inbox may hold; one more refuses the operation, or is dropped when it is a notice.
    pub inbox_limit: u64,
    /// How many of them may be of this sender; refused or dropped in the same way.
    pub sender_limit: u64,
    /// What it is to its session. A notice is dropped, instead of refusing the operation, when the inbox is full or has
    /// the id already; a request may be [held](crate::Write::Hold).
    pub kind: MessageKind,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// It waits, or is being delivered.
    Queued,
    /// It was acknowledged.
    Acked,
    /// It was delivered too often.
    Dead,
    /// It was taken back.
    Withdrawn,
}

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageRecord {
    /// The message. `inbox_limit` and `sender_limit`, which say how it is accepted, are not kept: 0. A request that follows is kept as a
    /// request.
    pub message: Enqueue,
    /// What became of it.
    pub state: MessageState,
    /// How often it has been delivered.
    pub attempts: u32,
    /// When it was acknowledged, given up or taken back.
    pub ended_at: Option<Timestamp>,
}

/// Which messages to list; newest first.
#[derive(Debug, Clone, Default)]
pub struct MessageQuery {
    /// Only those to this agent.
    pub recipient: Option<AgentId>,
    /// Only those of this session.
    pub session_id: Option<SessionId>,
    /// Only those in this state.
    pub state: Option<MessageState>,
    /// Only those that answer this message.
    pub in_reply_to: Option<MessageId>,
    /// The cursor of the page before.
    pub cursor: Option<String>,
    /// Rows at most.
    pub limit: usize,
}
