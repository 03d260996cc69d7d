//! Sessions, from their beginning to their end.

use std::pin::Pin;

use async_trait::async_trait;
use futures_util::Stream;
use sessiond_api::{self as api, Problem};
use sessiond_core::SessionId;

use crate::Conditions;

/// The lines of an export, each without its newline: a header, then one event a line.
pub type Export = Pin<Box<dyn Stream<Item = Result<String, Problem>> + Send>>;

/// The text of an export.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// JSON Lines, as an export gives them.
    pub lines: String,
    /// Another id than the exported session's; the import is then a fork.
    pub session_id: Option<SessionId>,
}

/// Operations on whole sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Creates a session.
    async fn create_session(
        &self,
        request: api::CreateSession,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Reads a session.
    async fn session(&self, id: &SessionId) -> Result<api::Session, Problem>;
    /// Lists the sessions that the caller may see.
    async fn sessions(&self, query: api::ListSessions) -> Result<api::SessionPage, Problem>;
    /// Counts all sessions; for an administrator.
    async fn counts(&self) -> Result<api::Counts, Problem>;
    /// Changes name, labels or expiry.
    async fn update_session(
        &self,
        id: &SessionId,
        request: api::UpdateSession,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Deletes a session with everything that belongs to it.
    async fn delete_session(&self, id: &SessionId, conditions: Conditions) -> Result<(), Problem>;
    /// Issues another token of a session. The one before it opens nothing any more.
    async fn issue_token(&self, id: &SessionId, conditions: Conditions) -> Result<api::IssuedToken, Problem>;
    /// Completes a session.
    async fn complete_session(
        &self,
        id: &SessionId,
        request: api::Complete,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Terminates a session, and those that belong to it.
    async fn terminate_session(
        &self,
        id: &SessionId,
        request: api::Terminate,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Fails a session whose work could not be done, and those that belong to it.
    async fn fail_session(
        &self,
        id: &SessionId,
        request: api::FailSession,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Retries what failed in a session: all of it, one step, or one task. A failed session continues.
    async fn retry_session(
        &self,
        id: &SessionId,
        request: api::Retry,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Continues with a copy of a session.
    async fn fork_session(
        &self,
        id: &SessionId,
        request: api::Fork,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Exports the whole journal as JSON Lines.
    async fn export_session(&self, id: &SessionId) -> Result<Export, Problem>;
    /// Imports an exported journal.
    async fn import_session(&self, import: Import, conditions: Conditions) -> Result<api::Imported, Problem>;
    /// Reads the executive summary, in Markdown.
    async fn summary(&self, id: &SessionId) -> Result<String, Problem>;
}
