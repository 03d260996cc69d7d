//! One task's life in this process: accept, run, report.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use sessiond_api::{self as api, Code, Message, Problem};
use sessiond_client::{Client, Conditions};
use sessiond_core::{
    AgentId, MessageId, MessageType, Party, Routing, SessionId, TaskId, TaskReference, TaskStatus, Timestamp,
    limits::MESSAGE_ID_BYTES,
};
use tokio_util::sync::CancellationToken;

use crate::handler::{Failure, Handler};
use crate::limits;
use crate::retry::until_answered;
use crate::task::{Cause, Inputs, Stop, TaskContext, is_lost};

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its end is known to the server: the request can be acknowledged.
    Settled,
    /// It is for whoever is given it next.
    Left,
    /// It has failed, and so would every other one here.
    Broken,
}

/// The code of a failure that says that the agent's program does not start.
pub(crate) const NOT_STARTED: &str = "not_started";

/// What every task of an agent shares.
pub(crate) struct Worker {
    pub(crate) agent_id: AgentId,
    pub(crate) client: Client,
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) timeout: Option<Duration>,
    /// Cancelled when there is no time left even for reports.
    pub(crate) abandon: CancellationToken,
}

impl Worker {
    /// Works on one request.
    pub(crate) async fn work(&self, message: Message, stop: Stop) -> Ended {
        match task_of(&message) {
            Some((task_id, attempt)) => self.task(task_id, attempt, stop).await,
            None => self.bare_request(message, stop).await,
        }
    }

    async fn task(&self, task_id: TaskId, attempt: Option<u32>, stop: Stop) -> Ended {
        let meta = || api::TaskReportMeta { attempt, agent_id: Some(self.agent_id.clone()) };
        let accepted = self
            .ask("accepting the task", || self.client.accept_task(&task_id, meta(), Conditions::default()))
            .await;
        let task = match accepted {
            None => return Ended::Left,
            Some(Ok(task)) => task,
            Some(Err(problem)) if is_lost(problem.code) => {
                tracing::info!(%task_id, %problem, "the task is not to be worked on any more");
                return Ended::Settled;
            }
            Some(Err(problem)) => {
                tracing::error!(%task_id, %problem, "the task cannot be accepted; it is left alone");
                return Ended::Left;
            }
        };
        tracing::info!(%task_id, attempt = task.attempt, kind = task.task_type, "task accepted");

        let gathered = self.ask("reading the session", || self.gather(&task)).await;
        let (shared_context, inputs) = match gathered {
            None => return Ended::Left,
            Some(Ok(gathered)) => gathered,
            Some(Err(problem)) => {
                let failure = Failure::new("inputs_unreadable", problem.to_string());
                return self.report(&task, Err(failure)).await;
            }
        };

        // These times are the server's, so its clock and this one's need not agree.
        let end = task.started_at.map_or(task.deadline, |at| at.after(task.timeout));
        let given = Duration::from(end.since(task.updated_at)).min(task.timeout.into());
        let time_left = self.timeout.map_or(given, |own| own.min(given));
        let context = TaskContext {
            task_id: task.task_id.clone(),
            attempt: task.attempt,
            agent_id: self.agent_id.clone(),
            session_id: Some(task.session_id.clone()),
            step: task.step.clone(),
            task_type: task.task_type.clone(),
            payload: task.payload.clone(),
            inputs,
            shared_context,
            time_left: Some(time_left),
            client: self.client.clone(),
            stop: stop.clone(),
            asked: Arc::default(),
        };
        let margin = if time_left == given { limits::DEADLINE_MARGIN } else { Duration::ZERO };
        let ended = tokio::select! {
            ended = self.run(context, Some(time_left + margin)) => ended,
            () = self.beat(&task, &stop) => None,
        };
        match ended {
            Some(result) => self.report(&task, result).await,
            None if stop.cause() == Some(Cause::Cancelled) => {
                tracing::info!(%task_id, "task cancelled");
                Ended::Settled
            }
            None => {
                tracing::info!(%task_id, "task left for the next process of this agent");
                Ended::Left
            }
        }
    }

