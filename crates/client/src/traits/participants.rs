//! Participants of a session, and their leases.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{AgentId, SessionId};

use crate::Conditions;

/// Operations on participants and their leases.
#[async_trait]
pub trait Participants: Send + Sync {
    /// Adds a participant.
    async fn add_participant(
        &self,
        id: &SessionId,
        request: api::AddParticipant,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Removes a participant.
    async fn remove_participant(
        &self,
        id: &SessionId,
        agent: &AgentId,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Claims the right to write in a participant's name.
    async fn claim_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::ClaimLease,
        conditions: Conditions,
    ) -> Result<api::ClaimedLease, Problem>;
    /// Renews a lease for as long again.
    async fn renew_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::RenewLease,
    ) -> Result<api::ClaimedLease, Problem>;
    /// Releases a lease; `conditions.fence` is its token.
    async fn release_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        conditions: Conditions,
    ) -> Result<(), Problem>;
}
