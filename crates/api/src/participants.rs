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

/// An agent that is to take part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddParticipant {
    /// Who.
    #[schema(example = "opencode://backend")]
    pub agent_id: AgentId,
    /// What it does here: `implementer`, `reviewer`, `tester`, `observer` or any other word.
    #[schema(example = "implementer")]
    pub role: String,
    /// Its framework; the part of its id before `://` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
}

impl From<AddParticipant> for sessiond_core::NewParticipant {
    fn from(wire: AddParticipant) -> Self {
        Self { agent_id: wire.agent_id, framework: wire.framework, role: wire.role }
    }
}

/// One who takes part in a session, or did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// Who.
    pub agent_id: AgentId,
    /// Its framework.
    pub framework: String,
    /// What it does here.
    pub role: String,
    /// What it does now.
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

/// Takes the right to write in a participant's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimLease {
    /// Who takes it, such as a host name and a process id.
    #[schema(example = "host-1/4711")]
    pub holder: String,
    /// How long it lasts without a renewal.
    #[schema(example = "30s")]
    pub ttl: Span,
}

/// A lease that was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClaimedLease {
    /// In whose name.
    pub agent_id: AgentId,
    /// What to show with each write, in the header `Fencing-Token`.
    pub fence: u64,
    /// When it expires without a renewal.
    pub expires_at: Timestamp,
}

/// Renews a lease for as long again as it was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewLease {
    /// Its fencing token.
    pub fence: u64,
}
