//! Tasks.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::{
    AgentId, MessageId, Priority, RetryPolicy, SessionId, Span, TaskId, TaskStatus, Timestamp,
};
use utoipa::{IntoParams, ToSchema};

crate::operations::operations! {
    /// Lists a session's tasks.
    LIST_SESSION_TASKS = Operation::get("/sessions/{session_id}/tasks");
    /// Delegates a task to a participant.
    DELEGATE_TASK =
        Operation::post("/sessions/{session_id}/tasks").changes_a_session().fails_with(&[Code::InboxFull]);
    /// Lists tasks over all sessions that the caller may see.
    LIST_TASKS = Operation::get("/tasks");
    /// Reads a task.
    GET_TASK = Operation::get("/tasks/{task_id}");
    /// Accepts a task.
    ACCEPT_TASK = Operation::post("/tasks/{task_id}/accept").changes_a_session();
    /// Reports a task's progress.
    PROGRESS_TASK = Operation::post("/tasks/{task_id}/progress").changes_a_session();
    /// Completes a task.
    COMPLETE_TASK = Operation::post("/tasks/{task_id}/complete").changes_a_session();
    /// Fails the current attempt of a task.
    FAIL_TASK = Operation::post("/tasks/{task_id}/fail").changes_a_session();
    /// Cancels a task.
    CANCEL_TASK = Operation::post("/tasks/{task_id}/cancel").changes_a_session();
}

/// Delegates a task to a participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegateTask {
    /// The type of work.
    #[schema(example = "implementation")]
    pub task_type: String,
    /// The agent that is to do it; it must be a participant.
    #[schema(example = "opencode://backend")]
    pub delegatee: AgentId,
    /// The agent that delegates and is notified of the result. The key must be allowed to act as it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegator: Option<AgentId>,
    /// The input of the work.
    #[serde(default)]
    pub payload: Value,
    /// The step that it belongs to. Default: the only active step that waits for the delegatee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Its priority in the inbox.
    #[serde(default)]
    pub priority: Priority,
    /// The time limit of one attempt once it is accepted. Default: `300s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "300s")]
    pub timeout: Option<Span>,
    /// The time in which an attempt must be accepted. Default: `24h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "24h")]
    pub start_within: Option<Span>,
    /// The longest time without a report on an attempt that is in progress. Default: no limit but `timeout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "60s")]
    pub heartbeat: Option<Span>,
    /// When and how often a failed attempt is retried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    /// The agents that receive the task next if the delegatee fails for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback_agents: Vec<AgentId>,
}

impl From<DelegateTask> for sessiond_core::DelegateTask {
    fn from(wire: DelegateTask) -> Self {
        Self {
            task_type: wire.task_type,
            delegator: wire.delegator,
            delegatee: wire.delegatee,
            payload: wire.payload,
            step: wire.step,
            priority: wire.priority,
            timeout: wire.timeout,
            start_within: wire.start_within,
            heartbeat: wire.heartbeat,
            retry_policy: wire.retry_policy,
            fallback_agents: wire.fallback_agents,
            message_id: None,
            deliver_at: None,
        }
    }
}

/// Members of every report on a task.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskReportMeta {
    /// The attempt that the report refers to; another attempt is rejected as `attempt_stale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The agent that reports; it must be the assignee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
}

macro_rules! report {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident : $type:ty }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(#[$field_doc])*
            #[serde(default)]
            pub $field: $type,
            /// The attempt that the report refers to; another attempt is rejected as `attempt_stale`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub attempt: Option<u32>,
            /// The agent that reports; it must be the assignee.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub agent_id: Option<AgentId>,
        }
    };
}

report! {
    /// Reports the progress of a task.
    ProgressTask {
        /// The progress: any JSON.
        progress: Value
    }
}
report! {
    /// Completes a task.
    CompleteTask {
        /// Its result.
        result: Value
    }
}