    /// Reports that the work goes on, for a task that asks for it. It ends only when it is dropped.
    async fn beat(&self, task: &api::Task, stop: &Stop) {
        let Some(heartbeat) = task.heartbeat else {
            return std::future::pending().await;
        };
        let interval = Duration::from(heartbeat) / 3;
        loop {
            tokio::time::sleep(interval).await;
            let meta =
                api::TaskReportMeta { attempt: Some(task.attempt), agent_id: Some(self.agent_id.clone()) };
            if let Err(problem) = self.client.accept_task(&task.task_id, meta, Conditions::default()).await {
                tracing::warn!(task_id = %task.task_id, %problem, "the heartbeat of a task was not reported");
                if is_lost(problem.code) {
                    stop.because(Cause::Cancelled);
                    return std::future::pending().await;
                }
            }
        }
    }

    /// Runs the handler. Nothing comes of a task that was cancelled, or that the agent's end cut short.
    async fn run(&self, context: TaskContext, time: Option<Duration>) -> Option<Result<Value, Failure>> {
        let stop = context.stop.clone();
        let about = (context.session_id.is_some()).then(|| (context.task_id.clone(), context.attempt));
        let running = AssertUnwindSafe(self.handler.task(context)).catch_unwind();
        tokio::pin!(running);
        let deadline = async {
            let mut left = time;
            let mut waited = false;
            while let Some(time) = left {
                tokio::time::sleep(time).await;
                left = self.more_time(&about, &mut waited).await;
            }
            if time.is_none() {
                std::future::pending::<()>().await;
            }
        };
        let ended = tokio::select! {
            biased;
            ended = &mut running => Some(ended),
            () = stop.token().cancelled() => None,
            () = deadline => { stop.because(Cause::Timeout); None }
        };
        let ended = match ended {
            // A handler may answer because it was cancelled, and before the other branch was looked at.
            Some(ended) if stop.cause().is_none() => Some(ended),
            Some(ended) => late(ended, &stop),
            None => match tokio::time::timeout(limits::CANCEL_GRACE, running).await {
                Ok(ended) => late(ended, &stop),
                Err(_) => {
                    tracing::warn!("a handler did not end when it was cancelled, and was dropped");
                    None
                }
            },
        };
        match (ended, stop.cause()) {
            (Some(Ok(result)), _) => Some(result),
            (Some(Err(_panic)), _) => {
                Some(Err(Failure::new("panic", "the agent's handler panicked; the agent's log says where")))
            }
            (None, Some(Cause::Timeout)) => {
                let seconds = time.unwrap_or_default().as_secs();
                Some(Err(Failure::new("timeout", format!("no result within {seconds} s"))))
            }
            (None, _) => None,
        }
    }

    /// How much longer a task may take whose time seems to be over: while its work waits for an answer to a question, its
    /// time stands still.
    async fn more_time(&self, about: &Option<(TaskId, u32)>, waited: &mut bool) -> Option<Duration> {
        let (id, attempt) = about.as_ref()?;
        let task = self.client.task(id).await.ok().filter(|task| task.attempt == *attempt)?;
        let was_waiting = std::mem::replace(waited, task.input_required_since.is_some());
        if *waited {
            return Some(limits::ANSWERED);
        }
        let left = Duration::from(task.deadline.since(task.updated_at));
        was_waiting.then_some(left + limits::DEADLINE_MARGIN)
    }

