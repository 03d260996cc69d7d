//! Questions: asked by agents and programs, answered by people and models.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_client::Conditions;
use sessiond_core::{AgentId, Asker, Fence, QuestionId, QuestionKind, SessionId, Span, TaskId};

use crate::mcp::Mcp;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuestions {
    /// Only this session's. Default: all sessions that you may see.
    #[schemars(with = "Option<String>")]
    session_id: Option<SessionId>,
    /// About how many. Default: 100.
    limit: Option<usize>,
    /// The next_cursor of the previous page.
    cursor: Option<String>,
}

pub(super) async fn list_questions(mcp: &Mcp, input: ListQuestions) -> Result<api::QuestionPage, Problem> {
    let ListQuestions { session_id, limit, cursor } = input;
    match session_id {
        Some(id) => {
            let status = Some(sessiond_core::QuestionStatus::Open);
            mcp.client().session_questions(&id, api::ListSessionQuestions { status, limit, cursor }).await
        }
        None => mcp.client().questions(api::ListQuestions { limit, cursor }).await,
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskQuestion {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// The text of the question.
    text: String,
    /// Whether you ask for an approval: the answer then has `approved`. Default: false.
    #[serde(default)]
    approval: bool,
    /// The facts for an answer.
    details: Option<Map<String, Value>>,
    /// The JSON schema of the answer; not for an approval.
    schema: Option<Map<String, Value>>,
    /// The task that you ask for.
    #[schemars(with = "Option<String>")]
    task_id: Option<TaskId>,
    /// The time until it expires, such as 24h. Default: it does not expire.
    #[schemars(with = "Option<String>")]
    timeout: Option<Span>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn ask_question(mcp: &Mcp, input: AskQuestion) -> Result<api::Question, Problem> {
    let request = api::AskQuestion {
        kind: if input.approval { QuestionKind::Approval } else { QuestionKind::Input },
        text: input.text,
        details: input.details.map(Value::Object),
        schema: input.schema.map(Value::Object),
        asker: Asker { task_id: input.task_id, ..Asker::default() },
        timeout: input.timeout,
        ..api::AskQuestion::default()
    };
    let conditions =
        Conditions { agent: mcp.actor(input.agent_id).ok(), fence: input.fence, ..Conditions::default() };
    mcp.client().ask_question(&input.session_id, request, conditions).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerQuestion {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// The question.
    #[schemars(with = "String")]
    question_id: QuestionId,
    /// The answer: any JSON that keeps the question's schema. For an approval, an object with `approved` and maybe a
    /// `comment`.
    answer: Value,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn answer_question(mcp: &Mcp, input: AnswerQuestion) -> Result<api::Question, Problem> {
    let request = api::AnswerQuestion { answer: input.answer };
    let conditions =
        Conditions { agent: mcp.actor(input.agent_id).ok(), fence: input.fence, ..Conditions::default() };
    mcp.client().answer_question(&input.session_id, &input.question_id, request, conditions).await
}
