//! The conversations of sessions with their assistants.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{Assistant, SessionId, TurnId};

use crate::Conditions;

/// Operations on conversations.
#[async_trait]
pub trait Conversation: Send + Sync {
    /// Sends a message to the assistant. Its turn begins when those before it have ended.
    async fn add_turn(
        &self,
        id: &SessionId,
        request: api::AddTurn,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem>;
    /// Lists turns.
    async fn turns(&self, id: &SessionId, query: api::ListTurns) -> Result<api::TurnPage, Problem>;
    /// Reads a turn, waiting for its end as long as the query says.
    async fn turn(&self, id: &SessionId, turn: &TurnId, query: api::GetTurn) -> Result<api::Turn, Problem>;
    /// Asks a turn's message again, or another one in its place.
    async fn retry_turn(
        &self,
        id: &SessionId,
        turn: &TurnId,
        request: api::RetryTurn,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem>;
    /// Stops a turn. One that has ended stays as it is.
    async fn stop_turn(
        &self,
        id: &SessionId,
        turn: &TurnId,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem>;
    /// Stops all turns that are open.
    async fn stop_turns(&self, id: &SessionId, conditions: Conditions) -> Result<api::Session, Problem>;
    /// Sets the turn that the next one follows.
    async fn move_head(
        &self,
        id: &SessionId,
        request: api::MoveHead,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Sets the assistant, as a whole.
    async fn set_assistant(
        &self,
        id: &SessionId,
        assistant: Assistant,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Removes all turns. Those that are open are stopped.
    async fn clear_conversation(
        &self,
        id: &SessionId,
        request: api::ClearConversation,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
}