/// Fails the current attempt; the task's policy decides what follows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FailTask {
    /// The reason.
    #[serde(default)]
    pub error: Value,
    /// Whether the same agent may succeed with another attempt; if false, the next fallback agent receives the task.
    /// Default: `error.retryable`, or true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
    /// The attempt that the report refers to; another attempt is rejected as `attempt_stale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The agent that reports; it must be the assignee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
}

/// Cancels a task.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelTask {
    /// The reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A task and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// Its id.
    pub task_id: TaskId,
    /// Its session.
    pub session_id: SessionId,
    /// The type of work.
    pub task_type: String,
    /// The agent that delegated it; absent if the plan or a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegator: Option<AgentId>,
    /// The agent that received it first.
    pub delegatee: AgentId,
    /// The agent that has it now: the delegatee, or a fallback agent.
    pub assignee: AgentId,
    /// The input of the work.
    pub payload: Value,
    /// The step that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Its priority in the inbox.
    pub priority: Priority,
    /// The time limit of one attempt once it is accepted.
    pub timeout: Span,
    /// The time in which an attempt must be accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_within: Option<Span>,
    /// The longest time without a report on an attempt that is in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Span>,
    /// When and how often a failed attempt is retried.
    pub retry_policy: RetryPolicy,
    /// The agents that receive it next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback_agents: Vec<AgentId>,
    /// Its status.
    pub status: TaskStatus,
    /// The current attempt, or the last one.
    pub attempt: u32,
    /// The message that carried the first request.
    pub message_id: MessageId,
    /// When it was delegated.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The time before which no attempt is requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_at: Option<Timestamp>,
    /// When the current attempt was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When the current attempt is over time: it must be accepted by then, and once it is accepted, ended or reported on.
    pub deadline: Timestamp,
    /// Since when its work waits for an answer to a question; its deadline is then not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_required_since: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Its progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Value>,
    /// Its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why the last attempt failed, or why it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
    /// The attempts that have ended, oldest first.
    pub attempts: Vec<Attempt>,
}

/// An attempt that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// Its number.
    pub attempt: u32,
    /// The agent that made it.
    pub agent_id: AgentId,
    /// How it ended.
    pub status: TaskStatus,
    /// When it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

impl Task {
    /// The task as a client reads it.
    pub fn view(session_id: &SessionId, core: &sessiond_core::Task) -> Self {
        Self {
            task_id: core.id.clone(),
            session_id: session_id.clone(),
            task_type: core.task_type.clone(),
            delegator: core.delegator.clone(),
            delegatee: core.delegatee.clone(),
            assignee: core.assignee.clone(),
            payload: Value::clone(&core.payload),
            step: core.step.clone(),
            priority: core.priority,
            timeout: core.timeout,
            start_within: core.start_within,
            heartbeat: core.heartbeat,
            retry_policy: core.retry_policy.clone(),
            fallback_agents: core.fallback_agents.clone(),
            status: core.status,
            attempt: core.attempt,
            message_id: core.request_id.clone(),
            created_at: core.created_at,
            updated_at: core.updated_at,
            deliver_at: core.deliver_at,
            started_at: core.started_at,
            deadline: core.deadline,
            input_required_since: core.waiting_since,
            ended_at: core.ended_at,
            progress: core.progress.clone(),
            result: core.result.as_deref().cloned(),
            error: core.error.as_deref().cloned(),
            attempts: core
                .attempts
                .iter()
                .map(|attempt| Attempt {
                    attempt: attempt.attempt,
                    agent_id: attempt.agent_id.clone(),
                    status: attempt.status,
                    started_at: attempt.started_at,
                    ended_at: attempt.ended_at,
                    error: attempt.error.as_deref().cloned(),
                })
                .collect(),
        }
    }
}

/// A filter for tasks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListTasks {
    /// Only tasks of this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<AgentId>,
    /// Only tasks with this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// Only tasks of this step, for the list of one session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The maximum number of rows, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The `next_cursor` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A page of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskPage {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// The `cursor` of the next page; null on the last page.
    pub next_cursor: Option<String>,
}
