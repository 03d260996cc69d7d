//! A task as its handler sees it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;
use sessiond_api::{AskQuestion, Code, GetQuestion, Problem, ProgressTask, Question};
use sessiond_client::{Client, Conditions};
use sessiond_core::{AgentId, Asker, QuestionId, QuestionStatus, SessionId, Span, TaskId};
use tokio_util::sync::CancellationToken;

use crate::retry::until_answered;
use crate::{Failure, limits};

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
    /// How many questions it has asked.
    pub(crate) asked: Arc<AtomicU32>,
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

    /// Asks a person or a program, and waits for the answer. The task's time is not counted meanwhile.
    ///
    /// Without an id of its own, the question's id says which question of this attempt it is: an agent that is started again
    /// and asks the same gets the answer that was given. Without an asker, the task asks.
    ///
    /// # Errors
    /// A [`Failure`] that the handler may pass on: `no_session` outside a session, `question_rejected` with the server's
    /// words, `question_expired` or `question_withdrawn` without an answer, and `stopped` when the task is to end.
    pub async fn ask(&self, mut question: AskQuestion) -> Result<Value, Failure> {
        let Some(session) = &self.session_id else {
            return Err(Failure::new("no_session", "only a task of a session can ask"));
        };
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if question.question_id.is_none() {
            let id = format!("{}-{}-{number}", self.task_id, self.attempt);
            question.question_id = Some(QuestionId::parse(id)?);
        }
        if question.asker.is_session() {
            question.asker = Asker { task_id: Some(self.task_id.clone()), ..Asker::default() };
        }
        let conditions = Conditions { agent: Some(self.agent_id.clone()), ..Conditions::default() };
        // The same question under the same id is asked once.
        let ask = || self.client.ask_question(session, question.clone(), conditions.clone());
        let mut question = self.answered("a question", ask).await?;
        let query = GetQuestion { wait: Some(Span::from_secs(limits::POLL_WAIT.as_secs())) };
        while question.status == QuestionStatus::Open {
            let id = question.question_id.clone();
            let read = || self.client.question(session, &id, query.clone());
            question = self.answered("the wait for an answer", read).await?;
        }
        question.answer.ok_or_else(|| {
            let status = question.status;
            let detail = format!("'{}' was {status} without an answer", question.text);
            Failure::new(&format!("question_{status}"), detail)
        })
    }

    /// Calls until the server responds or the task is to end.
    async fn answered<F: Future<Output = Result<Question, Problem>>>(
        &self,
        what: &str,
        call: impl FnMut() -> F,
    ) -> Result<Question, Failure> {
        let Some(answer) = until_answered(self.stop.token(), what, call).await else {
            return Err(Failure::new("stopped", "the task is to end"));
        };
        answer.map_err(|problem| {
            if is_lost(problem.code) {
                self.stop.because(Cause::Cancelled);
            }
            Failure::new("question_rejected", problem.to_string())
        })
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
            | Code::SessionExpired
            | Code::TaskNotFound
            | Code::SessionNotFound
    )
}
