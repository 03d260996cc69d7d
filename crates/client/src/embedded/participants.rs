//! What the operations on participants are to the engine.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{AgentId, Command, SessionId, participants};

use super::{Embedded, problem};
use crate::Conditions;
use crate::traits::Participants;

#[async_trait]
impl Participants for Embedded {
    async fn add_participant(
        &self,
        id: &SessionId,
        request: api::AddParticipant,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("add_participant {id}"), &request)?;
        let command = Command::Participants(participants::Command::Add(request.into()));
        self.change(id, accepted, command).await
    }

    async fn remove_participant(
        &self,
        id: &SessionId,
        agent: &AgentId,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("remove_participant {id}"), agent)?;
        let command = Command::Participants(participants::Command::Remove { agent: agent.clone() });
        self.change(id, accepted, command).await
    }

    async fn claim_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::ClaimLease,
        conditions: Conditions,
    ) -> Result<api::ClaimedLease, Problem> {
        let accepted = self.accept(conditions, &format!("claim_lease {agent} {id}"), &request)?;
        let api::ClaimLease { holder, ttl } = request;
        let command =
            Command::Participants(participants::Command::ClaimLease { agent: agent.clone(), holder, ttl });
        let reply = self.execute(id, accepted, command).await?;
        let fence = reply.receipt.fence().unwrap_or_default();
        Ok(api::ClaimedLease {
            agent_id: agent.clone(),
            fence,
            expires_at: reply.session.updated_at.after(ttl),
        })
    }

    async fn renew_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::RenewLease,
    ) -> Result<api::ClaimedLease, Problem> {
        let renewed = self.engine.renew_lease(&self.principal, id, agent, request.fence).await;
        let expires_at = renewed.map_err(problem)?;
        Ok(api::ClaimedLease { agent_id: agent.clone(), fence: request.fence, expires_at })
    }

    async fn release_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        conditions: Conditions,
    ) -> Result<(), Problem> {
        let accepted = self.accept(conditions, &format!("release_lease {id}"), agent)?;
        let command = Command::Participants(participants::Command::ReleaseLease { agent: agent.clone() });
        self.execute(id, accepted, command).await.map(drop)
    }
}
