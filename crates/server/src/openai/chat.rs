//! Chat completions on a session's conversation.
//!
//! The message is what follows the last answer in `messages`; what stands before finds its place (`history.rs`). What a
//! client says as `system` is an instruction for this turn.

use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_client::Conditions;
use sessiond_client::traits::Conversation as _;
use sessiond_core::{SessionId, Span, TurnId, TurnSettings, TurnStatus};
use sessiond_engine::{Error, TurnFollow, TurnItem};

use super::error::body_of;
use super::history::{self, Place};
use super::input::{self, Said};
use super::{ASSISTANT, OpenAi, STATELESS, params, seconds, unknown_model};
use crate::extract::SESSION;
use crate::respond::{self, Answer, Failure};
use crate::sse::{self, Frames};

/// A repeated request within this time is the same one.
const REPEAT: Span = Span::from_secs(600);

/// The body of a request; `rest` is what is not honoured.
#[derive(Debug, Deserialize)]
struct Request {
    model: String,
    messages: Vec<Said>,
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: Option<bool>,
    #[serde(default)]
    include_obfuscation: Option<bool>,
}

impl OpenAi {
    /// Answers a message.
    pub(crate) async fn chat(&self, headers: &HeaderMap, conditions: Conditions, body: &[u8]) -> Answer {
        let whole: Map<String, Value> = api::parse(body)?;
        if whole.get("model").is_some_and(|model| model == STATELESS) {
            return self.stateless(whole).await;
        }
        let mut request: Request = api::parse(body)?;
        let settings = params::CHAT.take(&mut request.rest)?;
        params::check(&request.rest)?;
        if request.model != ASSISTANT {
            return Err(unknown_model(Code::InvalidInput, &request.model));
        }
        let options = request.stream_options.unwrap_or_default();
        if options.include_obfuscation == Some(true) {
            return Err(Failure::invalid("stream_options/include_obfuscation", "it is not supported here"));
        }
        let said = input::read("messages", request.messages)?;
        let Some(id) = self.own_session(headers)? else {
            let detail =
                "name the session of the conversation here, or use the session's token as the API key";
            return Err(Failure::invalid(SESSION, detail));
        };
        let turn = self.turn_of(&id, said, settings, is_repeated(headers), conditions).await?;
        if request.stream.unwrap_or_default() {
            return self.stream(&id, turn, options.include_usage.unwrap_or_default()).await;
        }
        let turn = self.ended(&id, &turn.turn_id).await?;
        if let Some(problem) = problem_of(&turn) {
            return Err(problem.into());
        }
        let message = json!({"role": "assistant", "content": turn.answer, "refusal": null});
        let choice =
            json!({"index": 0, "message": message, "logprobs": null, "finish_reason": finish(&turn)});
        let mut body = head(&turn, "chat.completion", json!([choice]));
        body["usage"] = usage(&turn);
        respond::ok(body)
    }

    /// Adds the turn of a message, or finds the one that an earlier try of the same request has added.
    async fn turn_of(
        &self,
        id: &SessionId,
        said: input::Conversation,
        settings: TurnSettings,
        is_repeated: bool,
        conditions: Conditions,
    ) -> Result<api::Turn, Failure> {
        let input::Conversation { mut instructions, history, message, files } = said;
        let mut parent = None;
        if !history.is_empty() || is_repeated {
            let (turns, head) = self.turns(id).await?;
            if is_repeated && let Some(turn) = self.earlier(id, &turns, &message, &conditions).await? {
                return Ok(turn);
            }
            match history::place(&turns, head.as_ref(), &history) {
                Place::Head => {}
                Place::After(turn) => parent = Some(Some(turn)),
                Place::Apart(turn, unknown) => {
                    parent = Some(Some(turn));
                    instructions = history::with(instructions, &history[history.len() - unknown..]);
                }
            }
        }
        let add =
            api::AddTurn { text: message, parent, instructions, files, settings, ..api::AddTurn::default() };
        let added = self.app.add_turn(&self.client, id, add, conditions).await;
        Ok(added.map_err(|problem| params::CHAT.named(named(problem, "messages")))?)
    }

    /// The last turn, if it has that message and is young enough to be of an earlier try of the same request. One that failed is
    /// asked again.
    pub(super) async fn earlier(
        &self,
        id: &SessionId,
        turns: &[api::Turn],
        message: &str,
        conditions: &Conditions,
    ) -> Result<Option<api::Turn>, Failure> {
        let now = self.client.engine().now();
        let is_earlier = |turn: &&api::Turn| turn.text == message && now < turn.queued_at.after(REPEAT);
        let Some(turn) = turns.last().filter(is_earlier) else { return Ok(None) };
        if turn.status != TurnStatus::Failed {
            return Ok(Some(turn.clone()));
        }
        let retry = api::RetryTurn::default();
        Ok(Some(self.app.retry_turn(&self.client, id, &turn.turn_id, retry, conditions.clone()).await?))
    }

    async fn stream(&self, id: &SessionId, turn: api::Turn, tell_usage: bool) -> Answer {
        let follow = self.follow(id, &turn.turn_id, 0).await?;
        let chunks = Chunks { client: self.client.clone(), turn, follow, sent: 0, tell_usage };
        Ok(sse::respond_with(self.app.clone(), sse::COMMENT, chunks))
    }

