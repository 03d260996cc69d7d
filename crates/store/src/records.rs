//! What is written to a store and read from it.

use std::collections::BTreeMap;

use sessiond_core::{
    AgentId, Fence, ForkPoint, Kind, MessageId, Priority, Revision, SessionId, Status, TaskId, TaskStatus,
    Timer, Timestamp,
};

/// One operation of a write. Each is done entirely or refused entirely.
#[derive(Debug, Clone)]
pub enum Op {
    /// Appends to a session's journal, with all that follows from the events. Answers [`Done::Ok`].
    Append(Box<Append>),
    /// Keeps a session's state, so that opening it need not replay its whole journal. An older one than is kept already
    /// changes nothing. Refused ([`Refusal::NotFound`]) when there is no such session, or it is not that far.
    PutSnapshot {
        /// The session.
        session_id: SessionId,
        /// The state.
        snapshot: Snapshot,
    },
    /// Drops the events up to and including `through`. Refused ([`Refusal::NotFound`]) unless a snapshot at `through`
    /// or later is kept, because the state could not be made without them.
    Trim {
        /// The session.
        session_id: SessionId,
        /// The last event to drop.
        through: Revision,
    },
    /// Drops a session with its journal, snapshot, timers, tasks, telemetry and messages, delivered ones included.
    /// Refused ([`Refusal::NotFound`]) when there is none.
    DeleteSession {
        /// The session.
        session_id: SessionId,
    },
    /// Moves a timer that exists to another time; refused as [`Refusal::NotFound`] when it does not, or no longer
    /// stands at `from`.
    MoveTimer {
        /// The session.
        session_id: SessionId,
        /// The timer's key.
        key: String,
        /// Where it must stand; anywhere when absent.
        from: Option<Timestamp>,
        /// Its new time.
        at: Timestamp,
    },
    /// Removes a timer that has fired, unless it was set anew since.
    ClearTimer {
        /// The session.
        session_id: SessionId,
        /// The timer's key.
        key: String,
        /// The time that it fired for.
        at: Timestamp,
    },
    /// Puts a message into an inbox, outside any session.
    Enqueue {
        /// The message.
        message: Box<Enqueue>,
        /// The answer to keep for the same request coming again.
        answer: Option<Answer>,
    },
    /// A process begins to read an inbox. Answers [`Done::Fence`] with a token larger than all before it; messages
    /// that were delivered and not acknowledged can be taken again at once.
    Connect {
        /// Whose inbox.
        agent_id: AgentId,
        /// The present time.
        now: Timestamp,
    },
    /// Takes messages that are due: by priority of their stream (one sender and session), and in order within a
    /// stream. Answers [`Done::Taken`].
    Take {
        /// Whose inbox.
        agent_id: AgentId,
        /// The reader's token; an older one is refused. A reader without one shares the inbox with others.
        fence: Option<Fence>,
        /// The present time.
        now: Timestamp,
        /// When what is taken and not acknowledged may be taken again.
        again_at: Timestamp,
        /// How many at most.
        limit: usize,
        /// After this many deliveries a message is not handed out any more, but reported as exhausted by each take that
        /// comes upon it, until it is buried ([`Op::Bury`]).
        max_attempts: u32,
    },
    /// Acknowledges messages: they are not delivered again. Unknown ids are passed over. Answers [`Done::Count`] with
    /// how many were acknowledged by this.
    Ack {
        /// Whose inbox.
        agent_id: AgentId,
        /// The reader's token; an older one is refused.
        fence: Option<Fence>,
        /// Which.
        message_ids: Vec<MessageId>,
        /// The present time.
        now: Timestamp,
    },
    /// Takes deliveries back that reached nobody: each can be taken again at once, and its attempt does not count. One
    /// that was acknowledged, or taken again since, is passed over. Answers [`Done::Count`].
    Release {
        /// Whose inbox.
        agent_id: AgentId,
        /// Which, and with which attempt each was taken.
        deliveries: Vec<(MessageId, u32)>,
        /// The present time.
        now: Timestamp,
    },
    /// Makes a message that waits in an inbox a dead letter, and puts another into an inbox in its place. Refused
    /// ([`Refusal::NotFound`]) when it does not wait there, and then as [`Op::Enqueue`] is.
    Bury {
        /// Whose inbox.
        agent_id: AgentId,
        /// Which.
        message_id: MessageId,
        /// The message that goes on.
        onward: Option<Box<Enqueue>>,
        /// The present time.
        now: Timestamp,
    },
    /// Puts a dead letter back into its inbox, as if never delivered. Refused as [`Refusal::NotFound`], and then as
    /// [`Refusal::InboxFull`].
    Requeue {
        /// Whose inbox.
        agent_id: AgentId,
        /// Which.
        message_id: MessageId,
        /// How many messages the inbox may hold.
        inbox_limit: u64,
        /// The present time.
        now: Timestamp,
    },
    /// Registers an agent, or replaces its record. Refused ([`Refusal::Owner`]) unless its owner is the expected one.
    PutAgent {
        /// The record.
        record: Box<AgentRecord>,
        /// Who has the agent registered now; nobody when absent.
        expected_owner: Option<String>,
    },
    /// Removes an agent and its inbox, and makes its reader's token an old one. Refused ([`Refusal::Owner`])
    /// unless its owner is the expected one, and then ([`Refusal::NotFound`]) when there is neither.
    DeleteAgent {
        /// The agent.
        agent_id: AgentId,
        /// Who has the agent registered now; nobody when absent.
        expected_owner: Option<String>,
    },
    /// Adds a key, or replaces its record.
    PutKey {
        /// The key.
        key: Box<KeyRecord>,
        /// The answer to keep for the same request coming again; refused as [`Refusal::Answered`] when there is one.
        answer: Option<Answer>,
    },
    /// Keeps the answer to a request that changes no session; refused as [`Refusal::Answered`] when there is one.
    PutAnswer(Answer),
    /// Adds telemetry points; the oldest beyond `keep` go. Refused ([`Refusal::NotFound`]) without the session, and
    /// then ([`Refusal::Answered`]) when the answer is kept already.
    PutPoints {
        /// The session.
        session_id: SessionId,
        /// The points, in their order.
        points: Vec<Point>,
        /// How many points a session keeps.
        keep: u64,
        /// The answer to keep for the same request coming again.
        answer: Option<Answer>,
    },
    /// Drops answers from before `answers_before`, and acknowledged, withdrawn or dead messages from before
    /// `messages_before`. It may drop only some, so as not to hold up what waits behind it, and answers
    /// [`Done::Count`]: ask again until that is 0.
    Purge {
        /// Answers older than this go.
        answers_before: Timestamp,
        /// Messages that ended before this go.
        messages_before: Timestamp,
    },
}

