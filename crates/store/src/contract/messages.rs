//! Messages, those that were acknowledged and dead letters included.

use async_trait::async_trait;
use sessiond_core::{AgentId, MessageId};

use super::Error;
use crate::records::{MessageQuery, MessageRecord, Page};

/// Messages as they are kept.
#[async_trait]
pub trait Messages: Send + Sync {
    /// One message of an inbox.
    async fn message(
        &self,
        recipient: &AgentId,
        message_id: &MessageId,
    ) -> Result<Option<MessageRecord>, Error>;

    /// Messages. A page ends before [`PAGE_BYTES`](sessiond_core::limits::PAGE_BYTES) like one of events; its cursor
    /// tells whether there are more.
    async fn messages(&self, query: MessageQuery) -> Result<Page<MessageRecord>, Error>;
}
