//! Messages to an agent: each is a task, or the answer to a question of one.

use std::sync::Arc;
use std::time::Duration;

use a2a::{A2AError, Message, Part, PartContent, Role, SendMessageRequest, error_code};
use serde_json::{Map, Value, json};
use sessiond_api::{self as api, Code, Problem};
use sessiond_client::Conditions;
use sessiond_client::traits::{Participants as _, Questions as _, Sessions as _, Tasks as _};
use sessiond_core::{
    Kind, QuestionKind, QuestionStatus, Session, SessionId, Task, TaskId, json_bytes, limits, questions,
};
use sha2::{Digest as _, Sha256};

use super::error::{Error, invalid};
use super::{A2a, card, rpc, task};

/// The type of a task that a message makes.
const TASK_TYPE: &str = "message";
/// The member of the payload that has the texts: programs that talk to a model take it as their prompt.
const PROMPT: &str = "prompt";
/// The role of the agent in a session that a message makes.
const ROLE: &str = "agent";
/// The latest answers of a task among which a repeat is looked for.
const REPEATS: usize = 64;
/// Characters of a session's name that come from its first message.
const NAME_CHARS: usize = 60;

/// The message of a request, and what its sender wants in return.
pub(super) struct Sent {
    message: Message,
    /// What the agent gets.
    payload: Value,
    pub(super) history_length: Option<i32>,
    return_immediately: bool,
}

/// Where a message has arrived.
pub(super) struct Arrived {
    pub(super) session: SessionId,
    pub(super) task: TaskId,
}

/// Sends a message, and waits until the task is over or needs an answer, unless the sender does not want that.
pub(super) async fn send(face: &A2a, params: Value) -> Result<a2a::Task, Error> {
    let sent = read(face, params)?;
    let Arrived { session, task } = take(face, &sent).await?;
    if !sent.return_immediately {
        let engine = face.client.engine();
        let longest = Duration::from_millis(limits::WAIT_MS);
        let rests = |session: &Session| {
            session.tasks.get(&task).is_none_or(|found| task::rests(&task::state(session, found)))
        };
        let waited = engine.wait_for(face.client.principal(), &session, longest, rests);
        let waited = async { waited.await.map_err(sessiond_client::problem) };
        face.app.unless_shutdown(waited).await?;
    }
    let (session, task) = face.task_of(&session, &task).await?;
    task::shorten(task::view(&session, &task), sent.history_length)
}

/// Reads and checks the parameters; nothing has happened yet.
pub(super) fn read(face: &A2a, params: Value) -> Result<Sent, Error> {
    let raw = params.get("message").cloned().unwrap_or(Value::Null);
    let request: SendMessageRequest = rpc::params(params)?;
    let mut message = request.message;
    for id in [&mut message.context_id, &mut message.task_id] {
        // A text that is not set is empty in the protocol's own format.
        *id = id.take().filter(|id| !id.is_empty());
    }
    if message.message_id.is_empty() {
        return Err(invalid("message.messageId", "it is missing"));
    }
    if message.role != Role::User {
        return Err(invalid("message.role", "a message to an agent has the role ROLE_USER"));
    }
    if message.parts.is_empty() {
        return Err(invalid("message.parts", "a message has at least one part"));
    }
    for (place, part) in raw["parts"].as_array().into_iter().flatten().enumerate() {
        let contents = ["text", "raw", "url", "data"].iter().filter(|name| part.get(name).is_some()).count();
        if contents != 1 {
            let detail = "a part has one of text, raw, url and data";
            return Err(invalid(&format!("message.parts.{place}"), detail));
        }
    }
    let taken = face.agent.descriptor.capabilities.as_ref();
    if let Some(taken) = taken.and_then(|capabilities| card::registered_modes(capabilities, "input_types")) {
        message.parts.iter().try_for_each(|part| must_take(&taken, part))?;
    }
    let configuration = request.configuration;
    if configuration.as_ref().is_some_and(|wanted| wanted.task_push_notification_config.is_some()) {
        return Err(A2AError::push_notification_not_supported().into());
    }
    let history_length = configuration.as_ref().and_then(|wanted| wanted.history_length);
    if history_length.is_some_and(|length| length < 0) {
        return Err(invalid("configuration.historyLength", "it is 0 or the number of messages"));
    }
    let payload = payload(&message, raw);
    if json_bytes(&payload) > limits::PAYLOAD_BYTES {
        return Err(invalid(
            "message",
            format!("it has {} bytes at most as a payload", limits::PAYLOAD_BYTES),
        ));
    }
    let return_immediately = configuration.and_then(|wanted| wanted.return_immediately).unwrap_or_default();
    Ok(Sent { message, payload, history_length, return_immediately })
}