/// What an operation answers when it is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// Done, with nothing to tell.
    Ok,
    /// A new fencing token.
    Fence(Fence),
    /// How many things it was done to.
    Count(u64),
    /// Messages to deliver, in order, and those that were delivered too often already.
    Taken {
        /// To deliver.
        deliveries: Vec<Delivery>,
        /// To bury. They do not use up the limit of the take.
        exhausted: Vec<Exhausted>,
    },
}

/// Why an operation is refused. Nothing of it has been done.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The session is not at the expected revision. `actual` is 0 when it does not exist.
    Conflict {
        /// Where it is.
        actual: Revision,
    },
    /// An answer under this scope and key is kept already.
    Answered(Answer),
    /// The recipient's inbox holds as many messages as it may.
    InboxFull(AgentId),
    /// The recipient's inbox has, or had, a message with this id.
    MessageExists(MessageId),
    /// The token is not the inbox's present one.
    FenceStale {
        /// The present one.
        present: Fence,
    },
    /// The agent is registered by another owner than was expected, or by nobody.
    Owner {
        /// Who has it registered.
        present: Option<String>,
    },
    /// What the operation speaks of does not exist.
    NotFound,
}

/// An append to one session. It is refused for the first of these that holds: a kept answer, another revision, a timer
/// that was moved, an inbox.
#[derive(Debug, Clone)]
pub struct Append {
    /// The session.
    pub session_id: SessionId,
    /// Its revision before this; 0 begins it. Anything else refuses the append as [`Refusal::Conflict`].
    pub expected_revision: Revision,
    /// The events, numbered from `expected_revision + 1` without gaps. May be empty when `writes` or `answers` are not.
    pub records: Vec<Record>,
    /// When the last event was decided.
    pub updated_at: Timestamp,
    /// The session's row in lists, when it changed (always, at revision 1).
    pub summary: Option<Box<SummaryRow>>,
    /// Tasks that the events made or changed.
    pub tasks: Vec<TaskRow>,
    /// What follows from the events.
    pub writes: Vec<Write>,
    /// The answers to keep for the same requests coming again, each under a scope and key of its own; refused as
    /// [`Refusal::Answered`] when one of them is kept already.
    pub answers: Vec<Answer>,
    /// The timer that this comes of, by its key and the time that it fired for. It must still stand at that time, else
    /// the append is refused as [`Refusal::NotFound`]; and it is cleared by the append, before `writes`. So a timer
    /// that is moved either has not fired, or is not there to be moved.
    pub fires: Option<(String, Timestamp)>,
}

