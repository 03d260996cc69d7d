//! A task of the core as a task of the protocol.

use std::sync::Arc;

use a2a::{
    A2AError, Artifact, CancelTaskRequest, GetTaskRequest, ListTasksRequest, ListTasksResponse, Message,
    Part, Role, TaskState, error_code,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sessiond_api::{self as api, Code};
use sessiond_client::traits::Tasks as _;
use sessiond_core::{Question, Rejection, Session, SessionId, Task, TaskId, TaskStatus, Timestamp, limits};
use sessiond_store::TaskQuery;

use super::error::{Error, invalid, task_not_found, with_code};
use super::{A2a, message};

/// The id and name of the artifact that has a task's result.
const RESULT: &str = "result";

/// Reads a task.
pub(super) async fn get(face: &A2a, request: GetTaskRequest) -> Result<a2a::Task, Error> {
    let (session, task) = face.task(&request.id).await?;
    shorten(view(&session, &task), request.history_length)
}

/// Cancels a task.
pub(super) async fn cancel(face: &A2a, request: CancelTaskRequest) -> Result<a2a::Task, Error> {
    let (session, task) = face.task(&request.id).await?;
    let closed = |problem: api::Problem| match problem.code {
        Code::TaskClosed | Code::SessionEnded => with_code(error_code::TASK_NOT_CANCELABLE, &problem).into(),
        _ => Error::from(problem),
    };
    if !task.status.is_open() {
        let detail = format!("the task is {} already", task.status);
        return Err(A2AError::new(error_code::TASK_NOT_CANCELABLE, detail).into());
    }
    let cancelled = face.client.cancel_task(&task.id, api::CancelTask::default(), Default::default()).await;
    cancelled.map_err(closed)?;
    let (session, task) = face.task_of(&session.id, &task.id).await?;
    Ok(view(&session, &task))
}

/// Lists the agent's tasks that the caller may see, the last changed first.
pub(super) async fn list(face: &A2a, request: ListTasksRequest) -> Result<ListTasksResponse, Error> {
    let size = match request.page_size.map(usize::try_from) {
        None => limits::A2A_PAGE_DEFAULT,
        Some(Ok(size)) if (1..=limits::A2A_PAGE).contains(&size) => size,
        Some(_) => return Err(invalid("pageSize", format!("it is 1 to {}", limits::A2A_PAGE))),
    };
    let after = match request.page_token.as_deref().filter(|token| !token.is_empty()) {
        Some(token) => Some(place(token).ok_or_else(|| invalid("pageToken", "it is not from this list"))?),
        None => None,
    };
    let wanted = request.status.filter(|state| *state != TaskState::Unspecified);
    let since = request.status_timestamp_after.map(|time| time.timestamp_millis());
    let mut found = Vec::new();
    for (session, task) in candidates(face, request.context_id.as_deref()).await? {
        let is_wanted = face.has(&task)
            && wanted.as_ref().is_none_or(|wanted| state(&session, &task) == *wanted)
            && since.is_none_or(|since| task.updated_at.millis() >= since);
        if is_wanted {
            found.push((session, task));
        }
    }
    let key = |task: &Task| (task.updated_at.millis(), task.id.clone());
    found.sort_by_key(|(_, task)| std::cmp::Reverse(key(task)));
    let total_size = found.len();
    let rest = found.into_iter().filter(|(_, task)| after.as_ref().is_none_or(|after| key(task) < *after));
    let (mut tasks, mut bytes, mut last, mut next_page_token) = (Vec::new(), 0, None, String::new());
    for (session, task) in rest {
        let mut view = shorten(view(&session, &task), request.history_length)?;
        if !request.include_artifacts.unwrap_or_default() {
            view.artifacts = None;
        }
        bytes += serde_json::to_vec(&view).map_or(0, |json| json.len());
        if tasks.len() == size || (bytes > limits::PAGE_BYTES && !tasks.is_empty()) {
            next_page_token = last.map(|(at, id)| format!("{at}:{id}")).unwrap_or_default();
            break;
        }
        last = Some(key(&task));
        tasks.push(view);
    }
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let (page_size, total_size) = (number(tasks.len()), number(total_size));
    Ok(ListTasksResponse { tasks, next_page_token, page_size, total_size })
}

/// The place of a task in the list, from a token.
fn place(token: &str) -> Option<(i64, TaskId)> {
    let (at, id) = token.split_once(':')?;
    Some((at.parse().ok()?, TaskId::parse(id).ok()?))
}

/// The tasks of a context, or the agent's newest ones. What the caller may not see has none.
async fn candidates(face: &A2a, context: Option<&str>) -> Result<Vec<(Arc<Session>, Arc<Task>)>, Error> {
    if let Some(context) = context.filter(|context| !context.is_empty()) {
        let Ok(id) = SessionId::parse(context) else { return Ok(Vec::new()) };
        return match face.client.engine().session(face.client.principal(), &id).await {
            Ok(session) => Ok(session.tasks.values().map(|task| (session.clone(), task.clone())).collect()),
            Err(sessiond_engine::Error::Rejected(Rejection::SessionNotFound)) => Ok(Vec::new()),
            Err(error) => Err(sessiond_client::problem(error).into()),
        };
    }
    let query =
        TaskQuery { assignee: Some(face.id().clone()), limit: limits::A2A_TASKS, ..TaskQuery::default() };
    let page = face.client.engine().tasks(face.client.principal(), query).await;
    let mut found = Vec::new();
    for (session, task) in page.map_err(sessiond_client::problem)?.items {
        // It may have gone meanwhile.
        if let Ok(session) = face.session(&session).await {
            found.push((session, task));
        }
    }
    Ok(found)
}

impl A2a {
    /// A task that the caller may see and that is the agent's. Any other does not exist.
    pub(super) async fn task(&self, id: &str) -> Result<(Arc<Session>, Arc<Task>), Error> {
        let id = TaskId::parse(id).map_err(|_| task_not_found())?;
        let session = self.client.engine().task_session(&id).await.map_err(sessiond_client::problem)?;
        self.task_of(&session.ok_or_else(task_not_found)?, &id).await
    }

    /// The same, of a session that is known.
    pub(super) async fn task_of(
        &self,
        session: &SessionId,
        id: &TaskId,
    ) -> Result<(Arc<Session>, Arc<Task>), Error> {
        let session = match self.session(session).await {
            Err(Error::Protocol(error)) if error.code == error_code::TASK_NOT_FOUND => {
                return Err(task_not_found());
            }
            session => session?,
        };
        let task = session.tasks.get(id).filter(|task| self.has(task)).cloned();
        Ok((session, task.ok_or_else(task_not_found)?))
    }

    /// Whether the agent was asked for the task, or has it now.
    pub(super) fn has(&self, task: &Task) -> bool {
        task.delegatee == *self.id() || task.assignee == *self.id()
    }
}

/// The task with its whole history.
pub(super) fn view(session: &Session, task: &Task) -> a2a::Task {
    a2a::Task {
        id: task.id.to_string(),
        context_id: session.id.to_string(),
        status: status(session, task),
        artifacts: artifacts(task),
        history: Some(history(session, task)),
        metadata: None,
    }
}

/// The task with at most so many of the latest messages of its history.
pub(super) fn shorten(mut task: a2a::Task, history_length: Option<i32>) -> Result<a2a::Task, Error> {
    let Some(length) = history_length else {
        return Ok(task);
    };
    let length =
        usize::try_from(length).map_err(|_| invalid("historyLength", "it is 0 or the number of messages"))?;
    task.history = match task.history {
        Some(mut history) if length > 0 => Some(history.split_off(history.len().saturating_sub(length))),
        _ => None,
    };
    Ok(task)
}

/// What the task waits for, if it waits for an answer.
pub(super) fn question<'a>(session: &'a Session, task: &TaskId) -> Option<&'a Arc<Question>> {
    let open = session.questions.open();
    open.into_iter().find(|question| question.asked.asker.task_id.as_ref() == Some(task))
}

