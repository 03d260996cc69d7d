//! Questions of a session.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::{
    Asker, QuestionId, QuestionKind, QuestionStatus, SessionId, Span, Timestamp, present, questions,
};
use utoipa::{IntoParams, ToSchema};

crate::operations::operations! {
    /// Asks a question.
    ASK_QUESTION = Operation::post("/sessions/{session_id}/questions")
        .changes_a_session()
        .fails_with(&[Code::QuestionExists]);
    /// Lists a session's questions.
    LIST_SESSION_QUESTIONS = Operation::get("/sessions/{session_id}/questions");
    /// Reads a question, optionally waiting for its answer.
    GET_QUESTION = Operation::get("/sessions/{session_id}/questions/{question_id}");
    /// Answers a question.
    ANSWER_QUESTION = Operation::post("/sessions/{session_id}/questions/{question_id}/answer")
        .changes_a_session()
        .fails_with(&[Code::QuestionClosed]);
    /// Withdraws a question.
    WITHDRAW_QUESTION = Operation::post("/sessions/{session_id}/questions/{question_id}/withdraw")
        .changes_a_session()
        .fails_with(&[Code::QuestionClosed]);
    /// Lists the open questions of all sessions that the caller may see.
    LIST_QUESTIONS = Operation::get("/questions");
}

/// Asks a question. The same question under the same id is asked once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskQuestion {
    /// Its id. Default: a generated, time-ordered id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_id: Option<QuestionId>,
    /// `input` (the default) or `approval`.
    #[serde(default)]
    pub kind: QuestionKind,
    /// The text of the question.
    #[schema(example = "Which region?")]
    pub text: String,
    /// The facts for an answer, such as the arguments of the call to approve: any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// The JSON schema (2020-12) of the answer. Default: any JSON. An approval has a schema of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub schema: Option<Value>,
    /// The call, the task or the step that asks. Default: the session as a whole.
    #[serde(default, skip_serializing_if = "Asker::is_session")]
    pub asker: Asker,
    /// The names of the keys and the ids of the agents that alone may answer. Default: the session's owner and
    /// orchestrator. Administrators may always answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answerers: Vec<String>,
    /// The time until it expires, such as `24h`. Default: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "24h")]
    pub timeout: Option<Span>,
    /// The answer if it expires: any JSON that keeps the schema.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

impl From<AskQuestion> for sessiond_core::AskQuestion {
    fn from(wire: AskQuestion) -> Self {
        Self {
            id: wire.question_id,
            kind: wire.kind,
            text: wire.text,
            details: wire.details,
            schema: wire.schema,
            asker: wire.asker,
            answerers: wire.answerers,
            timeout: wire.timeout,
            default: wire.default,
        }
    }
}

/// Answers a question.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerQuestion {
    /// The answer: any JSON that keeps the question's schema. An approval needs an object with `approved`, a boolean,
    /// and optionally a `comment`.
    #[schema(example = json!({ "approved": true }))]
    pub answer: Value,
}

/// Withdraws a question.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawQuestion {
    /// The reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A question and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// Its id.
    pub question_id: QuestionId,
    /// Its session.
    pub session_id: SessionId,
    /// `input` or `approval`.
    pub kind: QuestionKind,
    /// The text of the question.
    pub text: String,
    /// The facts for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// The JSON schema of the answer; absent if any JSON is an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub schema: Option<Value>,
    /// The call, the task or the step that asks; absent if the session as a whole does.
    #[serde(default, skip_serializing_if = "Asker::is_session")]
    pub asker: Asker,
    /// The names of the keys and the ids of the agents that alone may answer; absent if the session's owner and
    /// orchestrator may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answerers: Vec<String>,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The answer if it expires.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// `open`, `answered`, `expired` or `withdrawn`.
    pub status: QuestionStatus,
    /// The key or the agent that asked.
    pub asked_by: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The number of the event that asked it.
    pub revision: u64,
    /// The answer; the default if it expired.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// The key or the agent that answered or withdrew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
    /// When it was answered or closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Why it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Question {
    /// The view of a question of that session.
    pub fn view(session: &SessionId, core: &sessiond_core::Question) -> Self {
        let asked = core.asked.clone();
        let schema = match asked.kind {
            QuestionKind::Approval => Some(questions::approval_schema()),
            QuestionKind::Input => asked.schema,
        };
        Self {
            question_id: asked.question_id,
            session_id: session.clone(),
            kind: asked.kind,
            text: asked.text,
            details: asked.details,
            schema,
            asker: asked.asker,
            answerers: asked.answerers,
            deadline: asked.deadline,
            default: asked.default,
            status: core.status,
            asked_by: core.asked_by.clone(),
            asked_at: core.asked_at,
            revision: core.seq,
            answer: core.answer.clone(),
            closed_by: core.closed_by.clone(),
            closed_at: core.closed_at,
            reason: core.reason.clone(),
        }
    }
}

/// How to read a question.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GetQuestion {
    /// How long to wait while it is open, such as `30s`. Default: no wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Span>,
}

/// Which questions of a session to list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSessionQuestions {
    /// Only questions with this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<QuestionStatus>,
    /// The maximum number of rows, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The `next_cursor` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which open questions of all sessions to list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuestions {
    /// About how many rows, up to 1000. The questions of one session are never split. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The `next_cursor` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A page of questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuestionPage {
    /// The questions.
    pub questions: Vec<Question>,
    /// The `cursor` of the next page; null on the last page.
    pub next_cursor: Option<String>,
}
