//! The conversation of a session with its assistant.

use serde::{Deserialize, Deserializer, Serialize};
use sessiond_core::{
    AnswerMode, Assistant, Busy, Citation, FileId, SessionId, Source, Span, Timestamp, ToolUse, TurnId,
    TurnSettings, TurnStatus, Usage,
};
use utoipa::{IntoParams, ToSchema};

use crate::{Code, Problem};

crate::operations::operations! {
    /// Sends a message to the assistant.
    ADD_TURN = Operation::post("/sessions/{session_id}/turns")
        .changes_a_session()
        .fails_with(&[Code::TurnActive])
        .with_token();
    /// Lists the turns of a session.
    LIST_TURNS = Operation::get("/sessions/{session_id}/turns").with_token();
    /// Reads a turn, optionally waiting for its end.
    GET_TURN = Operation::get("/sessions/{session_id}/turns/{turn_id}").with_token();
    /// Asks a turn's message again, or another one in its place.
    RETRY_TURN = Operation::post("/sessions/{session_id}/turns/{turn_id}/retry")
        .changes_a_session()
        .fails_with(&[Code::TurnActive])
        .with_token();
    /// Stops a turn.
    STOP_TURN = Operation::post("/sessions/{session_id}/turns/{turn_id}/stop").changes_a_session().with_token();
    /// Stops all turns of a session that are open.
    STOP_TURNS = Operation::post("/sessions/{session_id}/stop").changes_a_session().with_token();
    /// Sets the turn that the next one follows.
    MOVE_HEAD = Operation::put("/sessions/{session_id}/head")
        .changes_a_session()
        .fails_with(&[Code::TurnNotFound])
        .with_token();
    /// Sets the assistant of a session.
    SET_ASSISTANT = Operation::put("/sessions/{session_id}/assistant").changes_a_session().with_token();
    /// Removes all turns of a session.
    CLEAR_CONVERSATION = Operation::post("/sessions/{session_id}/clear").changes_a_session().with_token();
    /// Sends a message to the assistant, and waits for the answer.
    CHAT = Operation::post("/chat").keyed().with_token().fails_with(&[
        Code::SessionNotFound,
        Code::SessionEnded,
        Code::ModelUnavailable,
        Code::TurnStopped,
        Code::LimitReached,
    ]);
}

/// Sends a message to the assistant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddTurn {
    /// The message.
    #[schema(example = "What does the contract say about notice?")]
    pub text: String,
    /// The turn that it follows; null for another beginning. Default: the turn before it.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TurnId>)]
    pub parent: Option<Option<TurnId>>,
    /// The treatment of the message if a turn is open: `enqueue` (the default), `reject`, `interrupt` or `rollback`.
    #[serde(default)]
    pub busy: Busy,
    /// Instructions to the model for this turn alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The files that the message is about. Default: the assistant chooses from all files of the session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileId>,
    /// The sources of the answer: `chat` (the default), or `query`, the files alone.
    #[serde(default, skip_serializing_if = "AnswerMode::is_default")]
    pub mode: AnswerMode,
    /// Settings for this answer alone. Default: those of the session's assistant.
    #[serde(default, skip_serializing_if = "TurnSettings::is_default")]
    pub settings: TurnSettings,
}

/// Removes all turns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearConversation {
    /// Whether the session's files stay. Default: they are removed too.
    #[serde(default)]
    pub keep_files: bool,
}

/// Reads a member that is there, null included.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<TurnId>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Asks a turn's message again, or another one in its place. Both turns stay, as branches of the conversation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryTurn {
    /// The message in its place. Default: the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The treatment of the message if a turn is open: `enqueue` (the default), `reject`, `interrupt` or `rollback`.
    #[serde(default)]
    pub busy: Busy,
}

/// Sets the turn that the next one follows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveHead {
    /// The turn; null for the beginning.
    pub turn_id: Option<TurnId>,
}