    async fn report(&self, task: &api::Task, result: Result<Value, Failure>) -> Ended {
        let (attempt, agent_id) = (Some(task.attempt), Some(self.agent_id.clone()));
        let failure = match result {
            Ok(result) => {
                let answer = self
                    .ask("reporting the result", || {
                        let request =
                            api::CompleteTask { result: result.clone(), attempt, agent_id: agent_id.clone() };
                        self.client.complete_task(&task.task_id, request, Conditions::default())
                    })
                    .await;
                match answer {
                    None => return Ended::Left,
                    Some(Ok(_)) => {
                        tracing::info!(task_id = %task.task_id, "task completed");
                        return Ended::Settled;
                    }
                    Some(Err(problem)) if is_lost(problem.code) => return self.too_late(task, &problem),
                    // Too large, too deep: no other attempt would fare better with it, so say so.
                    Some(Err(problem)) => Failure::new("result_refused", problem.to_string()),
                }
            }
            Err(failure) => failure,
        };
        tracing::warn!(task_id = %task.task_id, %failure, "task failed");
        let reported = if failure.0["code"] == NOT_STARTED { Ended::Broken } else { Ended::Settled };
        let answer = self
            .ask("reporting the failure", || {
                let request = api::FailTask {
                    error: failure.0.clone(),
                    retryable: None,
                    attempt,
                    agent_id: agent_id.clone(),
                };
                self.client.fail_task(&task.task_id, request, Conditions::default())
            })
            .await;
        match answer {
            None => Ended::Left,
            Some(Ok(_)) => reported,
            Some(Err(problem)) if is_lost(problem.code) => self.too_late(task, &problem),
            Some(Err(problem)) => {
                tracing::error!(task_id = %task.task_id, %problem, "the failure was refused; the task's timeout will end it");
                Ended::Settled
            }
        }
    }

    fn too_late(&self, task: &api::Task, problem: &Problem) -> Ended {
        tracing::info!(task_id = %task.task_id, %problem, "the report came too late");
        Ended::Settled
    }

    /// A request outside any session has no task: its answer is a message.
    async fn bare_request(&self, message: Message, stop: Stop) -> Ended {
        let Ok(task_id) = TaskId::parse(message.message_id.as_str()) else {
            return Ended::Settled;
        };
        let named = |value: &Value| value.get("task_type").and_then(Value::as_str).map(str::to_owned);
        let time_left = message.routing.timeout.map(Duration::from);
        let time_left = match (time_left, self.timeout) {
            (Some(given), Some(own)) => Some(given.min(own)),
            (given, own) => given.or(own),
        };
        let context = TaskContext {
            task_id,
            attempt: 1,
            agent_id: self.agent_id.clone(),
            session_id: None,
            step: message.step().map(str::to_owned),
            task_type: named(&message.payload).unwrap_or_else(|| "request".to_owned()),
            payload: message.payload.clone(),
            inputs: Inputs::new(),
            shared_context: Value::Null,
            time_left,
            client: self.client.clone(),
            stop: stop.clone(),
            asked: Arc::default(),
        };
        let Some(result) = self.run(context, time_left).await else {
            return if stop.cause() == Some(Cause::Shutdown) { Ended::Left } else { Ended::Settled };
        };
        let answer = answer_to(&message, &self.agent_id, result);
        match self
            .ask("answering the request", || self.client.send_message(answer.clone(), Conditions::default()))
            .await
        {
            None => Ended::Left,
            Some(Ok(_)) => Ended::Settled,
            Some(Err(problem)) => {
                // The sender may have no inbox, as a person who used curl has none.
                tracing::info!(message_id = %message.message_id, %problem, "nobody takes the answer");
                Ended::Settled
            }
        }
    }

    /// The shared context, and the results of the steps that the task's step depends on.
    async fn gather(&self, task: &api::Task) -> Result<(Value, Inputs), Problem> {
        let session = self.client.session(&task.session_id).await?;
        let dependencies = session
            .workflow
            .iter()
            .flat_map(|workflow| &workflow.steps)
            .filter(|step| Some(&step.name) == task.step.as_ref())
            .flat_map(|step| step.dependencies.iter());
        let mut inputs = Inputs::new();
        for step in dependencies {
            let results = completed_in(&self.client, &task.session_id, step).await?;
            inputs.insert(step.clone(), results);
        }
        Ok((Arc::unwrap_or_clone(session.shared_context), inputs))
    }

