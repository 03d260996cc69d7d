//! What can have happened. An [`Event`] is stored, published and exported as it is written here, so a change to
//! these shapes is a change of a stored format: add members with a default, never rename or reuse one.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Error, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::{
    AgentId, CallEntry, Fence, ForkPoint, Kind, MessageId, MessageType, Outcome, Priority, RetryPolicy,
    Revision, SessionId, Span, Step, StepStatus, TaskId, TaskStatus, Timestamp,
};

/// One entry of a session's journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Its number: 1, 2, 3 … with no gaps.
    pub seq: Revision,
    /// When it was decided.
    pub time: Timestamp,
    /// Who caused it: an agent's id, or a principal's name.
    pub actor: String,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened; `type` and `data` on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum EventBody {
    /// The session began.
    SessionCreated {
        /// Its id.
        session_id: SessionId,
        /// Which facet leads it.
        kind: Kind,
        /// What people call it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Whose it is: a principal's name.
        owner: String,
        /// The person or program that it serves, for an assistant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        /// The agent that leads the work.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        orchestrator: Option<AgentId>,
        /// Free labels to find it by.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        labels: BTreeMap<String, String>,
        /// When it expires.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
        /// The session that it belongs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<SessionId>,
        /// The shared context at the beginning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shared_context: Option<Value>,
    },
    /// Its name, labels or expiry changed; what is absent stayed.
    SessionUpdated {
        /// The new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// All labels, the new and the old.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        labels: Option<BTreeMap<String, String>>,
        /// The new expiry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    },
    /// The journal before this event was copied from another session.
    SessionForked {
        /// The id of this session.
        session_id: SessionId,
        /// Whose it is.
        owner: String,
        /// Where it was copied from.
        from: ForkPoint,
    },
    /// Its work is done.
    SessionCompleted {
        /// What was reached.
        outcome: Outcome,
    },
    /// Somebody stopped it.
    SessionTerminated {
        /// Why.
        outcome: Outcome,
    },
    /// Its work could not be done.
    SessionFailed {
        /// Why.
        outcome: Outcome,
    },
    /// Its time ran out.
    SessionExpired {},
    /// An agent joined, or joined again.
    ParticipantAdded {
        /// Who.
        agent_id: AgentId,
        /// Its framework.
        framework: String,
        /// What it does here.
        role: String,
    },
    /// An agent left.
    ParticipantRemoved {
        /// Who.
        agent_id: AgentId,
    },
    /// A process took the right to write in a participant's name.
    LeaseClaimed {
        /// In whose name.
        agent_id: AgentId,
        /// Which process.
        holder: String,
        /// What it must show with each write.
        fence: Fence,
        /// How long the lease lasts without a renewal.
        ttl: Span,
    },
    /// It gave the right back.
    LeaseReleased {
        /// In whose name.
        agent_id: AgentId,
        /// The token that is void now.
        fence: Fence,
    },
    /// It was not heard of in time and was declared dead.
    LeaseExpired {
        /// In whose name.
        agent_id: AgentId,
        /// The token that is void now.
        fence: Fence,
    },
    /// The plan was given or replaced; steps that keep their name keep their state.
    WorkflowUpdated {
        /// The whole plan.
        steps: Vec<Step>,
    },
    /// Steps began, ended or were set by hand.
    WorkflowAdvanced {
        /// What changed, in this order.
        steps: Vec<StepChange>,
        /// The first step that is active after this.
        current_step: Option<String>,
        /// Whether the last step has ended.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        workflow_completed: bool,
    },
    /// The shared context was replaced, or patched (RFC 7396).
    ContextUpdated {
        /// The whole document, when it was replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Value>,
        /// The merge patch, when it was patched.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        patch: Option<Value>,
    },
    /// A participant was asked for work.
    TaskDelegated {
        /// The task.
        task_id: TaskId,
        /// What kind of work.
        task_type: String,
        /// Who asks; absent when the plan itself does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delegator: Option<AgentId>,
        /// Who is asked.
        delegatee: AgentId,
        /// What for.
        payload: Arc<Value>,
        /// The step that it belongs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
        /// How often the step has started this work anew.
        #[serde(default)]
        step_retry: u32,
        /// Orders the inbox.
        priority: Priority,
        /// The time that one attempt may take.
        timeout: Span,
        /// When and how often a failed attempt is made again.
        retry_policy: RetryPolicy,
        /// Who is asked next.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fallback_agents: Vec<AgentId>,
        /// The message that carries the request.
        message_id: MessageId,
        /// What the sender attached to the request.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        metadata: Map<String, Value>,
        /// When this attempt is over time.
        deadline: Timestamp,
    },
    /// A task went on.
    TaskUpdated(TaskUpdate),
    /// A message between participants that is no task request.
    MessageSent {
        /// Its id.
        message_id: MessageId,
        /// From whom.
        sender: AgentId,
        /// To whom.
        recipient: AgentId,
        /// What it is.
        message_type: MessageType,
        /// Orders the inbox.
        priority: Priority,
        /// What it says.
        payload: Value,
        /// The message that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_reply_to: Option<MessageId>,
    },
    /// A process began to write calls, or took the session up after another. What was open then is interrupted, and a
    /// session that had failed goes on.
    ExecutionBegan {
        /// What the process shows with each batch; it grows with each process.
        writer: u64,
        /// Which process.
        process: String,
        /// Replay uses no record of a call with a larger number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<u64>,
    },
    /// Calls began and ended.
    CallsRecorded {
        /// Who writes.
        writer: u64,
        /// The how-manieth batch of this writer it is, from 1.
        batch: u64,
        /// What happened, in this order.
        calls: Arc<Vec<CallEntry>>,
    },
}

/// A step that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepChange {
    /// Which.
    pub name: String,
    /// What it is now.
    pub status: StepStatus,
    /// Why, when it was not by the plan alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A task that went on; what is absent stayed as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskUpdate {
    /// Which.
    pub task_id: TaskId,
    /// What it is now.
    pub status: TaskStatus,
    /// The attempt that is under way, or was the last.
    pub attempt: u32,
    /// Who has it now.
    pub assignee: AgentId,
    /// How far it is, in the agent's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Value>,
    /// What it gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Arc<Value>>,
    /// Why the attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<Value>>,
    /// How the attempt before ended, when a new one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<TaskStatus>,
    /// The message that carries the request of a new attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// When a new attempt begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// When a new attempt is over time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
}

