//! Questions: what a session needs to know from a person, or from another program.

use axum::extract::State;
use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Questions as _;
use sessiond_core::{QuestionId, SessionId};

use crate::app::App;
use crate::extract::{At, Caller, Conditions, Json, OptionalJson, Query};
use crate::respond::{self, Answer};

/// Ask a question.
///
/// The same question under the same id is asked once: a program that runs again gets the question that it asked before.
#[utoipa::path(post, path = operations::ASK_QUESTION.path, tag = "questions", request_body = api::AskQuestion,
    responses((status = 201, description = "The question.", body = api::Question)))]
pub(super) async fn ask_question(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::AskQuestion>,
) -> Answer {
    let question = client.ask_question(&id, request, conditions).await?;
    let location = operations::GET_QUESTION.at(&[id.as_str(), question.question_id.as_str()]);
    respond::created(&location, question)
}

/// List a session's questions, oldest first.
#[utoipa::path(get, path = operations::LIST_SESSION_QUESTIONS.path, tag = "questions",
    params(api::ListSessionQuestions),
    responses((status = 200, description = "A page of questions.", body = api::QuestionPage)))]
pub(super) async fn list_session_questions(
    Caller(client): Caller,
    At(id): At<SessionId>,
    Query(query): Query<api::ListSessionQuestions>,
) -> Answer {
    respond::ok(client.session_questions(&id, query).await?)
}

/// List the open questions of all sessions that the key may see.
#[utoipa::path(get, path = operations::LIST_QUESTIONS.path, tag = "questions", params(api::ListQuestions),
    responses((status = 200, description = "A page of questions.", body = api::QuestionPage)))]
pub(super) async fn list_questions(
    Caller(client): Caller,
    Query(query): Query<api::ListQuestions>,
) -> Answer {
    respond::ok(client.questions(query).await?)
}

/// Read a question, optionally waiting for its answer.
#[utoipa::path(get, path = operations::GET_QUESTION.path, tag = "questions", params(api::GetQuestion),
    responses((status = 200, description = "The question.", body = api::Question)))]
pub(super) async fn get_question(
    State(app): State<App>,
    Caller(client): Caller,
    At((id, question)): At<(SessionId, QuestionId)>,
    Query(query): Query<api::GetQuestion>,
) -> Answer {
    respond::ok(app.unless_shutdown(client.question(&id, &question, query)).await?)
}

/// Answer a question.
#[utoipa::path(post, path = operations::ANSWER_QUESTION.path, tag = "questions",
    request_body = api::AnswerQuestion,
    responses((status = 200, description = "The question after the change.", body = api::Question)))]
pub(super) async fn answer_question(
    Caller(client): Caller,
    At((id, question)): At<(SessionId, QuestionId)>,
    conditions: Conditions,
    Json(request): Json<api::AnswerQuestion>,
) -> Answer {
    respond::ok(client.answer_question(&id, &question, request, conditions).await?)
}

/// Withdraw a question that nobody needs the answer of any more.
#[utoipa::path(post, path = operations::WITHDRAW_QUESTION.path, tag = "questions",
    request_body = Option<api::WithdrawQuestion>,
    responses((status = 200, description = "The question after the change.", body = api::Question)))]
pub(super) async fn withdraw_question(
    Caller(client): Caller,
    At((id, question)): At<(SessionId, QuestionId)>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::WithdrawQuestion>,
) -> Answer {
    respond::ok(client.withdraw_question(&id, &question, request, conditions).await?)
}
