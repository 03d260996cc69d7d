//! The conversations of sessions with their assistants.

use std::time::Duration;

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::{Assistant, SessionId, TurnId};

use super::{Http, follow};
use crate::Conditions;
use crate::traits::{Conversation, TurnFollow};

#[async_trait]
impl Conversation for Http {
    async fn add_turn(
        &self,
        id: &SessionId,
        request: api::AddTurn,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem> {
        self.request(&operations::ADD_TURN, &[id.as_str()]).conditions(conditions).json(&request).read().await
    }

    async fn turns(&self, id: &SessionId, query: api::ListTurns) -> Result<api::TurnPage, Problem> {
        self.request(&operations::LIST_TURNS, &[id.as_str()]).query(&query).read().await
    }

    async fn turn(&self, id: &SessionId, turn: &TurnId, query: api::GetTurn) -> Result<api::Turn, Problem> {
        let wait = query.wait.map(Duration::from).unwrap_or_default();
        self.request(&operations::GET_TURN, &[id.as_str(), turn.as_str()])
            .query(&query)
            .waiting(wait)
            .read()
            .await
    }

    async fn follow_turn(&self, id: &SessionId, turn: &TurnId) -> Result<TurnFollow, Problem> {
        follow::open(self.clone(), id, turn).await
    }

    async fn retry_turn(
        &self,
        id: &SessionId,
        turn: &TurnId,
        request: api::RetryTurn,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem> {
        self.request(&operations::RETRY_TURN, &[id.as_str(), turn.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn stop_turn(
        &self,
        id: &SessionId,
        turn: &TurnId,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem> {
        self.request(&operations::STOP_TURN, &[id.as_str(), turn.as_str()])
            .conditions(conditions)
            .read()
            .await
    }

    async fn stop_turns(&self, id: &SessionId, conditions: Conditions) -> Result<api::Session, Problem> {
        self.request(&operations::STOP_TURNS, &[id.as_str()]).conditions(conditions).read().await
    }

    async fn move_head(
        &self,
        id: &SessionId,
        request: api::MoveHead,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::MOVE_HEAD, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn set_assistant(
        &self,
        id: &SessionId,
        assistant: Assistant,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::SET_ASSISTANT, &[id.as_str()])
            .conditions(conditions)
            .json(&assistant)
            .read()
            .await
    }

    async fn clear_conversation(
        &self,
        id: &SessionId,
        request: api::ClearConversation,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::CLEAR_CONVERSATION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }
}
