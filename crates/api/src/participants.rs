//! Participants and their leases.

use serde::{Deserialize, Serialize};
use sessiond_core::{AgentId, Lease, ParticipantStatus, Span, Timestamp};
use utoipa::ToSchema;

crate::operations::operations! {
    /// Adds a participant.
    ADD_PARTICIPANT = Operation::post("/sessions/{session_id}/participants").changes_a_session();
    /// Removes a participant.
    REMOVE_PARTICIPANT =
        Operation::delete("/sessions/{session_id}/participants/{agent_id}").changes_a_session();
    /// Claims a participant's lease.
    CLAIM_LEASE =
        Operation::post("/sessions/{session_id}/participants/{agent_id}/lease").changes_a_session();
    /// Renews a lease; the token is in the body.
    RENEW_LEASE = Operation::put("/sessions/{session_id}/participants/{agent_id}/lease");
    /// Releases a lease.
    RELEASE_LEASE =
        Operation::delete("/sessions/{session_id}/participants/{agent_id}/lease").changes_a_session();
}

/// A new participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddParticipant {
    /// The agent.
    #[schema(example = "opencode://backend")]
    pub agent_id: AgentId,
    /// Its role: `implementer`, `reviewer`, `tester`, `observer` or any other word.
    #[schema(example = "implementer")]
    pub role: String,
    /// Its framework. Default: the part of its id before `://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
}

impl From<AddParticipant> for sessiond_core::NewParticipant {
    fn from(wire: AddParticipant) -> Self {
        Self { agent_id: wire.agent_id, framework: wire.framework, role: wire.role }
    }
}

/// A participant of a session, current or former.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// The agent.
    pub agent_id: AgentId,
    /// Its framework.
    pub framework: String,
    /// Its role.
    pub role: String,
    /// Its status.
    pub status: ParticipantStatus,
    /// When it joined.
    pub join_time: Timestamp,
    /// When it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_time: Option<Timestamp>,
    /// The lease in its name, while one is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
}

impl From<&sessiond_core::Participant> for Participant {
    fn from(core: &sessiond_core::Participant) -> Self {
        Self {
            agent_id: core.agent_id.clone(),
            framework: core.framework.clone(),
            role: core.role.clone(),
            status: core.status,
            join_time: core.join_time,
            leave_time: core.leave_time,
            lease: core.lease.clone(),
        }
    }
}

/// Claims the lease of a participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimLease {
    /// The holder, such as a host name and a process id.
    #[schema(example = "host-1/4711")]
    pub holder: String,
    /// How long it lasts without a renewal.
    #[schema(example = "30s")]
    pub ttl: Span,
}

/// A claimed lease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClaimedLease {
    /// The participant.
    pub agent_id: AgentId,
    /// The fencing token, for the header `Fencing-Token` of each write.
    pub fence: u64,
    /// When it expires without a renewal.
    pub expires_at: Timestamp,
}

/// Renews a lease for another `ttl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewLease {
    /// Its fencing token.
    pub fence: u64,
}
