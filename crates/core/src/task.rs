//! Tasks: work that a participant is asked for, its attempts, and what becomes of it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::{Event, EventBody, TaskUpdate};
use crate::{AgentId, MessageId, Priority, RetryPolicy, Revision, Span, TaskId, Timestamp};

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
    /// Orders the inbox.
    pub priority: Priority,
    /// The time that one attempt may take.
    pub timeout: Span,
    /// When and how often a failed attempt is made again.
    pub retry_policy: RetryPolicy,
    /// Who is asked when an agent fails for good, in this order.
    pub fallback_agents: Vec<AgentId>,
    /// How many of the fallback agents have been asked, or passed over because they had left.
    pub fallbacks_used: usize,
    /// What the sender attached to the request.
    pub metadata: Map<String, Value>,
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
    /// When the present attempt is over time.
    pub deadline: Timestamp,
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

/// What a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Task {
    /// The task that a `task_delegated` event begins.
    pub(crate) fn delegated(event: &Event) -> Option<Self> {
        let EventBody::TaskDelegated {
            task_id,
            task_type,
            delegator,
            delegatee,
            payload,
            step,
            step_retry,
            priority,
            timeout,
            retry_policy,
            fallback_agents,
            message_id,
            metadata,
            deadline,
        } = &event.body
        else {
            return None;
        };
        Some(Self {
            id: task_id.clone(),
            task_type: task_type.clone(),
            delegator: delegator.clone(),
            delegatee: delegatee.clone(),
            assignee: delegatee.clone(),
            payload: payload.clone(),
            step: step.clone(),
            step_retry: *step_retry,
            priority: *priority,
            timeout: *timeout,
            retry_policy: retry_policy.clone(),
            fallback_agents: fallback_agents.clone(),
            fallbacks_used: 0,
            metadata: metadata.clone(),
            status: TaskStatus::Pending,
            attempt: 1,
            retries: 0,
            request_id: message_id.clone(),
            message_id: message_id.clone(),
            revision: event.seq,
            created_at: event.time,
            updated_at: event.time,
            started_at: None,
            deadline: *deadline,
            ended_at: None,
            progress: None,
            result: None,
            error: None,
            attempts: Vec::new(),
        })
    }

    /// Folds one update.
    pub(crate) fn apply(&mut self, update: &TaskUpdate, time: Timestamp) {
        let ends_attempt = !update.status.is_open() || update.attempt != self.attempt;
        if ends_attempt && self.status.is_open() {
            let status = if update.status.is_open() {
                update.ended.unwrap_or(TaskStatus::Failed)
            } else {
                update.status
            };
            self.attempts.push(Attempt {
                attempt: self.attempt,
                agent_id: self.assignee.clone(),
                status,
                message_id: self.message_id.clone(),
                started_at: self.started_at,
                ended_at: time,
                error: update.error.clone(),
            });
        }
        if update.attempt != self.attempt {
            if update.assignee == self.assignee {
                self.retries = self.retries.saturating_add(1);
            } else {
                self.retries = 0;
                let asked = self.fallbacks_left().iter().position(|a| *a == update.assignee);
                self.fallbacks_used += asked.map_or(0, |at| at + 1);
            }
            self.started_at = None;
            self.progress = None;
        }
        if update.status == TaskStatus::InProgress && self.started_at.is_none() {
            self.started_at = Some(time);
        }
        self.status = update.status;
        self.attempt = update.attempt;
        self.assignee = update.assignee.clone();
        self.updated_at = time;
        if let Some(progress) = &update.progress {
            self.progress = Some(progress.clone());
        }
        if let Some(result) = &update.result {
            self.result = Some(result.clone());
        }
        if let Some(error) = &update.error {
            self.error = Some(error.clone());
        }
        if let Some(message_id) = &update.message_id {
            self.message_id = message_id.clone();
        }
        if let Some(deadline) = update.deadline {
            self.deadline = deadline;
        }
        if !update.status.is_open() {
            self.ended_at = Some(time);
        }
    }

    /// The fallback agents that have not been asked yet.
    pub fn fallbacks_left(&self) -> &[AgentId] {
        self.fallback_agents.get(self.fallbacks_used..).unwrap_or_default()
    }

    /// The attempt that has ended and whose request that message carried.
    pub(crate) fn attempt_requested_by(&self, id: &MessageId) -> Option<u32> {
        self.attempts.iter().find(|attempt| attempt.message_id == *id).map(|attempt| attempt.attempt)
    }

    /// An update that changes nothing yet.
    pub(crate) fn update(&self) -> TaskUpdate {
        TaskUpdate {
            task_id: self.id.clone(),
            status: self.status,
            attempt: self.attempt,
            assignee: self.assignee.clone(),
            progress: None,
            result: None,
            error: None,
            ended: None,
            message_id: None,
            retry_at: None,
            deadline: None,
        }
    }

    /// The key of the timer that ends the present attempt.
    pub(crate) fn timer(&self) -> String {
        format!("task:{}", self.id)
    }
}
