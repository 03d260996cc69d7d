//! A decision in the making: what the rules of every facet are handed, and all that they can change.

use serde::{Deserialize, Serialize};

use crate::participants::Fence;
use crate::values::{AgentId, MessageId, QuestionId, TaskId, Timestamp, TurnId};

use super::{Effect, Event, EventBody, MessageKind, Rejection, Session};

/// Time, ids and randomness of one decision; they come in, because nothing here may make them.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The time of the decision.
    pub now: Timestamp,
    /// A fresh, time-ordered 128-bit number (a UUID of version 7). The ids that a decision mints count up from it.
    pub nonce: u128,
}

impl Moment {
    /// The `n`th id of this moment.
    pub fn id(&self, prefix: &str, n: u32) -> String {
        format!("{prefix}_{:032x}", self.nonce.wrapping_add(u128::from(n)))
    }
}

/// What a command makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The state after the events.
    pub session: Session,
    /// The events; none when the command changes nothing.
    pub events: Vec<Event>,
    /// What must follow once the events are durable.
    pub effects: Vec<Effect>,
    /// What the caller is told beside the state.
    pub receipt: Receipt,
}

/// What the caller of a command is told beside the state; kept for the same request coming twice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "StoredReceipt", into = "StoredReceipt")]
pub enum Receipt {
    /// Nothing.
    #[default]
    Nothing,
    /// A task was made or changed.
    Task {
        /// The task.
        task_id: TaskId,
        /// The message that made or changed it.
        message_id: Option<MessageId>,
    },
    /// A message was sent.
    Message {
        /// The message.
        message_id: MessageId,
    },
    /// A lease was given out.
    Lease {
        /// Its fencing token.
        fence: Fence,
    },
    /// A question was asked.
    Question {
        /// The question.
        question_id: QuestionId,
    },
    /// A turn was added, or began.
    Turn {
        /// The turn.
        turn_id: TurnId,
        /// The number of its runner, if it began.
        runner: Option<u64>,
    },
    /// A process became the writer.
    Writer {
        /// The number that its batches show.
        writer: u64,
    },
}

impl Receipt {
    /// The task that was made or changed, if any.
    pub fn task_id(&self) -> Option<&TaskId> {
        match self {
            Self::Task { task_id, .. } => Some(task_id),
            Self::Nothing
            | Self::Message { .. }
            | Self::Lease { .. }
            | Self::Question { .. }
            | Self::Turn { .. }
            | Self::Writer { .. } => None,
        }
    }

    /// The fencing token of the lease that was given out, if any.
    pub fn fence(&self) -> Option<Fence> {
        match self {
            Self::Lease { fence } => Some(*fence),
            Self::Nothing
            | Self::Task { .. }
            | Self::Message { .. }
            | Self::Question { .. }
            | Self::Turn { .. }
            | Self::Writer { .. } => None,
        }
    }

    /// The number of the process that became the writer, if any.
    pub fn writer(&self) -> Option<u64> {
        match self {
            // Older versions kept both in one member, so what they kept is read as a lease.
            Self::Writer { writer: number } | Self::Lease { fence: number } => Some(*number),
            Self::Nothing
            | Self::Task { .. }
            | Self::Message { .. }
            | Self::Question { .. }
            | Self::Turn { .. } => None,
        }
    }

    /// The turn that was added or began, if any.
    pub fn turn_id(&self) -> Option<&TurnId> {
        match self {
            Self::Turn { turn_id, .. } => Some(turn_id),
            Self::Nothing
            | Self::Task { .. }
            | Self::Message { .. }
            | Self::Lease { .. }
            | Self::Question { .. }
            | Self::Writer { .. } => None,
        }
    }

    /// The question that was asked, if any.
    pub fn question_id(&self) -> Option<&QuestionId> {
        match self {
            Self::Question { question_id } => Some(question_id),
            Self::Nothing
            | Self::Task { .. }
            | Self::Message { .. }
            | Self::Lease { .. }
            | Self::Turn { .. }
            | Self::Writer { .. } => None,
        }
    }
}

/// A receipt as it is kept: a stored format.
#[derive(Serialize, Deserialize)]
struct StoredReceipt {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task_id: Option<TaskId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message_id: Option<MessageId>,
    /// A fencing token, or a writer's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fence: Option<Fence>,
    /// Says that `fence` is a writer's number; absent in what older versions kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    writer: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question_id: Option<QuestionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turn_id: Option<TurnId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    runner: Option<u64>,
}