impl EventBody {
    /// The event's name on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SessionCreated { .. } => "session_created",
            Self::SessionUpdated { .. } => "session_updated",
            Self::SessionForked { .. } => "session_forked",
            Self::SessionCompleted { .. } => "session_completed",
            Self::SessionTerminated { .. } => "session_terminated",
            Self::SessionFailed { .. } => "session_failed",
            Self::SessionExpired {} => "session_expired",
            Self::ParticipantAdded { .. } => "participant_added",
            Self::ParticipantRemoved { .. } => "participant_removed",
            Self::LeaseClaimed { .. } => "lease_claimed",
            Self::LeaseReleased { .. } => "lease_released",
            Self::LeaseExpired { .. } => "lease_expired",
            Self::WorkflowUpdated { .. } => "workflow_updated",
            Self::WorkflowAdvanced { .. } => "workflow_advanced",
            Self::ContextUpdated { .. } => "context_updated",
            Self::TaskDelegated { .. } => "task_delegated",
            Self::TaskUpdated(_) => "task_updated",
            Self::MessageSent { .. } => "message_sent",
            Self::ExecutionBegan { .. } => "execution_began",
            Self::CallsRecorded { .. } => "calls_recorded",
        }
    }
}

impl<'de> Deserialize<'de> for Event {
    /// By hand, because serde reads a flattened body into a tree first, and the texts of calls with it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Stored {
            seq: Revision,
            time: Timestamp,
            actor: String,
            #[serde(rename = "type")]
            kind: String,
            data: Box<RawValue>,
        }
        let Stored { seq, time, actor, kind, data } = Stored::deserialize(deserializer)?;
        let parts = MapAccessDeserializer::new(Parts { kind: Some(&kind), data: Some(&data) });
        let body = EventBody::deserialize(parts).map_err(D::Error::custom)?;
        Ok(Self { seq, time, actor, body })
    }
}

/// What an event's body is made of.
struct Parts<'a> {
    kind: Option<&'a str>,
    data: Option<&'a RawValue>,
}

impl<'de> MapAccess<'de> for Parts<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> serde_json::Result<Option<K::Value>> {
        let key = match (self.kind, self.data) {
            (Some(_), _) => "type",
            (None, Some(_)) => "data",
            (None, None) => return Ok(None),
        };
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> serde_json::Result<V::Value> {
        match (self.kind.take(), self.data) {
            (Some(kind), _) => seed.deserialize(BorrowedStrDeserializer::new(kind)),
            (None, Some(data)) => {
                self.data = None;
                seed.deserialize(data)
            }
            (None, None) => Err(serde_json::Error::custom("a value follows a key")),
        }
    }
}