/// What follows from events, in their transaction.
#[derive(Debug, Clone)]
pub enum Write {
    /// Sets a timer of the session; an older one with the same key goes.
    SetTimer(Timer),
    /// Removes a timer of the session.
    ClearTimer(String),
    /// Puts a message into an inbox.
    Enqueue(Box<Enqueue>),
    /// Takes a message back that was not acknowledged.
    Withdraw {
        /// Whose inbox.
        recipient: AgentId,
        /// Which.
        message_id: MessageId,
    },
}

/// An event as it is stored: its number and its JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub seq: Revision,
    /// The event as JSON.
    pub json: std::sync::Arc<str>,
}

/// Events of one session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Records {
    /// The events asked for, in order.
    pub records: Vec<Record>,
    /// The number of the oldest event that is kept.
    pub first: Revision,
    /// The number of the newest.
    pub revision: Revision,
}

/// A session's state as it was at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// At which revision.
    pub revision: Revision,
    /// The version of the serialized state.
    pub format: u32,
    /// The serialized state.
    pub state: Vec<u8>,
}

/// What opening a session reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The newest snapshot of the format asked for.
    pub snapshot: Option<Snapshot>,
    /// All events after it, or all that are kept.
    pub records: Vec<Record>,
    /// The number of the newest event.
    pub revision: Revision,
}

/// A session's row in lists.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    /// The session.
    pub session_id: SessionId,
    /// Which facet leads it.
    pub kind: Kind,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it lives, and how it ended.
    pub status: Status,
    /// The number of its last event. Kept by the store from the records; ignored in an append's summary.
    pub revision: Revision,
    /// Whose it is.
    pub owner: String,
    /// Whom it serves.
    pub client_id: Option<String>,
    /// Who leads the work.
    pub orchestrator: Option<AgentId>,
    /// Who takes part now; they see it in their lists.
    pub members: Vec<AgentId>,
    /// Free labels.
    pub labels: BTreeMap<String, String>,
    /// The session that it belongs to.
    pub parent: Option<SessionId>,
    /// Where it was copied from.
    pub forked_from: Option<ForkPoint>,
    /// When it began.
    pub created_at: Timestamp,
    /// When its last event was decided. Kept by the store from the append; ignored in its summary.
    pub updated_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Steps that are complete, and all steps.
    pub steps: (u32, u32),
    /// Tasks that have ended, and all tasks.
    pub tasks: (u32, u32),
}

/// A task's row, to find its session and an agent's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// The task.
    pub task_id: TaskId,
    /// Its session. A fork's copy of a task does not take the row of the original.
    pub session_id: SessionId,
    /// Who has it now.
    pub assignee: AgentId,
    /// What it is now.
    pub status: TaskStatus,
}

/// Which tasks to list; newest first.
#[derive(Debug, Clone, Default)]
pub struct TaskQuery {
    /// Only those of sessions owned by `.0` or with a member among `.1` (exact ids, or prefixes that end in `*`).
    /// Absent: all.
    pub visible_to: Option<(String, Vec<String>)>,
    /// Only those with this assignee.
    pub assignee: Option<AgentId>,
    /// Only those in this state.
    pub status: Option<TaskStatus>,
    /// The cursor of the page before.
    pub cursor: Option<String>,
    /// Rows at most.
    pub limit: usize,
}

