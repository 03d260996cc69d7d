//! The interface of OpenAI's clients at `/v1`: a conversation is a session, a response is a turn, and
//! `previous_response_id` is the turn that the next one follows.
//!
//! Requests go through the client that the routes use, so they have the rights of the caller's key or token. `params.rs`
//! refuses what is not honoured, `input.rs` reads what was said, `history.rs` finds the place of a client's own history in
//! the conversation, `chat.rs` has chat completions, `responses.rs` and `conversations.rs` the newer interfaces, `files.rs` the session's files, and
//! `stateless.rs` passes requests to the model and keeps nothing, and `error.rs` gives problems OpenAI's shape.

mod chat;
mod conversations;
mod error;
mod files;
mod history;
mod ids;
mod input;
mod params;
mod responses;
mod stateless;

use axum::http::HeaderMap;
use serde_json::{Value, json};
use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_client::traits::{Conversation as _, Sessions as _};
use sessiond_client::{Conditions, Embedded};
use sessiond_core::{Kind, SessionId, Span, Timestamp, TurnId, limits};

use crate::app::App;
use crate::extract::named_session;
use crate::respond::Failure;

pub(crate) use conversations::ListItems;
pub(crate) use error::in_its_shape;
pub(crate) use files::ListOpenAiFiles;
pub(crate) use ids::{ConversationId, ResponseId};
pub(crate) use responses::GetResponse;

/// The name of the model that is a session's assistant.
pub(crate) const ASSISTANT: &str = "assistant";
/// The name of the model behind it, for clients that send everything each time.
pub(crate) const STATELESS: &str = "assistant-stateless";

/// One caller.
pub(crate) struct OpenAi {
    app: App,
    client: Embedded,
}

impl OpenAi {
    pub(crate) fn new(app: App, client: Embedded) -> Self {
        Self { app, client }
    }

    /// The list of models.
    pub(crate) fn models() -> Value {
        json!({"object": "list", "data": [model(ASSISTANT), model(STATELESS)]})
    }

    /// One model.
    pub(crate) fn model(name: &str) -> Result<Value, Failure> {
        if [ASSISTANT, STATELESS].contains(&name) {
            Ok(model(name))
        } else {
            Err(unknown_model(Code::NotFound, name))
        }
    }

    /// The session of a request that names none in its body: that of the header, or of the caller's token.
    fn own_session(&self, headers: &HeaderMap) -> Result<Option<SessionId>, Failure> {
        Ok(named_session(headers)?.or_else(|| self.client.principal().session.clone()))
    }

    /// A new session for a conversation.
    async fn create_session(&self) -> Result<api::Session, Failure> {
        let create = api::CreateSession {
            kind: Some(Kind::Assistant),
            client_id: Some(self.client.principal().name.clone()),
            ..api::CreateSession::default()
        };
        Ok(self.client.create_session(create, Conditions::default()).await?)
    }

    /// All turns of a session, in all branches, and its head.
    async fn turns(&self, id: &SessionId) -> Result<(Vec<api::Turn>, Option<TurnId>), Failure> {
        let mut turns = Vec::new();
        let mut after = None;
        loop {
            let query = api::ListTurns { after, limit: Some(limits::PAGE) };
            let page = self.client.turns(id, query).await?;
            turns.extend(page.turns);
            after = page.next_after;
            if after.is_none() {
                return Ok((turns, page.head));
            }
        }
    }

    /// A turn when it has ended.
    async fn ended(&self, id: &SessionId, turn: &TurnId) -> Result<api::Turn, Failure> {
        let wait = async {
            let wait = Some(Span::from_millis(limits::WAIT_MS));
            loop {
                let turn = self.client.turn(id, turn, api::GetTurn { wait }).await?;
                if !turn.status.is_open() {
                    return Ok(turn);
                }
            }
        };
        Ok(self.app.unless_shutdown(wait).await?)
    }
}

fn model(name: &str) -> Value {
    json!({"id": name, "object": "model", "created": 0, "owned_by": "sessiond"})
}

fn unknown_model(code: Code, name: &str) -> Failure {
    let name: String = name.chars().take(100).collect();
    let mut problem =
        Problem::invalid("model", format!("there is no model {name:?}: name the model {ASSISTANT:?}"));
    problem.detail.clone_from(&problem.errors[0].detail);
    (problem.code, problem.status) = (code, code.status());
    problem.into()
}

/// Seconds since 1970.
fn seconds(at: Timestamp) -> i64 {
    at.millis().div_euclid(1000)
}
