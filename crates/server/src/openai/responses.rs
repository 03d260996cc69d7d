//! OpenAI's responses: a response is a turn, and `previous_response_id` the turn that it follows.
//!
//! The number of an event in a stream follows from the bytes of the answer that were told by then, so that a stream may be
//! taken up after any of them, at any time, without anything being kept for it.

use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_client::traits::Conversation as _;
use sessiond_client::{Conditions, Embedded};
use sessiond_core::{Citation, SessionId, TurnId, TurnSettings, TurnStatus};
use sessiond_engine::{Error, TurnFollow, TurnItem};
use utoipa::IntoParams;

use super::error::body_of;
use super::history::{self, Place};
use super::ids::{ConversationId, ResponseId};
use super::input::{self, Said};
use super::{ASSISTANT, OpenAi, chat, params, seconds, unknown_model};
use crate::respond::{self, Answer, Failure};
use crate::sse::{self, Frames};

/// The number of the event before the first text.
const OPENED: u64 = 3;

/// The body of a request; `rest` is what is not honoured.
#[derive(Debug, Deserialize)]
struct Request {
    model: String,
    input: Input,
    #[serde(default)]
    instructions: Option<String>,
    #[serde(default)]
    previous_response_id: Option<String>,
    #[serde(default)]
    conversation: Option<Named>,
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    background: Option<bool>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Items(Vec<Said>),
}

/// A conversation, by its id or as an object that has it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Named {
    Id(String),
    Object { id: String },
}

/// How to read a response.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetResponse {
    /// Whether to stream its events. Default: no.
    #[serde(default)]
    stream: Option<bool>,
    /// The number of the last event that was seen. Default: none.
    #[serde(default)]
    starting_after: Option<u64>,
    /// Whether random characters hide the lengths of events; not supported.
    #[serde(default)]
    include_obfuscation: Option<bool>,
}

impl OpenAi {
    /// Creates a response.
    pub(crate) async fn respond(&self, headers: &HeaderMap, conditions: Conditions, body: &[u8]) -> Answer {
        let mut request: Request = api::parse(body)?;
        let settings = params::RESPONSES.take(&mut request.rest)?;
        params::check(&request.rest)?;
        if request.model != ASSISTANT {
            return Err(unknown_model(Code::InvalidInput, &request.model));
        }
        let mut said = match request.input {
            Input::Text(text) => input::Conversation { message: text, ..input::Conversation::default() },
            Input::Items(items) => input::read("input", items)?,
        };
        said.instructions = match (request.instructions, said.instructions.take()) {
            (Some(own), Some(more)) => Some(format!("{own}\n\n{more}")),
            (own, more) => own.or(more),
        };
        let (id, parent) =
            self.conversation(headers, request.previous_response_id, request.conversation).await?;
        let turn = self.add(&id, parent, said, settings, chat::is_repeated(headers), conditions).await?;
        let background = request.background.unwrap_or_default();
        if request.stream.unwrap_or_default() {
            return self.events(turn, None, background).await;
        }
        let turn = if background { turn } else { self.ended(&id, &turn.turn_id).await? };
        respond::ok(response(&turn, background))
    }

    /// Reads a response, or follows it.
    pub(crate) async fn response(&self, id: &ResponseId, query: GetResponse) -> Answer {
        let (session, turn) = id.turn()?;
        if query.include_obfuscation == Some(true) {
            return Err(Failure::invalid("include_obfuscation", "it is not supported here"));
        }
        let turn = self.client.turn(&session, &turn, api::GetTurn::default()).await?;
        if query.stream.unwrap_or_default() {
            return self.events(turn, query.starting_after, true).await;
        }
        if query.starting_after.is_some() {
            return Err(Failure::invalid("starting_after", "it is for streams: send stream=true as well"));
        }
        respond::ok(response(&turn, true))
    }