    async fn ask<T, F>(&self, what: &str, call: impl FnMut() -> F) -> Option<Result<T, Problem>>
    where
        F: Future<Output = Result<T, Problem>>,
    {
        until_answered(&self.abandon, what, call).await
    }
}

/// What a handler says after it was stopped: nothing counts, but one that itself speaks of the timeout knows more.
fn late<P>(
    ended: Result<Result<Value, Failure>, P>,
    stop: &Stop,
) -> Option<Result<Result<Value, Failure>, P>> {
    let knows_more = stop.cause() == Some(Cause::Timeout)
        && matches!(&ended, Ok(Err(Failure(error))) if error["code"] == "timeout");
    knows_more.then_some(ended)
}

/// What each agent's newest completed task of a step gave.
async fn completed_in(
    client: &Client,
    session: &SessionId,
    step: &str,
) -> Result<BTreeMap<AgentId, Value>, Problem> {
    let mut results = BTreeMap::new();
    let mut cursor = None;
    loop {
        let query = api::ListTasks {
            step: Some(step.to_owned()),
            status: Some(TaskStatus::Completed),
            cursor,
            ..api::ListTasks::default()
        };
        let page = client.session_tasks(session, query).await?;
        for task in page.tasks {
            results.insert(task.delegatee, task.result.unwrap_or(Value::Null));
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(results);
        }
    }
}

/// The task and the attempt that a request asks for; none outside a session.
pub(crate) fn task_of(message: &Message) -> Option<(TaskId, Option<u32>)> {
    message.sender.session_id.as_ref().or(message.recipient.session_id.as_ref())?;
    match message.task_reference()? {
        TaskReference::Task(task_id) => Some((task_id, message.task_attempt())),
        TaskReference::Request(_) => None,
    }
}

/// The message that answers a request. Its id follows from the request's, so that a second answer is the first.
fn answer_to(request: &Message, agent: &AgentId, result: Result<Value, Failure>) -> Message {
    let id: String = format!("re_{}", request.message_id).chars().take(MESSAGE_ID_BYTES).collect();
    let (message_type, payload) = match result {
        Ok(result) => (MessageType::TaskResponse, json!({ "result": result })),
        Err(failure) => (MessageType::Error, json!({ "error": failure.0 })),
    };
    Message {
        message_id: MessageId::parse(id).unwrap_or_else(|_| request.message_id.clone()),
        timestamp: now(),
        sender: Party::new(agent.clone()),
        recipient: Party::new(request.sender.agent_id.clone()),
        deliver_at: None,
        message_type,
        priority: request.priority,
        payload,
        routing: Routing::default(),
        metadata: serde_json::Map::new(),
        in_reply_to: Some(request.message_id.clone()),
    }
}

/// The present time, for the one field that says when an agent wrote a message. Nothing is decided by it.
#[expect(clippy::disallowed_methods, reason = "an agent's process is an edge, where time comes from")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Whether a message says that a task is wanted no more.
pub(crate) fn cancels(message: &Message) -> Option<(TaskId, Option<u32>)> {
    let cancelled = message.message_type == MessageType::StatusUpdate
        && message.payload.get("status").and_then(Value::as_str) == Some(TaskStatus::Cancelled.as_str());
    if !cancelled {
        return None;
    }
    match message.task_reference()? {
        TaskReference::Task(task_id) => Some((task_id, message.task_attempt())),
        TaskReference::Request(_) => None,
    }
}

/// Whether the agent should end for this problem: asking again would not change it.
pub(crate) fn is_final(problem: &Problem) -> bool {
    matches!(
        problem.code,
        Code::Unauthenticated
            | Code::Forbidden
            | Code::AgentExists
            | Code::InvalidInput
            | Code::OriginRefused
            | Code::LimitReached
            | Code::MalformedRequest
            | Code::NotFound
            | Code::BodyTooLarge
    )
}
