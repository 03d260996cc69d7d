//! Work that a participant is asked for, its attempts, and what becomes of it.

use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::SentRequest;
use crate::messages::{Priority, RetryPolicy};
use crate::session::Progress;
use crate::session::facet_state::FacetState;
use crate::values::{AgentId, Exceeded, Limit, MessageId, Revision, Span, TaskId, Timestamp, limits};

/// Work that a participant is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What kind of work.
    pub task_type: String,
    /// Who asks; absent when the plan itself, or a person, does.
    pub delegator: Option<AgentId>,
    /// Who was asked first; a step waits for it.
    pub delegatee: AgentId,
    /// Who has it now: the delegatee, or a fallback agent.
    pub assignee: AgentId,
    /// What for.
    pub payload: Arc<Value>,
    /// The step that it belongs to.
    pub step: Option<String>,
    /// How often the step has started this work anew.
    pub step_retry: u32,
    /// The failed task whose work this one does again.
    #[serde(default)]
    pub retry_of: Option<TaskId>,
    /// Orders the inbox.
    pub priority: Priority,
    /// The time that one attempt may take once it is accepted.
    pub timeout: Span,
    /// The time in which an attempt must be accepted.
    #[serde(default)]
    pub start_within: Option<Span>,
    /// The longest time without a report on an attempt that is in progress.
    #[serde(default)]
    pub heartbeat: Option<Span>,
    /// When and how often a failed attempt is retried.
    pub retry_policy: RetryPolicy,
    /// Who is asked when an agent fails for good, in this order.
    pub fallback_agents: Vec<AgentId>,
    /// How many of the fallback agents have been asked, or passed over because they had left.
    pub fallbacks_used: usize,
    /// What the sender attached to the request.
    pub metadata: Map<String, Value>,
    /// The first request as it was sent, if a message requested the task.
    #[serde(default)]
    pub sent: Option<Arc<SentRequest>>,
    /// The time before which no attempt is requested.
    #[serde(default)]
    pub deliver_at: Option<Timestamp>,
    /// What it is now.
    pub status: TaskStatus,
    /// The attempt that is under way, or was the last; the first is 1.
    pub attempt: u32,
    /// How many of the attempts were retries with the present assignee.
    pub retries: u32,
    /// The message that carried the first request; responses refer to it.
    pub request_id: MessageId,
    /// The message that carries the request of the present attempt.
    pub message_id: MessageId,
    /// The revision at which it was delegated.
    pub revision: Revision,
    /// When it was delegated.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the present attempt was accepted.
    pub started_at: Option<Timestamp>,
    /// When the present attempt is over time: it must be accepted by then, or ended, or reported on.
    pub deadline: Timestamp,
    /// Since when its work waits for an answer to a question; the deadline is then not counted.
    #[serde(default)]
    pub waiting_since: Option<Timestamp>,
    /// Whether another attempt by the same agent may succeed, as far as the last failure says.
    #[serde(default = "yes")]
    pub retryable: bool,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How far it is, in the agent's own words.
    pub progress: Option<Value>,
    /// What it gave.
    pub result: Option<Arc<Value>>,
    /// Why the last attempt failed, or why it was cancelled.
    pub error: Option<Arc<Value>>,
    /// The attempts that have ended, oldest first.
    pub attempts: Vec<Attempt>,
}

fn yes() -> bool {
    true
}

/// An attempt that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its number.
    pub attempt: u32,
    /// Who made it.
    pub agent_id: AgentId,
    /// How it ended.
    pub status: TaskStatus,
    /// The message that carried its request.
    pub message_id: MessageId,
    /// When it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<Value>>,
}

/// The status of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TaskStatus {
    /// Its request waits in an inbox, or for a retry.
    Pending,
    /// An agent has accepted it.
    InProgress,
    /// It gave a result.
    Completed,
    /// Every attempt failed.
    Failed,
    /// The last attempt took too long.
    Timeout,
    /// It is wanted no more.
    Cancelled,
}

impl TaskStatus {
    /// Whether it can still change.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress)
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Task {
    /// The fallback agents that have not been asked yet.
    pub fn fallbacks_left(&self) -> &[AgentId] {
        self.fallback_agents.get(self.fallbacks_used..).unwrap_or_default()
    }

    /// When an attempt that may begin at `at` is requested.
    pub(crate) fn request_at(&self, at: Timestamp) -> Timestamp {
        self.deliver_at.map_or(at, |deliver_at| deliver_at.max(at))
    }

    /// When an attempt that may begin at `at` must be accepted.
    pub(crate) fn start_by(&self, at: Timestamp) -> Timestamp {
        self.request_at(at).after(self.start_within.unwrap_or(Span::from_millis(limits::TASK_START_MS)))
    }

    /// When the work on the present attempt is over time, if it is reported on now.
    pub(crate) fn work_until(&self, now: Timestamp) -> Timestamp {
        let end = self.started_at.unwrap_or(now).after(self.timeout);
        self.heartbeat.map_or(end, |heartbeat| end.min(now.after(heartbeat)))
    }

    /// The attempt that has ended and whose request that message carried.
    pub(crate) fn attempt_requested_by(&self, id: &MessageId) -> Option<u32> {
        self.attempts.iter().find(|attempt| attempt.message_id == *id).map(|attempt| attempt.attempt)
    }

    /// The key of the timer that ends the present attempt.
    pub(crate) fn timer(&self) -> String {
        format!("task:{}", self.id)
    }
}

impl FacetState for OrdMap<TaskId, Arc<Task>> {
    fn progress(&self) -> Option<Progress> {
        let count = |is: fn(TaskStatus) -> bool| self.values().filter(|task| is(task.status)).count() as u64;
        let failed = count(|status| matches!(status, TaskStatus::Failed | TaskStatus::Timeout));
        Progress::of("tasks", count(|status| !status.is_open()), self.len() as u64, failed)
    }

    fn check(&self) -> Result<(), Exceeded> {
        Limit::Tasks.allows(self.len())?;
        self.values().try_for_each(|task| Limit::NameBytes.allows(task.task_type.len()))
    }
}
