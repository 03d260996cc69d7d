//! The questions of sessions.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{QuestionId, SessionId};

use crate::Conditions;

/// Operations on questions.
#[async_trait]
pub trait Questions: Send + Sync {
    /// Asks a question. The same question under the same id is asked once.
    async fn ask_question(
        &self,
        id: &SessionId,
        request: api::AskQuestion,
        conditions: Conditions,
    ) -> Result<api::Question, Problem>;
    /// Lists a session's questions, in the order in which they were asked.
    async fn session_questions(
        &self,
        id: &SessionId,
        query: api::ListSessionQuestions,
    ) -> Result<api::QuestionPage, Problem>;
    /// Lists the open questions of all sessions that the caller may see; the newest session comes first.
    async fn questions(&self, query: api::ListQuestions) -> Result<api::QuestionPage, Problem>;
    /// Reads a question; while it is open, waits as long as the query says.
    async fn question(
        &self,
        id: &SessionId,
        question: &QuestionId,
        query: api::GetQuestion,
    ) -> Result<api::Question, Problem>;
    /// Answers a question.
    async fn answer_question(
        &self,
        id: &SessionId,
        question: &QuestionId,
        request: api::AnswerQuestion,
        conditions: Conditions,
    ) -> Result<api::Question, Problem>;
    /// Withdraws a question.
    async fn withdraw_question(
        &self,
        id: &SessionId,
        question: &QuestionId,
        request: api::WithdrawQuestion,
        conditions: Conditions,
    ) -> Result<api::Question, Problem>;
}
