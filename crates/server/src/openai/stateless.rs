//! The model behind the assistant, for clients that send everything each time: a request is passed to it as it is, and nothing of
//! it is kept. Leaving ends the work.

use std::sync::Arc;

use futures_util::StreamExt as _;
use serde_json::{Map, Value};
use sessiond_api::{Code, Problem};
use sessiond_model as model;
use sessiond_model::wire::{self, Chat, Head, Pieces};
use sessiond_model::{AnswerStream, Delta, Error, Model, Request};

use super::error::body_of;
use super::{OpenAi, STATELESS, params, seconds};
use crate::rate::OpenTurn;
use crate::respond::{self, Answer, Failure};
use crate::sse::{self, Frames};

impl OpenAi {
    /// Passes a request to the model.
    pub(super) async fn stateless(&self, body: Map<String, Value>) -> Answer {
        let (known, mut rest): (Map<_, _>, Map<_, _>) =
            body.into_iter().partition(|(name, _)| wire::MEMBERS.contains(&name.as_str()));
        rest.remove("model");
        // Nothing is stored, so only the wish that it be is refused.
        match rest.remove("store") {
            Some(store) if store == true => {
                return Err(Failure::invalid("store", "this model stores nothing"));
            }
            _ => {}
        }
        params::check(&rest)?;
        check_tools(&known)?;
        let chat: Chat = serde_path_to_error::deserialize(Value::Object(known)).map_err(|error| {
            let place = error.path().to_string();
            Failure::invalid(if place == "." { String::new() } else { place }, error.inner().to_string())
        })?;
        let (is_streamed, wants_usage) = (chat.is_streamed(), chat.wants_usage());
        let request = chat.into_request().map_err(|wrong| Failure::invalid(wrong.param, wrong.detail))?;
        let model = self.language_model()?;
        let mut open = self.app.limits.turn(self.client.principal())?;
        open.used(model.count(&request));
        let id = format!("chatcmpl-{:032x}", self.client.engine().nonce());
        let now = u64::try_from(seconds(self.client.engine().now())).unwrap_or_default();
        let head = Head::new(id, STATELESS, now);
        if !is_streamed {
            let work = async { whole(&*model, request).await.map_err(problem) };
            let answer = self.app.unless_shutdown(work).await?;
            if let Some(tokens) = tokens(&answer) {
                open.used(tokens);
            }
            return respond::ok(head.answer(&answer));
        }
        // What keeps the answer from beginning has a status.
        let work = async { model.stream(request).await.map_err(problem) };
        let parts = self.app.unless_shutdown(work).await?;
        let frames = Parts { parts, pieces: head.pieces(wants_usage), is_begun: false, open };
        Ok(sse::respond_with(self.app.clone(), sse::COMMENT, frames))
    }

    fn language_model(&self) -> Result<Arc<dyn Model>, Failure> {
        let model = self.app.options.model.clone();
        model.ok_or_else(|| {
            let detail = "this server has no language model that it can use: set SESSIOND_MODEL_URL and SESSIOND_MODEL, and \
                          see its log";
            Failure::new(Code::ModelUnavailable, detail)
        })
    }
}

/// A whole answer. The model streams it all the same, so that a long one does not look like a service that has failed.
async fn whole(model: &dyn Model, request: Request) -> Result<model::Answer, Error> {
    let mut parts = model.stream(request).await?;
    while let Some(part) = parts.next().await {
        if let Delta::End(answer) = part? {
            return Ok(*answer);
        }
    }
    Err(Error::Unreadable("the answer has no end".into()))
}

/// Refuses tools whose arguments the model is to be held to: models in general cannot be.
fn check_tools(known: &Map<String, Value>) -> Result<(), Failure> {
    let tools = known.get("tools").and_then(Value::as_array).into_iter().flatten();
    let is_strict = |tool: &Value| tool.pointer("/function/strict").is_some_and(|strict| strict == true);
    match tools.map(is_strict).position(|is_strict| is_strict) {
        Some(index) => {
            Err(Failure::invalid(format!("tools[{index}].function.strict"), "it is not supported here"))
        }
        None => Ok(()),
    }
}

/// What an answer used; none if the service does not say.
fn tokens(answer: &model::Answer) -> Option<u64> {
    answer.usage.map(|usage| usage.input_tokens + usage.output_tokens)
}

/// Why there is no answer.
fn problem(error: Error) -> Problem {
    let detail = error.to_string();
    match error {
        Error::Refused(_) => Problem::new(Code::InvalidInput, detail),
        Error::TooLong { .. } => {
            let mut problem = Problem::invalid("messages", detail);
            (problem.code, problem.status) = (Code::LimitReached, Code::LimitReached.status());
            problem
        }
        Error::RateLimited { retry_after, .. } => {
            let wait = retry_after.map_or(1, |wait| wait.as_secs().max(1));
            Problem::new(Code::RateLimited, detail).retry_after(wait)
        }
        _ => Problem::new(Code::ModelUnavailable, detail),
    }
}

/// The pieces of an answer as they come.
struct Parts {
    parts: AnswerStream,
    pieces: Pieces,
    is_begun: bool,
    open: OpenTurn,
}

impl Frames for Parts {
    async fn next(&mut self) -> Option<(String, bool)> {
        if !self.is_begun {
            self.is_begun = true;
            return Some((sse::data(&self.pieces.opening()), true));
        }
        let part = self.parts.next().await;
        let failed = |problem: &Problem| Some((sse::data(&body_of(problem)), false));
        match part {
            Some(Ok(delta)) => {
                let is_end = matches!(delta, Delta::End(_));
                match &delta {
                    Delta::End(answer) => {
                        tokens(answer).into_iter().for_each(|tokens| self.open.used(tokens))
                    }
                    // A service sends one or a few tokens at a time.
                    _ => self.open.uses_one(),
                }
                let mut frames: String = self.pieces.of(&delta).iter().map(sse::data).collect();
                if is_end {
                    frames.push_str("data: [DONE]\n\n");
                }
                Some((frames, !is_end))
            }
            Some(Err(error)) => failed(&problem(error)),
            None => failed(&Problem::new(Code::ModelUnavailable, "the model's answer has no end")),
        }
    }
}