    /// Stops a response.
    pub(crate) async fn cancel(&self, id: &ResponseId) -> Answer {
        let (session, turn) = id.turn()?;
        respond::ok(response(&self.client.stop_turn(&session, &turn, Conditions::default()).await?, true))
    }

    /// The session of a response, and the turn that it follows; none is the one before it.
    async fn conversation(
        &self,
        headers: &HeaderMap,
        previous: Option<String>,
        conversation: Option<Named>,
    ) -> Result<(SessionId, Option<Option<TurnId>>), Failure> {
        match (previous, conversation) {
            (Some(_), Some(_)) => {
                Err(Failure::invalid("previous_response_id", "it cannot be combined with conversation"))
            }
            (Some(previous), None) => {
                let Ok(previous) = previous.parse::<ResponseId>();
                let (session, turn) = previous.turn()?;
                Ok((session, Some(Some(turn))))
            }
            (None, Some(Named::Id(id) | Named::Object { id })) => {
                let Ok(id) = id.parse::<ConversationId>();
                Ok((id.session()?, None))
            }
            // A beginning of its own.
            (None, None) => match self.own_session(headers)? {
                Some(session) => Ok((session, Some(None))),
                None => Ok((self.create_session().await?.session_id, Some(None))),
            },
        }
    }

    async fn add(
        &self,
        id: &SessionId,
        mut parent: Option<Option<TurnId>>,
        said: input::Conversation,
        settings: TurnSettings,
        is_repeated: bool,
        conditions: Conditions,
    ) -> Result<api::Turn, Failure> {
        let input::Conversation { mut instructions, history, message, files } = said;
        if is_repeated {
            let (turns, _) = self.turns(id).await?;
            if let Some(turn) = self.earlier(id, &turns, &message, &conditions).await? {
                return Ok(turn);
            }
        }
        if !history.is_empty() {
            let unknown = match (&parent, self.turns(id).await?) {
                (Some(None), (turns, head)) => match history::place(&turns, head.as_ref(), &history) {
                    Place::Head => history.len(),
                    Place::After(turn) => {
                        parent = Some(Some(turn));
                        0
                    }
                    Place::Apart(turn, unknown) => {
                        parent = Some(Some(turn));
                        unknown
                    }
                },
                // What is said beside the turn that it follows is not in the conversation.
                _ => history.len(),
            };
            instructions = history::with(instructions, &history[history.len() - unknown..]);
        }
        let add =
            api::AddTurn { text: message, parent, instructions, files, settings, ..api::AddTurn::default() };
        Ok(self
            .app
            .add_turn(&self.client, id, add, conditions)
            .await
            .map_err(|problem| params::RESPONSES.named(chat::named(problem, "input")))?)
    }

    async fn events(&self, turn: api::Turn, after: Option<u64>, background: bool) -> Answer {
        let offset = after.map_or(0, |after| after.saturating_sub(OPENED));
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        // An answer that is done is not longer than it is.
        let offset = if turn.status.is_open() { offset } else { offset.min(turn.answer.len()) };
        let follow = self.follow(&turn.session_id, &turn.turn_id, offset).await?;
        let events = Events {
            client: self.client.clone(),
            turn,
            follow,
            after,
            background,
            is_opened: false,
            text: offset,
        };
        Ok(sse::respond_with(self.app.clone(), sse::COMMENT, events))
    }
}

