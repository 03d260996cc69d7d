//! Notices of what other processes write.

use sessiond_core::{AgentId, Revision, SessionId};

/// A notice that another process wrote to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A session went on, began or was deleted (revision 0), or has new telemetry points.
    Session(SessionId, Revision),
    /// An inbox has a message more, another reader, or is gone. Taking and acknowledging are not told.
    Inbox(AgentId),
    /// Timers were set or moved.
    Timers,
    /// Keys or agents changed.
    Registry,
    /// Notices were lost: look at everything again.
    All,
}
