//! The conversations of sessions with their assistants.

use std::pin::Pin;

use async_trait::async_trait;
use futures_util::Stream;
use sessiond_api::{self as api, Problem};
use sessiond_core::{Assistant, SessionId, ToolUse, TurnId};

use crate::Conditions;

/// What a reader of a turn sees.
#[derive(Debug, Clone, PartialEq)]
pub enum TurnItem {
    /// It waits, after so many others.
    Queued {
        /// How many turns come before it.
        before: usize,
    },
    /// More of the answer.
    Text {
        /// The bytes of the answer before it: what the reader has beyond them is void.
        offset: usize,
        /// The text.
        text: String,
    },
    /// More of the model's reasoning.
    Reasoning {
        /// The bytes of the reasoning before it. After a broken connection it begins at 0 again.
        offset: usize,
        /// The text.
        text: String,
    },
    /// The model calls a tool, or the tool gave a result. After a broken connection it comes again.
    Tool(Box<ToolUse>),
    /// The connection to the server broke, and is made again. The embedded client has none.
    Away(Problem),
    /// The turn has ended.
    Ended(Box<api::Turn>),
}

/// A live view of a turn: all of its answer so far, then the rest as it comes. Its last item is the end, or a problem. To drop it
/// stops nothing. The HTTP client reconnects by itself and continues from its cursor.
pub type TurnFollow = Pin<Box<dyn Stream<Item = Result<TurnItem, Problem>> + Send>>;

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
    /// Follows a turn to its end.
    async fn follow_turn(&self, id: &SessionId, turn: &TurnId) -> Result<TurnFollow, Problem>;
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
