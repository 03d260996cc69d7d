//! A task as its handler sees it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;
use sessiond_api::{Code, ProgressTask};
use sessiond_client::{Client, Conditions};
use sessiond_core::{AgentId, SessionId, TaskId};
use tokio_util::sync::CancellationToken;

/// What the steps that a task's step depends on gave: step, then agent, then result.
pub type Inputs = BTreeMap<String, BTreeMap<AgentId, Value>>;

/// Why a task is to end before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It is wanted no more, or another attempt took its place.
    Cancelled,
    /// It took too long.
    Timeout,
    /// The agent stops.
    Shutdown,
}

/// Stops a task, and says why. The first cause stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    token: CancellationToken,
    cause: Arc<OnceLock<Cause>>,
}

impl Stop {
    pub(crate) fn because(&self, cause: Cause) {
        // A second cause changes nothing: the task is ending already.
        self.cause.get_or_init(|| cause);
        self.token.cancel();
    }

    pub(crate) fn cause(&self) -> Option<Cause> {
        self.cause.get().copied()
    }

    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }
}

/// A task as its handler sees it.
#[derive(Clone)]
pub struct TaskContext {
    /// The task. For a request outside any session: the request's message id.
    pub task_id: TaskId,
    /// Which attempt this is; the first is 1.
    pub attempt: u32,
    /// Who works on it.
    pub agent_id: AgentId,
    /// Its session; none when the request came outside any.
    pub session_id: Option<SessionId>,
    /// The step that it belongs to.
    pub step: Option<String>,
    /// What kind of work.
    pub task_type: String,
    /// What for.
    pub payload: Value,
    /// The results of the steps that its step depends on.
    pub inputs: Inputs,
    /// The session's shared context when the task began.
    pub shared_context: Value,
    /// How long it may take from now.
    pub time_left: Option<Duration>,
    pub(crate) client: Client,
    pub(crate) stop: Stop,
}

impl TaskContext {
    /// Tells how far the task is, in any words. A report that cannot be delivered now is dropped, because the next
    /// one says more; one that is refused because the task is no longer this agent's cancels the task.
    pub async fn progress(&self, progress: impl Into<Value>) {
        if self.session_id.is_none() {
            return; // Outside a session there is no task to report on.
        }
        let request = ProgressTask {
            progress: progress.into(),
            attempt: Some(self.attempt),
            agent_id: Some(self.agent_id.clone()),
        };
        if let Err(problem) = self.client.progress_task(&self.task_id, request, Conditions::default()).await {
            if is_lost(problem.code) {
                tracing::info!(task_id = %self.task_id, %problem, "the task is no longer ours");
                self.stop.because(Cause::Cancelled);
            } else {
                tracing::warn!(task_id = %self.task_id, %problem, "progress was not reported");
            }
        }
    }

    /// Cancelled when the task is to end: it is wanted no more, took too long, or the agent stops.
    pub fn cancellation(&self) -> &CancellationToken {
        self.stop.token()
    }

    /// The client, for a handler that reads or changes its session.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// Whether a refusal means that somebody else has the task now, or nobody needs it.
pub(crate) fn is_lost(code: Code) -> bool {
    matches!(
        code,
        Code::TaskClosed
            | Code::AttemptStale
            | Code::SessionEnded
            | Code::TaskNotFound
            | Code::SessionNotFound
    )
}