impl From<StoredReceipt> for Receipt {
    fn from(stored: StoredReceipt) -> Self {
        let StoredReceipt { task_id, message_id, fence, writer, question_id, turn_id, runner } = stored;
        if let Some(turn_id) = turn_id {
            return Self::Turn { turn_id, runner };
        }
        if let Some(question_id) = question_id {
            return Self::Question { question_id };
        }
        match (task_id, message_id, fence) {
            (Some(task_id), message_id, _) => Self::Task { task_id, message_id },
            (None, Some(message_id), _) => Self::Message { message_id },
            (None, None, Some(number)) if writer => Self::Writer { writer: number },
            (None, None, Some(fence)) => Self::Lease { fence },
            (None, None, None) => Self::Nothing,
        }
    }
}

impl From<Receipt> for StoredReceipt {
    fn from(receipt: Receipt) -> Self {
        let none = Self {
            task_id: None,
            message_id: None,
            fence: None,
            writer: false,
            question_id: None,
            turn_id: None,
            runner: None,
        };
        match receipt {
            Receipt::Nothing => none,
            Receipt::Task { task_id, message_id } => Self { task_id: Some(task_id), message_id, ..none },
            Receipt::Message { message_id } => Self { message_id: Some(message_id), ..none },
            Receipt::Lease { fence } => Self { fence: Some(fence), ..none },
            Receipt::Question { question_id } => Self { question_id: Some(question_id), ..none },
            Receipt::Turn { turn_id, runner } => Self { turn_id: Some(turn_id), runner, ..none },
            Receipt::Writer { writer } => Self { fence: Some(writer), writer: true, ..none },
        }
    }
}

/// A decision in the making: the state as far as it is decided, and what was decided so far. A facet's rules have three
/// ways to it: they read [`session`](Draft::session), and add events by [`emit`](Draft::emit) and effects by
/// [`effect`](Draft::effect).
pub(crate) struct Draft<'a> {
    session: Session,
    events: Vec<Event>,
    effects: Vec<Effect>,
    moment: &'a Moment,
    actor: String,
    ids: u32,
    settles: bool,
}

impl<'a> Draft<'a> {
    /// The decision on a command that `actor` gives.
    pub(crate) fn new(session: Session, moment: &'a Moment, actor: String) -> Self {
        Self { session, events: Vec::new(), effects: Vec::new(), moment, actor, ids: 0, settles: false }
    }

    /// The same, of a command that cannot be refused because an inbox is full.
    pub(crate) fn settling(mut self, settles: bool) -> Self {
        self.settles = settles;
        self
    }

    /// What a request is that is made now.
    pub(crate) fn request_kind(&self) -> MessageKind {
        if self.settles { MessageKind::Following } else { MessageKind::Request }
    }

    /// The decision that begins a session with its first event.
    pub(crate) fn begin(first: Event, moment: &'a Moment) -> Result<Self, Rejection> {
        let mut draft = Self::new(Session::begin(&first)?, moment, first.actor.clone());
        draft.events.push(first);
        Ok(draft)
    }

    /// The state after all that was decided so far.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Adds an event and folds it, so that what follows is decided on the state after it.
    pub(crate) fn emit(&mut self, body: impl Into<EventBody>) -> Result<(), Rejection> {
        let event = Event {
            seq: self.session.revision + 1,
            time: self.moment.now,
            actor: self.actor.clone(),
            body: body.into(),
        };
        self.session.apply(&event)?;
        self.events.push(event);
        Ok(())
    }

    /// Adds what must follow once the events are durable.
    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// The time of the decision.
    pub(crate) fn now(&self) -> Timestamp {
        self.moment.now
    }

    /// Whether no event was added so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether it is `agent` that gives the command.
    pub(crate) fn is_by(&self, agent: &AgentId) -> bool {
        self.actor == agent.as_str()
    }

    pub(crate) fn task_id(&mut self) -> TaskId {
        let id = self.next_id("task");
        TaskId::parse(id).expect("hexadecimal digits are allowed in a task id")
    }

    pub(crate) fn question_id(&mut self) -> QuestionId {
        let id = self.next_id("question");
        QuestionId::parse(id).expect("hexadecimal digits are allowed in a question id")
    }

    pub(crate) fn turn_id(&mut self) -> TurnId {
        let id = self.next_id("turn");
        TurnId::parse(id).expect("hexadecimal digits are allowed in a turn id")
    }

    pub(crate) fn message_id(&mut self) -> MessageId {
        let id = self.next_id("msg");
        MessageId::parse(id).expect("hexadecimal digits are allowed in a message id")
    }

    /// A number that differs from decision to decision.
    pub(crate) fn random(&self) -> u64 {
        // The low half of a version 7 UUID is random but for two bits; mixed by SplitMix64 (Steele et al., 2014).
        let mut z = (self.moment.nonce as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn next_id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        self.moment.id(prefix, self.ids)
    }

    pub(crate) fn decided(self, receipt: Receipt) -> Decision {
        Decision { session: self.session, events: self.events, effects: self.effects, receipt }
    }
}