/// Refuses a part whose media type the agent has not registered.
fn must_take(taken: &[String], part: &Part) -> Result<(), Error> {
    let kind = part.media_type.as_deref().filter(|kind| !kind.is_empty());
    let kind = kind.unwrap_or(match part.content {
        PartContent::Text(_) => "text/plain",
        PartContent::Data(_) => "application/json",
        PartContent::Raw(_) | PartContent::Url(_) => "application/octet-stream",
    });
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let matches = |range: &String| match range.to_ascii_lowercase().strip_suffix('*') {
        Some("*/") => true,
        Some(prefix) => essence.starts_with(prefix),
        None => essence.eq_ignore_ascii_case(range),
    };
    if taken.iter().any(matches) {
        return Ok(());
    }
    let detail = format!("the agent takes {}, not {kind}", taken.join(", "));
    Err(A2AError::new(error_code::CONTENT_TYPE_NOT_SUPPORTED, detail).into())
}

/// Has a message arrive: once, however often it is sent.
pub(super) async fn take(face: &A2a, sent: &Sent) -> Result<Arrived, Error> {
    match &sent.message.task_id {
        Some(task) => answer(face, sent, task).await,
        None => delegate(face, sent).await,
    }
}

impl Sent {
    /// The conditions of one of the changes that the message makes.
    fn once(&self, face: &A2a, what: &str) -> Conditions {
        let mut digest = Sha256::new();
        for part in [face.id().as_str(), &self.message.message_id] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let key = format!("a2a/{what}/{:x}", digest.finalize());
        Conditions { idempotency_key: Some(key), ..Conditions::default() }
    }
}