/// A message to the assistant, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// Its id.
    pub turn_id: TurnId,
    /// Its session.
    pub session_id: SessionId,
    /// The turn that it follows; null for a first one, and while it waits to follow the turn before it.
    pub parent: Option<TurnId>,
    /// `queued`, `running`, `completed`, `stopped`, `failed`, `interrupted` or `rolled_back`.
    pub status: TurnStatus,
    /// The message.
    pub text: String,
    /// Instructions to the model for this turn alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The files that the message is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileId>,
    /// The sources of the answer, `chat` or `query`.
    #[serde(default, skip_serializing_if = "AnswerMode::is_default")]
    pub mode: AnswerMode,
    /// Settings for this answer alone.
    #[serde(default, skip_serializing_if = "TurnSettings::is_default")]
    pub settings: TurnSettings,
    /// The whole answer, or the part before its end.
    pub answer: String,
    /// The files and passages that the model was given for the turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// The sources that the answer cites. The server has checked each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    /// The tools that the model called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolUse>,
    /// The model's reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Why the model stopped: `stop`, `length` or the provider's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<String>,
    /// Why there is no whole answer, or why it may be wrong: the model has not read all of the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The model, and the tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The key that sent the message.
    pub asked_by: String,
    /// When it was accepted.
    pub queued_at: Timestamp,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The number of the event that accepted it.
    pub revision: u64,
}

impl Turn {
    /// Why the turn has no whole answer; none if it has one, or is open.
    pub fn problem(&self) -> Option<Problem> {
        let reason = || self.reason.clone().unwrap_or_default();
        match self.status {
            TurnStatus::Queued | TurnStatus::Running | TurnStatus::Completed => None,
            TurnStatus::Failed => Some(Problem::new(Code::ModelUnavailable, reason())),
            status => {
                let detail = format!("turn {} is {status}: {}", self.turn_id, reason());
                Some(Problem::new(Code::TurnStopped, detail))
            }
        }
    }
}

/// Which turns to list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListTurns {
    /// Only turns after this revision. Default: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// The maximum number of turns, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// Turns of all branches, in the order in which they were accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TurnPage {
    /// The turns.
    pub turns: Vec<Turn>,
    /// The turn that the next one follows.
    pub head: Option<TurnId>,
    /// The revision to pass as `after` for the next page; null on the last page.
    pub next_after: Option<u64>,
    /// The summaries that a model is sent in place of turns, in all branches; each page has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summaries: Vec<TurnSummary>,
}

/// The place of a summary in a conversation. The summarised turns stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TurnSummary {
    /// The last summarised turn. The others are those that lead to it.
    pub through: TurnId,
    /// The number of the event `conversation_compacted`, which has the text.
    pub revision: u64,
}

/// How to read a turn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GetTurn {
    /// How long to wait for its end, such as `30s`. Default: no wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Span>,
}

/// The conversation of a session, without its texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// The assistant.
    pub assistant: Assistant,
    /// How many turns there are.
    pub turns: usize,
    /// The turn that the next one follows.
    pub head: Option<TurnId>,
    /// The turn that is being answered.
    pub running: Option<TurnId>,
    /// The turns that wait, the next one first.
    pub queued: Vec<TurnId>,
}

impl Conversation {
    /// The view; none if nothing was ever said or set.
    pub fn view(core: &sessiond_core::Conversation) -> Option<Self> {
        (!core.is_empty()).then(|| Self {
            assistant: (*core.assistant).clone(),
            turns: core.turns.len(),
            head: core.head.clone(),
            running: core.running.as_ref().map(|running| running.turn.clone()),
            queued: core.queue.iter().cloned().collect(),
        })
    }
}

/// Sends a message to the assistant of a session, and waits for the answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// The message.
    pub message: String,
    /// The session. Default: that of the header `x-session-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The files that the message is about. Default: the assistant chooses from all files of the session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileId>,
    /// The sources of the answer: `chat` (the default), or `query`, the files alone.
    #[serde(default, skip_serializing_if = "AnswerMode::is_default")]
    pub mode: AnswerMode,
    /// Settings for this answer alone. Default: those of the session's assistant.
    #[serde(default, skip_serializing_if = "TurnSettings::is_default")]
    pub settings: TurnSettings,
}

/// The assistant's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChatAnswer {
    /// The answer.
    pub response: String,
    /// The session.
    pub session_id: SessionId,
    /// The turn.
    pub turn: TurnId,
    /// The model's name; null if no model answered.
    pub model: Option<String>,
    /// The tokens of the answer, and its model.
    pub usage: Option<Usage>,
    /// The sources that the answer cites. The server has checked each.
    pub citations: Vec<Citation>,
    /// When the answer was complete.
    pub timestamp: Timestamp,
}
