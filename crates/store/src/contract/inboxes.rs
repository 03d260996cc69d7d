//! Inboxes: delivery in order.

use async_trait::async_trait;
use sessiond_core::{AgentId, Timestamp};

use super::Error;
use crate::records::Inbox;

/// Inboxes.
///
/// A stream is what one sender sends in one session. Its messages *must* be due in the order of acceptance. Between
/// streams a message is due by the highest priority among itself and those that were accepted after it in its stream,
/// and then by acceptance. One that is not due yet, or is being delivered, holds up no other. A message *must* be handed
/// out with an attempt one higher than the last time, also after a restart, until it is acknowledged, withdrawn, or
/// dead; a delivery that is taken back unseen counts as none. A reader with an older fencing token *must* be refused.
#[async_trait]
pub trait Inboxes: Send + Sync {
    /// An inbox's state; an empty one when nothing was ever sent to it.
    async fn inbox(&self, agent_id: &AgentId, now: Timestamp) -> Result<Inbox, Error>;
}