/// A turn as a response.
fn response(turn: &api::Turn, background: bool) -> Value {
    let has_output = !turn.answer.is_empty() || turn.status == TurnStatus::Completed;
    let output: Vec<Value> = has_output.then(|| item(turn, &turn.answer)).into_iter().collect();
    let error = match turn.status {
        TurnStatus::Failed | TurnStatus::Interrupted => {
            let message = turn.reason.clone().unwrap_or_else(|| format!("the turn is {}", turn.status));
            json!({"code": "server_error", "message": message})
        }
        _ => Value::Null,
    };
    let incomplete = match (turn.status, turn.finish.as_deref()) {
        (TurnStatus::Completed, Some("length")) => json!({"reason": "max_output_tokens"}),
        (TurnStatus::Completed, Some("content_filter")) => json!({"reason": "content_filter"}),
        _ => Value::Null,
    };
    json!({
        "id": ResponseId::of(&turn.session_id, &turn.turn_id).as_str(), "object": "response",
        "created_at": seconds(turn.queued_at), "status": status(turn), "background": background, "error": error,
        "incomplete_details": incomplete, "instructions": turn.instructions, "max_output_tokens": turn.settings.max_tokens,
        "model": ASSISTANT, "output": output, "parallel_tool_calls": false,
        "previous_response_id":
            turn.parent.as_ref().map(|parent| ResponseId::of(&turn.session_id, parent).as_str().to_owned()),
        "conversation": {"id": ConversationId::of(&turn.session_id).as_str()},
        "reasoning": {"effort": null, "summary": null}, "store": true, "temperature": turn.settings.temperature,
        "text": {"format": {"type": "text"}}, "tool_choice": "none", "tools": [], "top_p": turn.settings.top_p,
        "truncation": "disabled", "usage": usage(turn), "user": null, "metadata": {}
    })
}

fn status(turn: &api::Turn) -> &'static str {
    match turn.status {
        TurnStatus::Queued => "queued",
        TurnStatus::Running => "in_progress",
        TurnStatus::Completed if matches!(turn.finish.as_deref(), Some("length" | "content_filter")) => {
            "incomplete"
        }
        TurnStatus::Completed => "completed",
        TurnStatus::Stopped | TurnStatus::RolledBack => "cancelled",
        TurnStatus::Failed | TurnStatus::Interrupted => "failed",
    }
}

fn usage(turn: &api::Turn) -> Value {
    let Some(usage) = &turn.usage else { return Value::Null };
    json!({
        "input_tokens": usage.input_tokens, "input_tokens_details": {"cached_tokens": usage.cached_tokens.unwrap_or_default()},
        "output_tokens": usage.output_tokens, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.input_tokens + usage.output_tokens
    })
}

fn message_id(turn: &api::Turn) -> String {
    format!("msg_{}", turn.turn_id)
}

/// The message of a turn's answer.
pub(super) fn item(turn: &api::Turn, text: &str) -> Value {
    let status = match turn.status {
        TurnStatus::Queued | TurnStatus::Running => "in_progress",
        TurnStatus::Completed => "completed",
        _ => "incomplete",
    };
    json!({"type": "message", "id": message_id(turn), "status": status, "role": "assistant", "content": [part(turn, text)]})
}

fn part(turn: &api::Turn, text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": annotations(turn, text), "logprobs": []})
}

/// The citations of an answer, each at the first place of its number: the characters before it.
fn annotations(turn: &api::Turn, text: &str) -> Vec<Value> {
    let annotation = |citation: &Citation| {
        let number = citation.number.to_string();
        let place = text.match_indices(&number).map(|(place, _)| place).find(|place| {
            let before = text[..*place].trim_end_matches(|c: char| c.is_ascii_digit() || ", ;".contains(c));
            before.ends_with(['[', '【'])
        })?;
        Some(json!({
            "type": "file_citation", "file_id": citation.file_id, "filename": citation.name,
            "index": text[..place].chars().count()
        }))
    };
    turn.citations.iter().filter_map(annotation).collect()
}

/// The events of a response.
struct Events {
    client: Embedded,
    turn: api::Turn,
    follow: TurnFollow,
    /// The last event that the client has.
    after: Option<u64>,
    background: bool,
    is_opened: bool,
    /// The bytes of the answer that the client has.
    text: usize,
}

impl Events {
    /// An event of that number, unless the client has it.
    fn event(&self, number: u64, kind: &str, mut data: Value) -> String {
        if self.after.is_some_and(|after| number <= after) {
            return String::new();
        }
        data["type"] = kind.into();
        data["sequence_number"] = number.into();
        sse::event(kind, &data)
    }