/// The state of a task.
pub(super) fn state(session: &Session, task: &Task) -> TaskState {
    match task.status {
        TaskStatus::Pending | TaskStatus::InProgress if question(session, &task.id).is_some() => {
            TaskState::InputRequired
        }
        TaskStatus::Pending => TaskState::Submitted,
        TaskStatus::InProgress => TaskState::Working,
        TaskStatus::Completed => TaskState::Completed,
        TaskStatus::Failed if is_rejected(task) => TaskState::Rejected,
        TaskStatus::Failed | TaskStatus::Timeout => TaskState::Failed,
        TaskStatus::Cancelled => TaskState::Canceled,
    }
}

/// Whether a client has to do something, or the task is over.
pub(super) fn rests(state: &TaskState) -> bool {
    state.is_terminal() || matches!(state, TaskState::InputRequired | TaskState::AuthRequired)
}

/// An agent rejects a task by failing it with this code.
fn is_rejected(task: &Task) -> bool {
    task.error.as_deref().and_then(|error| error.get("code")?.as_str()) == Some("rejected")
}

/// The status of a task, with what the agent says of it.
pub(super) fn status(session: &Session, task: &Task) -> a2a::TaskStatus {
    let state = state(session, task);
    let said = match (&state, question(session, &task.id)) {
        (TaskState::InputRequired, Some(question)) => Some(asks(session, task, question)),
        (TaskState::Working, _) => {
            task.progress.as_ref().map(|progress| says(session, task, "progress", parts(progress)))
        }
        (TaskState::Failed | TaskState::Rejected | TaskState::Canceled, _) => {
            task.error.as_deref().map(|error| says(session, task, "error", failure(error)))
        }
        _ => None,
    };
    a2a::TaskStatus { state, message: said, timestamp: time(task.updated_at) }
}

