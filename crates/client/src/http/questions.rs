//! The questions of sessions.

use std::time::Duration;

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::{QuestionId, SessionId};

use super::Http;
use crate::Conditions;
use crate::traits::Questions;

#[async_trait]
impl Questions for Http {
    async fn ask_question(
        &self,
        id: &SessionId,
        request: api::AskQuestion,
        conditions: Conditions,
    ) -> Result<api::Question, Problem> {
        self.request(&operations::ASK_QUESTION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn session_questions(
        &self,
        id: &SessionId,
        query: api::ListSessionQuestions,
    ) -> Result<api::QuestionPage, Problem> {
        self.request(&operations::LIST_SESSION_QUESTIONS, &[id.as_str()]).query(&query).read().await
    }

    async fn questions(&self, query: api::ListQuestions) -> Result<api::QuestionPage, Problem> {
        self.request(&operations::LIST_QUESTIONS, &[]).query(&query).read().await
    }

    async fn question(
        &self,
        id: &SessionId,
        question: &QuestionId,
        query: api::GetQuestion,
    ) -> Result<api::Question, Problem> {
        let wait = query.wait.map(Duration::from).unwrap_or_default();
        self.request(&operations::GET_QUESTION, &[id.as_str(), question.as_str()])
            .query(&query)
            .waiting(wait)
            .read()
            .await
    }

    async fn answer_question(
        &self,
        id: &SessionId,
        question: &QuestionId,
        request: api::AnswerQuestion,
        conditions: Conditions,
    ) -> Result<api::Question, Problem> {
        self.request(&operations::ANSWER_QUESTION, &[id.as_str(), question.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn withdraw_question(
        &self,
        id: &SessionId,
        question: &QuestionId,
        request: api::WithdrawQuestion,
        conditions: Conditions,
    ) -> Result<api::Question, Problem> {
        self.request(&operations::WITHDRAW_QUESTION, &[id.as_str(), question.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }
}