    fn number(&self) -> u64 {
        OPENED + self.text as u64
    }

    /// What comes before the first text.
    fn open(&mut self) -> String {
        self.is_opened = true;
        let mut begun = self.turn.clone();
        (begun.status, begun.answer) = (TurnStatus::Running, String::new());
        let whole = json!({"response": response(&begun, self.background)});
        let mut item = item(&begun, "");
        item["content"] = json!([]);
        [
            self.event(0, "response.created", whole.clone()),
            self.event(1, "response.in_progress", whole),
            self.event(2, "response.output_item.added", json!({"output_index": 0, "item": item})),
            self.event(
                OPENED,
                "response.content_part.added",
                json!({"item_id": message_id(&begun), "output_index": 0, "content_index": 0, "part": part(&begun, "")}),
            ),
        ]
        .concat()
    }

    async fn end(&mut self) -> (String, bool) {
        let id = self.turn.session_id.clone();
        match self.client.turn(&id, &self.turn.turn_id, api::GetTurn::default()).await {
            Ok(turn) => self.turn = turn,
            Err(problem) => return (self.problem(&problem), false),
        }
        let opening = if self.is_opened { String::new() } else { self.open() };
        let (turn, place) = (&self.turn, json!({"item_id": message_id(&self.turn), "output_index": 0}));
        let in_part = |mut more: Value| {
            more["item_id"] = place["item_id"].clone();
            (more["output_index"], more["content_index"]) = (json!(0), json!(0));
            more
        };
        let end = match status(turn) {
            "completed" => "response.completed",
            "incomplete" => "response.incomplete",
            // Its clients know no other end.
            _ => "response.failed",
        };
        let last = self.number();
        let frames = [
            opening,
            self.event(
                last + 1,
                "response.output_text.done",
                in_part(json!({"text": turn.answer, "logprobs": []})),
            ),
            self.event(
                last + 2,
                "response.content_part.done",
                in_part(json!({"part": part(turn, &turn.answer)})),
            ),
            self.event(
                last + 3,
                "response.output_item.done",
                json!({"output_index": 0, "item": item(turn, &turn.answer)}),
            ),
            self.event(last + 4, end, json!({"response": response(turn, self.background)})),
        ];
        (frames.concat(), false)
    }

    fn problem(&self, problem: &Problem) -> String {
        let error = &body_of(problem)["error"];
        let data = json!({"code": error["code"], "message": error["message"], "param": error["param"]});
        self.event(self.number() + 1, "error", data)
    }
}

impl Frames for Events {
    async fn next(&mut self) -> Option<(String, bool)> {
        loop {
            let item = match self.follow.next().await {
                Ok(Some(item)) => item,
                Ok(None) | Err(Error::Closed) => return None,
                Err(error) => return Some((self.problem(&sessiond_client::problem(error)), false)),
            };
            match item {
                TurnItem::Queued { before } => {
                    return Some((format!(": {before} turns come before this one\n\n"), true));
                }
                TurnItem::Text { offset, .. } if offset < self.text => {
                    let problem = Problem::new(
                        Code::TurnStopped,
                        "the server was killed, and the answer has lost its end",
                    );
                    return Some((self.problem(&problem), false));
                }
                TurnItem::Text { offset, text } => {
                    let opening = if self.is_opened { String::new() } else { self.open() };
                    self.text = offset + text.len();
                    let data = json!({
                        "item_id": message_id(&self.turn), "output_index": 0, "content_index": 0, "delta": text,
                        "logprobs": []
                    });
                    let delta = self.event(self.number(), "response.output_text.delta", data);
                    return Some((opening + &delta, true));
                }
                TurnItem::Reasoning { .. } | TurnItem::Tool(_) => {}
                TurnItem::Ended(_) => return Some(self.end().await),
            }
        }
    }
}
