//! The events of tasks.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::messages::{Party, Priority, RetryPolicy, Routing};
use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::json::{bytes_of, metadata_bytes};
use crate::values::{AgentId, Limit, MessageId, Span, TaskId, Timestamp};

use super::{Attempt, Task, TaskStatus};

/// The members that a sender wrote in the message that requests a task, beside the task's own: the first attempt's request is
/// delivered as it was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SentRequest {
    /// When the sender says it wrote the message.
    pub timestamp: Timestamp,
    /// The sender.
    pub sender: Party,
    /// The recipient.
    pub recipient: Party,
    /// How it is delivered, and what happens when that fails.
    pub routing: Routing,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<MessageId>,
}

/// A participant received a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaskDelegated {
    /// The task's id.
    pub task_id: TaskId,
    /// The type of work.
    pub task_type: String,
    /// The agent that delegated it; absent if the plan or a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegator: Option<AgentId>,
    /// The agent that is to do it.
    pub delegatee: AgentId,
    /// The input of the work.
    pub payload: Arc<Value>,
    /// The step that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// How often the step has started this work again.
    #[serde(default)]
    pub step_retry: u32,
    /// The failed task whose work this one does again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<TaskId>,
    /// Its priority in the inbox: `low`, `medium`, `high` or `critical`.
    pub priority: Priority,
    /// The time limit of one attempt once it is accepted.
    pub timeout: Span,
    /// The time in which an attempt must be accepted. In older journals: absent, and `timeout` counted from the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_within: Option<Span>,
    /// The longest time without a report on an attempt that is in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Span>,
    /// When and how often a failed attempt is retried.
    pub retry_policy: RetryPolicy,
    /// The agents that receive it next, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback_agents: Vec<AgentId>,
    /// The message that carries the request.
    pub message_id: MessageId,
    /// Data that the sender attached to the request.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// When this attempt must be accepted.
    pub deadline: Timestamp,
    /// The time before which no attempt is requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_at: Option<Timestamp>,
    /// The request as it was sent, if a message requested the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Arc<SentRequest>>,
}

/// A task changed. An absent member did not change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaskUpdated {
    /// The task's id.
    pub task_id: TaskId,
    /// Its status now: `pending`, `in_progress`, `completed`, `failed`, `timeout` or `cancelled`.
    pub status: TaskStatus,
    /// The current attempt, or the last one.
    pub attempt: u32,
    /// The agent that has it now.
    pub assignee: AgentId,
    /// The progress that the agent reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Value>,
    /// The result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Arc<Value>>,
    /// Why the attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<Value>>,
    /// How the previous attempt ended, if a new one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<TaskStatus>,
    /// The message that carries the request of a new attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// When a new attempt begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// When a new attempt must be accepted, or when the work on an accepted one must have ended or be reported on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// False if the attempt failed in a way that the same agent would fail again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
    /// Whether the work waits for an answer to a question from now on; its deadline is then not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_required: Option<bool>,
}

impl Payload for TaskDelegated {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        let task = self.begin(at);
        session.bytes += bytes_of(&task.payload) + metadata_bytes(&task.metadata);
        if session.tasks.insert(self.task_id.clone(), Arc::new(task)).is_some() {
            return Err("the task exists already".to_owned());
        }
        Ok(())
    }

    fn check(&self, session: &Session) -> Result<(), Rejection> {
        Limit::Tasks.allows(session.tasks.len() + 1)?;
        Limit::FallbackAgents.allows(self.fallback_agents.len())?;
        Ok(Limit::NameBytes.allows(self.task_type.len())?)
    }
}

impl TaskDelegated {
    /// The task that begins with it.
    fn begin(&self, at: At) -> Task {
        let event = self.clone();
        Task {
            id: event.task_id,
            task_type: event.task_type,
            delegator: event.delegator,
            assignee: event.delegatee.clone(),
            delegatee: event.delegatee,
            payload: event.payload,
            step: event.step,
            step_retry: event.step_retry,
            retry_of: event.retry_of,
            priority: event.priority,
            timeout: event.timeout,
            start_within: event.start_within,
            heartbeat: event.heartbeat,
            retry_policy: event.retry_policy,
            fallback_agents: event.fallback_agents,
            fallbacks_used: 0,
            metadata: event.metadata,
            sent: event.sent,
            deliver_at: event.deliver_at,
            status: TaskStatus::Pending,
            attempt: 1,
            retries: 0,
            request_id: event.message_id.clone(),
            message_id: event.message_id,
            revision: at.seq,
            created_at: at.time,
            updated_at: at.time,
            started_at: None,
            deadline: event.deadline,
            retryable: true,
            waiting_since: None,
            ended_at: None,
            progress: None,
            result: None,
            error: None,
            attempts: Vec::new(),
        }
    }
}

impl Payload for TaskUpdated {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        let task = session.tasks.get_mut(&self.task_id).ok_or("there is no such task")?;
        let before = (task.status == TaskStatus::InProgress).then(|| task.assignee.clone());
        let progress = task.progress.as_ref().map_or(0, bytes_of);
        Arc::make_mut(task).apply(self, at.time);
        // Each attempt keeps its error, and only the last progress is kept.
        let gained = task.progress.as_ref().map_or(0, bytes_of)
            + self.result.as_deref().map_or(0, bytes_of)
            + self.error.as_deref().map_or(0, bytes_of);
        session.bytes = (session.bytes + gained).saturating_sub(progress);
        let after = (self.status == TaskStatus::InProgress).then_some(&self.assignee);
        if before.as_ref() != after {
            if let Some(agent) = before {
                count_work(session, &agent, -1);
            }
            if let Some(agent) = after {
                count_work(session, agent, 1);
            }
        }
        Ok(())
    }

    /// What it adds is counted with the bytes of the session, after each event.
    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

fn count_work(session: &mut Session, agent: &AgentId, change: i64) {
    if let Some(participant) = session.participants_mut().iter_mut().find(|p| p.agent_id == *agent) {
        participant.count_work(change);
    }
}

impl Task {
    /// An update that changes nothing yet.
    pub(crate) fn update(&self) -> TaskUpdated {
        TaskUpdated {
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
            retryable: None,
            input_required: None,
        }
    }

    /// Folds one update.
    fn apply(&mut self, update: &TaskUpdated, time: Timestamp) {
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
        let is_reopened = !self.status.is_open() && update.status.is_open();
        if is_reopened {
            (self.retries, self.fallbacks_used) = (0, 0);
            (self.ended_at, self.result) = (None, None);
        }
        if update.attempt != self.attempt {
            if is_reopened {
                // The attempts from here on are counted anew.
            } else if update.assignee == self.assignee {
                self.retries = self.retries.saturating_add(1);
            } else {
                self.retries = 0;
                let asked = self.fallbacks_left().iter().position(|a| *a == update.assignee);
                self.fallbacks_used += asked.map_or(0, |at| at + 1);
            }
            self.started_at = None;
            self.progress = None;
            self.retryable = true;
        } else if let Some(retryable) = update.retryable {
            self.retryable = retryable;
        }
        if update.status == TaskStatus::InProgress && self.started_at.is_none() {
            self.started_at = Some(time);
        }
        match update.input_required {
            Some(true) => self.waiting_since = Some(time),
            Some(false) => self.waiting_since = None,
            None if ends_attempt => self.waiting_since = None,
            None => {}
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
}
