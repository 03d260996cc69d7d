//! What a caller is told of a command.

use std::sync::Arc;

use sessiond_core::{Receipt, Session};

/// The answer to a command.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The state after the command, which is durable.
    pub session: Arc<Session>,
    /// What else the caller is told.
    pub receipt: Receipt,
    /// Whether the same request was done before, and this is the answer that it got then.
    pub repeated: bool,
}

impl Reply {
    pub(crate) fn new(session: Arc<Session>, receipt: Receipt) -> Self {
        Self { session, receipt, repeated: false }
    }
}
