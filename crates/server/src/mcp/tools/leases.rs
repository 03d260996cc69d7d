//! Leases: the right to be the only process that acts as an agent.

use schemars::JsonSchema;
use serde::Deserialize;
use sessiond_api as api;
use sessiond_api::{Problem, operations};
use sessiond_client::Conditions;
use sessiond_core::{AgentId, Fence, SessionId, Span};
use sessiond_engine::{Ids as _, System};

use super::views::Released;
use crate::mcp::Mcp;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldLease {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// How long it lasts without a renewal, such as 10m; required to claim a lease.
    #[schemars(with = "Option<String>")]
    ttl: Option<Span>,
    /// The fencing token of a lease that you hold, to renew the lease.
    fence: Option<Fence>,
    /// The name of your process, with which it can claim the lease again after losing the token. Default: generated.
    holder: Option<String>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
}

pub(super) async fn hold_lease(mcp: &Mcp, input: HoldLease) -> Result<api::ClaimedLease, Problem> {
    let agent = mcp.actor(input.agent_id)?;
    match (input.fence, input.ttl) {
        (Some(fence), None) => {
            mcp.allowed(&operations::RENEW_LEASE)?;
            mcp.client().renew_lease(&input.session_id, &agent, api::RenewLease { fence }).await
        }
        (None, Some(ttl)) => {
            let holder = input.holder.unwrap_or_else(|| format!("mcp_{:032x}", System.nonce()));
            let conditions = Conditions { agent: Some(agent.clone()), ..Conditions::default() };
            mcp.client()
                .claim_lease(&input.session_id, &agent, api::ClaimLease { holder, ttl }, conditions)
                .await
        }
        _ => Err(Problem::invalid("/ttl", "name either ttl, to claim the lease, or fence, to renew it")),
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseLease {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// The lease's token, from hold_lease.
    fence: Fence,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
}

pub(super) async fn release_lease(mcp: &Mcp, input: ReleaseLease) -> Result<Released, Problem> {
    let agent = mcp.actor(input.agent_id)?;
    let conditions =
        Conditions { agent: Some(agent.clone()), fence: Some(input.fence), ..Conditions::default() };
    mcp.client().release_lease(&input.session_id, &agent, conditions).await?;
    Ok(Released { agent_id: agent, released: true })
}