    pub(super) async fn follow(
        &self,
        id: &SessionId,
        turn: &TurnId,
        offset: usize,
    ) -> Result<TurnFollow, Failure> {
        let follow = self.client.engine().follow_turn(self.client.principal(), id, turn, offset).await;
        Ok(follow.map_err(sessiond_client::problem)?)
    }
}

/// Whether the client sends this request once more.
pub(super) fn is_repeated(headers: &HeaderMap) -> bool {
    let count =
        headers.get("x-stainless-retry-count").and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
    count.is_some_and(|count| count > 0)
}

/// A problem with the name that the parameter has here.
pub(super) fn named(mut problem: Problem, param: &str) -> Problem {
    for error in &mut problem.errors {
        if error.pointer == "/text" {
            error.pointer = param.into();
        }
    }
    problem
}

/// Why a turn that has ended has no answer to give. One that was stopped has what came until then.
pub(super) fn problem_of(turn: &api::Turn) -> Option<Problem> {
    let reason = || turn.reason.clone().unwrap_or_else(|| format!("the turn is {}", turn.status));
    match turn.status {
        TurnStatus::Failed => Some(Problem::new(Code::ModelUnavailable, reason())),
        TurnStatus::Interrupted | TurnStatus::RolledBack => Some(Problem::new(Code::TurnStopped, reason())),
        TurnStatus::Stopped if turn.answer.is_empty() => Some(Problem::new(Code::TurnStopped, reason())),
        _ => None,
    }
}

fn finish(turn: &api::Turn) -> &str {
    match turn.finish.as_deref() {
        Some(word @ ("length" | "content_filter")) => word,
        _ => "stop",
    }
}

fn usage(turn: &api::Turn) -> Value {
    let Some(usage) = &turn.usage else { return Value::Null };
    json!({
        "prompt_tokens": usage.input_tokens, "completion_tokens": usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens.unwrap_or_default()},
        "total_tokens": usage.input_tokens + usage.output_tokens
    })
}

fn head(turn: &api::Turn, object: &str, choices: Value) -> Value {
    json!({
        "id": format!("chatcmpl-{}", turn.turn_id), "object": object, "created": seconds(turn.queued_at),
        "model": ASSISTANT, "choices": choices
    })
}

/// The pieces of an answer.
struct Chunks {
    client: sessiond_client::Embedded,
    turn: api::Turn,
    follow: TurnFollow,
    /// The bytes of the answer that were sent.
    sent: usize,
    tell_usage: bool,
}

impl Chunks {
    fn chunk(&self, delta: Value, finish: Option<&str>) -> Value {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish});
        let mut chunk = head(&self.turn, "chat.completion.chunk", json!([choice]));
        if self.tell_usage {
            chunk["usage"] = Value::Null;
        }
        chunk
    }

    fn problem(problem: &Problem) -> (String, bool) {
        (sse::data(&body_of(problem)), false)
    }

    /// What a turn that has ended still has to tell.
    async fn end(&mut self) -> (String, bool) {
        let id = self.turn.session_id.clone();
        let turn = match self.client.turn(&id, &self.turn.turn_id, api::GetTurn::default()).await {
            Ok(turn) => turn,
            Err(problem) => return Self::problem(&problem),
        };
        if let Some(problem) = problem_of(&turn) {
            return Self::problem(&problem);
        }
        let mut frames = sse::data(&self.chunk(json!({}), Some(finish(&turn))));
        if self.tell_usage {
            let mut last = head(&turn, "chat.completion.chunk", json!([]));
            last["usage"] = usage(&turn);
            frames.push_str(&sse::data(&last));
        }
        frames.push_str("data: [DONE]\n\n");
        (frames, false)
    }
}

impl Frames for Chunks {
    async fn next(&mut self) -> Option<(String, bool)> {
        match self.follow.next().await {
            Ok(Some(TurnItem::Queued { before })) => {
                Some((format!(": {before} turns come before this one\n\n"), true))
            }
            Ok(Some(TurnItem::Text { offset, .. })) if offset < self.sent => {
                let problem =
                    Problem::new(Code::TurnStopped, "the server was killed, and the answer has lost its end");
                Some(Self::problem(&problem))
            }
            Ok(Some(TurnItem::Text { offset, text })) => {
                let mut delta = json!({"content": text});
                if self.sent == 0 {
                    delta["role"] = "assistant".into();
                }
                self.sent = offset + text.len();
                Some((sse::data(&self.chunk(delta, None)), true))
            }
            Ok(Some(TurnItem::Reasoning { text, .. })) => {
                Some((sse::data(&self.chunk(json!({"reasoning_content": text}), None)), true))
            }
            // The tools are the assistant's own; the client is not to call them.
            Ok(Some(TurnItem::Tool(_))) => Some((": a tool was called\n\n".to_owned(), true)),
            Ok(Some(TurnItem::Ended(_))) => Some(self.end().await),
            Ok(None) => None,
            Err(Error::Closed) => None,
            Err(error) => Some(Self::problem(&sessiond_client::problem(error))),
        }
    }
}
