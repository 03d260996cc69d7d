//! The conditions of a request.

use sessiond_core::{AgentId, Fence, Revision};

/// The conditions of a request. `Conditions::default()` has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    /// The same request with the same key has one effect and one answer, for 24 hours. The HTTP client makes up a key for
    /// every operation that needs one, so that its own retries are safe.
    pub idempotency_key: Option<String>,
    /// The revision that the caller decided on; a newer session rejects the change as `revision_stale`.
    pub expected_revision: Option<Revision>,
    /// The fencing token of the lease that the caller holds.
    pub fence: Option<Fence>,
    /// The agent that the caller acts as, where the request itself names none.
    pub agent: Option<AgentId>,
}

impl Conditions {
    /// Only if the session is at this revision.
    pub fn expecting(revision: Revision) -> Self {
        Self { expected_revision: Some(revision), ..Self::default() }
    }

    /// Once for this key.
    pub fn once(key: impl Into<String>) -> Self {
        Self { idempotency_key: Some(key.into()), ..Self::default() }
    }
}
