//! Kept answers.

use sessiond_core::{SessionId, Timestamp};

/// The answer to a request, kept so that the same request has one effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The session that gave it: it goes with that session. None when no session did.
    pub session_id: Option<SessionId>,
    /// Whose request, and of which kind.
    pub scope: String,
    /// The caller's key.
    pub key: String,
    /// What the request said; another request under the same key is a mistake of the caller.
    pub digest: [u8; 32],
    /// The answer, in the engine's own JSON.
    pub body: String,
    /// When.
    pub at: Timestamp,
}
