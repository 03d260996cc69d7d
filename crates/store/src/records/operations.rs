//! Operations: what a batch is made of, and what becomes of each.

use std::sync::Arc;

use sessiond_core::{AgentId, Fence, MessageId, Revision, ScheduleId, SessionId, Timestamp};

use super::{
    AgentRecord, Answer, Append, Delivery, Enqueue, Exhausted, KeyRecord, Point, Record, ScheduleRow,
    Snapshot,
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
    /// Puts other texts in place of events that are there, under their numbers. Refused ([`Refusal::NotFound`]) when there is
    /// no such session. What was there before *must* be gone from the store's files soon after.
    ReplaceEvents {
        /// The session.
        session_id: SessionId,
        /// The new records.
        records: Vec<Record>,
    },
    /// Drops a session with its journal, snapshot, timers, tasks, telemetry, kept answers and messages, delivered ones
    /// included; notices that wait stay, for they tell of its end. Refused ([`Refusal::NotFound`]) when there is none, and
    /// ([`Refusal::Conflict`]) when it is at another revision than expected.
    DeleteSession {
        /// The session.
        session_id: SessionId,
        /// Its revision; any when absent.
        expected_revision: Option<Revision>,
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
    /// Writes, and changes nothing that anybody reads: when it is answered, with [`Done::Ok`], writes become durable. A
    /// backend *must* write and flush for it as for any other operation.
    Probe,
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
    /// Has the messages of an inbox that are [held](crate::Write::Hold) handed out once more, because its agent began
    /// anew. Answers [`Done::Count`].
    Offer {
        /// Whose inbox.
        agent_id: AgentId,
        /// The present time.
        now: Timestamp,
    },
    /// Gives the reader of an inbox more time for messages that were handed out to it and not acknowledged: none of them
    /// is handed out before `again_at`. Unknown ids are passed over. Answers [`Done::Count`].
    Extend {
        /// Whose inbox.
        agent_id: AgentId,
        /// Which.
        message_ids: Vec<MessageId>,
        /// When they may be taken again, at the earliest.
        again_at: Timestamp,
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
        /// How many at most. There *may* be fewer when they are large.
        limit: usize,
        /// After this many deliveries a message is not handed out any more, but reported as exhausted by each take that
        /// comes upon it, until it is buried ([`Op::Bury`]).
        max_attempts: u32,
    },
    /// Acknowledges messages: they are not delivered again. Unknown ids are passed over. Answers [`Done::Count`] with
    /// how many were acknowledged by this, or with [`Done::Acked`] when requests are among them that were not held.
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
    /// Adds a schedule, or replaces it. Refused as [`Refusal::Answered`], then ([`Refusal::Conflict`]) unless it is at the
    /// expected revision, and then ([`Refusal::LimitReached`]) when it is new and its owner has as many as there may be.
    PutSchedule {
        /// The schedule.
        row: Box<ScheduleRow>,
        /// Its revision in the store; 0 when there is none.
        expected: Revision,
        /// How many schedules an owner may have.
        most: u64,
        /// The answer to keep for the same request coming again.
        answer: Option<Answer>,
    },
    /// Removes a schedule. Refused ([`Refusal::NotFound`]) when there is none, and ([`Refusal::Conflict`]) when it is at
    /// another revision than expected.
    DeleteSchedule {
        /// The schedule.
        schedule_id: ScheduleId,
        /// Its revision; any when absent.
        expected: Option<Revision>,
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
    /// Gives up messages that were accepted before that time and wait still, unless they are requests: each is a dead letter, and
    /// a notice is dropped. As [`Op::Purge`] it may do some only, and answers [`Done::Count`].
    Expire {
        /// Messages older than this are given up.
        before: Timestamp,
        /// The present time.
        now: Timestamp,
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
    /// How many messages were acknowledged, and the requests among them that were not held.
    Acked {
        /// How many.
        count: u64,
        /// The requests, as JSON.
        requests: Vec<Arc<str>>,
    },
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
    /// The session, or the schedule, is not at the expected revision. `actual` is 0 when it does not exist.
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
    /// There are as many as there may be.
    LimitReached,
    /// What the operation speaks of does not exist.
    NotFound,
}
