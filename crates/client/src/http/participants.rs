//! Participants of a session, and their leases.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::{AgentId, SessionId};

use super::Http;
use crate::Conditions;
use crate::traits::Participants;

#[async_trait]
impl Participants for Http {
    async fn add_participant(
        &self,
        id: &SessionId,
        request: api::AddParticipant,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::ADD_PARTICIPANT, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn remove_participant(
        &self,
        id: &SessionId,
        agent: &AgentId,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::REMOVE_PARTICIPANT, &[id.as_str(), agent.as_str()])
            .conditions(conditions)
            .read()
            .await
    }

    async fn claim_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::ClaimLease,
        conditions: Conditions,
    ) -> Result<api::ClaimedLease, Problem> {
        self.request(&operations::CLAIM_LEASE, &[id.as_str(), agent.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn renew_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::RenewLease,
    ) -> Result<api::ClaimedLease, Problem> {
        self.request(&operations::RENEW_LEASE, &[id.as_str(), agent.as_str()]).json(&request).read().await
    }

    async fn release_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        conditions: Conditions,
    ) -> Result<(), Problem> {
        self.request(&operations::RELEASE_LEASE, &[id.as_str(), agent.as_str()])
            .conditions(conditions)
            .done()
            .await
    }
}