/// The result of a task. An agent that knows the protocol may give its parts.
pub(super) fn artifacts(task: &Task) -> Option<Vec<Artifact>> {
    let result = task.result.as_deref().filter(|result| !result.is_null())?;
    Some(vec![Artifact {
        artifact_id: RESULT.to_owned(),
        name: Some(RESULT.to_owned()),
        description: None,
        parts: parts(result),
        metadata: None,
        extensions: None,
    }])
}

/// The message that made the task, and the questions that have been answered since.
fn history(session: &Session, task: &Task) -> Vec<Message> {
    let mut history = vec![message::of_payload(session, task)];
    for question in session.questions.in_order() {
        if question.asked.asker.task_id.as_ref() != Some(&task.id) || question.is_open() {
            continue;
        }
        history.push(asks(session, task, question));
        if let Some(answer) = &question.answer {
            let id = format!("{}-answer", question.asked.question_id);
            history.push(message(session, task, id, Role::User, parts(answer)));
        }
    }
    history
}

/// A question as the agent's message: its text, and what an answer must be.
fn asks(session: &Session, task: &Task, question: &Question) -> Message {
    let view = api::Question::view(&session.id, question);
    let mut facts = json!({"question_id": view.question_id, "kind": view.kind});
    for (name, value) in [
        ("schema", view.schema),
        ("details", view.details),
        ("default", view.default),
        ("deadline", view.deadline.map(|deadline| json!(deadline))),
        ("answerers", (!view.answerers.is_empty()).then(|| json!(view.answerers))),
    ] {
        if let Some(value) = value {
            facts[name] = value;
        }
    }
    let parts = vec![Part::text(view.text), Part::data(facts)];
    message(session, task, view.question_id.to_string(), Role::Agent, parts)
}

/// What the agent says of the task now. Its id follows from the state, so that a repeat is known.
fn says(session: &Session, task: &Task, what: &str, parts: Vec<Part>) -> Message {
    let id = format!("{}-{what}-{}", task.id, task.updated_at.millis());
    message(session, task, id, Role::Agent, parts)
}

fn message(session: &Session, task: &Task, id: String, role: Role, parts: Vec<Part>) -> Message {
    Message {
        message_id: id,
        context_id: Some(session.id.to_string()),
        task_id: Some(task.id.to_string()),
        role,
        parts,
        metadata: None,
        extensions: None,
        reference_task_ids: None,
    }
}

/// Any JSON as parts: a text, the parts that it has if it is of that form, or data.
fn parts(value: &Value) -> Vec<Part> {
    match value {
        Value::String(text) => vec![Part::text(text.clone())],
        value => own_parts(value).unwrap_or_else(|| vec![Part::data(value.clone())]),
    }
}

/// The parts in `{"parts": [...]}`, if they are parts of the protocol.
fn own_parts(value: &Value) -> Option<Vec<Part>> {
    let parts = value.get("parts")?;
    let parts: Vec<Part> = serde_json::from_value(parts.clone()).ok()?;
    (!parts.is_empty()).then_some(parts)
}

/// A failure: what it says, and all of it.
fn failure(error: &Value) -> Vec<Part> {
    let text = ["message", "detail", "reason"].iter().find_map(|name| error.get(name)?.as_str());
    match (text, error) {
        (Some(text), _) => vec![Part::text(text), Part::data(error.clone())],
        (None, error) => parts(error),
    }
}

pub(super) fn time(time: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(time.millis())
}