/// A timer and its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerRow {
    /// The session.
    pub session_id: SessionId,
    /// The timer.
    pub timer: Timer,
}

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
    pub body: std::sync::Arc<str>,
    /// When it was accepted.
    pub at: Timestamp,
    /// Not before this time.
    pub not_before: Timestamp,
    /// How many messages the inbox may hold; one more refuses the operation, or is dropped when it is `optional`.
    pub inbox_limit: u64,
    /// Whether it is dropped, instead of refusing the operation, when the inbox is full or has the id already.
    pub optional: bool,
}

/// A message that is being delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub message_id: MessageId,
    /// How often it has been delivered, this time included.
    pub attempt: u32,
    /// The message as JSON.
    pub body: std::sync::Arc<str>,
}

/// A message that was delivered too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhausted {
    /// Its id.
    pub message_id: MessageId,
    /// The message as JSON.
    pub body: std::sync::Arc<str>,
}

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
    /// When the next one is due, if none is now: the soonest `not_before` or redelivery.
    pub next_due: Option<Timestamp>,
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
    /// The message. `inbox_limit` and `optional`, which say how it is accepted, are not kept: 0 and false.
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

/// An agent that was registered.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentRecord {
    /// Who.
    pub agent_id: AgentId,
    /// The principal who registered it.
    pub owner: String,
    /// Its registration as JSON, as it was given.
    pub registration: std::sync::Arc<str>,
    /// When it was first registered.
    pub registered_at: Timestamp,
}

/// A key. The secret itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Names the key; not secret.
    pub key_id: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// Whom the key stands for: the owner of the sessions that it creates.
    pub name: String,
    /// What it may do at all.
    pub role: sessiond_core::Role,
    /// Which agents it may act as.
    pub agents: Vec<sessiond_core::AgentPattern>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The answer to a request, kept so that the same request has one effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whose request, and of which kind.
    pub scope: String,
    /// The caller's key.
    pub key: String,
    /// What the request said; another request under the same key is a mistake of the caller.
    pub digest: [u8; 32],
    /// The answer, in the engine's own JSON.
    pub body: String,
    /// When.
    pub at: Timestamp,
}

/// A telemetry point to add.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Which series, such as `loss` or `log`.
    pub series: String,
    /// When.
    pub time: Timestamp,
    /// The step of a run, where there is one.
    pub step: Option<i64>,
    /// A number.
    pub value: Option<f64>,
    /// A text.
    pub text: Option<String>,
}

/// A telemetry point as it is read; `id` grows from point to point of a session and is its cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Its number.
    pub id: u64,
    /// The point.
    pub point: Point,
}

/// Which sessions to list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only those owned by `.0` or with a member among `.1` (exact ids, or prefixes that end in `*`). Absent: all.
    pub visible_to: Option<(String, Vec<String>)>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only in this state.
    pub status: Option<Status>,
    /// Only of this owner.
    pub owner: Option<String>,
    /// Only with this label: `key` or `key=value`.
    pub label: Option<(String, Option<String>)>,
    /// Only those that belong to this session.
    pub parent: Option<SessionId>,
    /// Only those copied from this session.
    pub forked_from: Option<SessionId>,
    /// Only those whose id, name, client or orchestrator contains this text, in any case.
    pub text: Option<String>,
    /// The order.
    pub sort: Sort,
    /// The cursor of the page before.
    pub cursor: Option<String>,
    /// Rows at most.
    pub limit: usize,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Newest first.
    #[default]
    Created,
    /// Last changed first.
    Updated,
    /// By name, A first; those without one by their id.
    Name,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to pass for the next page; none on the last.
    pub next_cursor: Option<String>,
}

/// How many sessions there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// By kind and status.
    pub sessions: BTreeMap<(Kind, Status), u64>,
}

/// A notice that another process wrote to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A session went on, began or was deleted (revision 0), or has new telemetry points.
    Session(SessionId, Revision),
    /// An inbox has a message more, another reader, or is gone. Taking and acknowledging are not told.
    Inbox(AgentId),
    /// Timers were set or moved.
    Timers,
    /// Keys or agents changed.
    Registry,
    /// Notices were lost: look at everything again.
    All,
}