/// The texts of a message.
fn text(message: &Message) -> Option<String> {
    let texts: Vec<_> = message.parts.iter().filter_map(Part::as_text).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// What the agent gets: the texts, and the message as it was sent, its members in alphabetical order, because a client may
/// send the same message in any order.
fn payload(message: &Message, mut sent: Value) -> Value {
    sent.sort_all_objects();
    let mut payload = Map::new();
    if let Some(text) = text(message) {
        payload.insert(PROMPT.to_owned(), text.into());
    }
    payload.insert("message".to_owned(), sent);
    payload.into()
}

/// Delegates a new task, in the session that the message names or in a new one.
async fn delegate(face: &A2a, sent: &Sent) -> Result<Arrived, Error> {
    let session = match &sent.message.context_id {
        Some(id) => session(face, sent, id).await?,
        None => create_session(face, sent, None).await?,
    };
    let request = api::DelegateTask {
        task_type: TASK_TYPE.to_owned(),
        delegatee: face.id().clone(),
        delegator: None,
        payload: sent.payload.clone(),
        step: None,
        priority: Default::default(),
        timeout: None,
        start_within: None,
        heartbeat: None,
        retry_policy: None,
        fallback_agents: Vec::new(),
    };
    let client = &face.client;
    let conditions = || sent.once(face, "task");
    let delegated = match client.delegate_task(&session, request.clone(), conditions()).await {
        // The agent is new in the conversation.
        Err(problem) if problem.code == Code::ParticipantNotFound => {
            let joined = client.add_participant(&session, participant(face), Conditions::default()).await;
            match joined {
                Err(problem) if problem.code != Code::ParticipantExists => return Err(problem.into()),
                _ => client.delegate_task(&session, request, conditions()).await,
            }
        }
        delegated => delegated,
    };
    Ok(Arrived { task: delegated?.task_id, session })
}

/// The session that a message names. Clients may choose the id of a new one, as many do.
async fn session(face: &A2a, sent: &Sent, id: &str) -> Result<SessionId, Error> {
    let id = SessionId::parse(id).map_err(|error| invalid("message.contextId", error.to_string()))?;
    let find = async || face.session(&id).await.map(|session| session.id.clone());
    match find().await {
        Err(Error::Protocol(error)) if error.code == error_code::TASK_NOT_FOUND => {}
        found => return found,
    }
    match create_session(face, sent, Some(id.clone())).await {
        // It was made a moment ago, or it is another's. Whoever may not begin one learns no more than that.
        Err(problem) if matches!(problem.code, Code::SessionExists | Code::Forbidden) => find().await,
        Err(problem) if problem.errors.iter().any(|error| error.pointer == "/session_id") => {
            Err(invalid("message.contextId", problem.errors[0].detail.clone()))
        }
        created => Ok(created?),
    }
}

async fn create_session(
    face: &A2a,
    sent: &Sent,
    session_id: Option<SessionId>,
) -> Result<SessionId, Problem> {
    let request = api::CreateSession {
        session_id,
        kind: Some(Kind::Workflow),
        name: text(&sent.message).and_then(|text| name(&text)),
        participants: vec![participant(face)],
        ..api::CreateSession::default()
    };
    Ok(face.client.create_session(request, sent.once(face, "session")).await?.session_id)
}

fn participant(face: &A2a) -> api::AddParticipant {
    api::AddParticipant { agent_id: face.id().clone(), role: ROLE.to_owned(), framework: None }
}

/// A session's name from its first message: the beginning of its first line.
fn name(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let mut characters = line.chars().filter(|character| !character.is_control());
    let name: String = characters.by_ref().take(NAME_CHARS).collect();
    let name = if characters.next().is_some() { format!("{}…", name.trim_end()) } else { name };
    (!name.trim().is_empty() && name.len() <= limits::NAME_BYTES).then_some(name)
}

/// Answers a question of a task.
async fn answer(face: &A2a, sent: &Sent, task: &str) -> Result<Arrived, Error> {
    let (session, task) = face.task(task).await?;
    if sent.message.context_id.as_ref().is_some_and(|context| context != session.id.as_str()) {
        return Err(invalid("message.contextId", "the task belongs to another context"));
    }
    let arrived = Arrived { session: session.id.clone(), task: task.id.clone() };
    let Some(question) = task::question(&session, &task.id).filter(|_| task.status.is_open()) else {
        if was_answered(face, sent, &session, &task.id).await? {
            return Ok(arrived);
        }
        let detail = if task.status.is_open() {
            "the task waits for no answer: begin another task in its context with a message without taskId"
        } else {
            "the task is over: begin another one in its context with a message without taskId"
        };
        return Err(A2AError::unsupported_operation(detail).into());
    };
    let given = match give(face, sent, &session, question).await {
        // It is the answer to an earlier question, sent again.
        Err(Error::Protocol(error)) if error.code == error_code::INVALID_PARAMS => {
            if was_answered(face, sent, &session, &task.id).await? {
                Ok(())
            } else {
                Err(Error::Protocol(error))
            }
        }
        given => given,
    };
    given.map(|()| arrived)
}

/// Gives the message as the answer to that question.
async fn give(
    face: &A2a,
    sent: &Sent,
    session: &Arc<Session>,
    question: &sessiond_core::Question,
) -> Result<(), Error> {
    let answer = match sent.message.parts.as_slice() {
        [Part { content: PartContent::Data(data), .. }] => data.clone(),
        parts if parts.iter().all(|part| part.as_text().is_some()) => {
            typed(question, &text(&sent.message).unwrap_or_default())
        }
        _ => {
            let detail = "an answer is text, or one part with data";
            return Err(A2AError::new(error_code::CONTENT_TYPE_NOT_SUPPORTED, detail).into());
        }
    };
    let id = &question.asked.question_id;
    let request = api::AnswerQuestion { answer };
    face.client.answer_question(&session.id, id, request, sent.once(face, "answer")).await?;
    Ok(())
}

/// Whether the message has answered a question of the task already. A repeat changes nothing.
async fn was_answered(face: &A2a, sent: &Sent, session: &Arc<Session>, task: &TaskId) -> Result<bool, Error> {
    let answered = session.questions.in_order().into_iter().rev().filter(|question| {
        question.asked.asker.task_id.as_ref() == Some(task) && question.status == QuestionStatus::Answered
    });
    for question in answered.take(REPEATS) {
        match give(face, sent, session, question).await {
            Ok(()) => return Ok(true),
            // The message has answered another one.
            Err(Error::Protocol(error)) if error.code == error_code::INVALID_PARAMS => {}
            Err(_) => return Ok(false),
        }
    }
    Ok(false)
}

/// What a text says to a question.
fn typed(question: &sessiond_core::Question, text: &str) -> Value {
    if question.asked.kind == QuestionKind::Approval {
        match text.trim().trim_end_matches(['.', '!']).to_lowercase().as_str() {
            "yes" | "approve" | "approved" | "true" | "ok" => return json!({"approved": true}),
            "no" | "reject" | "rejected" | "false" => return json!({"approved": false}),
            _ => {}
        }
    }
    questions::schema::typed(question.asked.schema.as_ref(), text)
}

/// The message that made a task; of a task that was delegated in another way, its payload as one.
pub(super) fn of_payload(session: &Session, task: &Task) -> Message {
    let sent = task.payload.get("message").and_then(|message| serde_json::from_value(message.clone()).ok());
    let mut message = sent.unwrap_or_else(|| Message {
        message_id: task.request_id.to_string(),
        context_id: None,
        task_id: None,
        role: Role::User,
        parts: vec![match &*task.payload {
            Value::String(text) => Part::text(text.clone()),
            payload => Part::data(payload.clone()),
        }],
        metadata: None,
        extensions: None,
        reference_task_ids: None,
    });
    message.context_id = Some(session.id.to_string());
    message.task_id = Some(task.id.to_string());
    message
}
