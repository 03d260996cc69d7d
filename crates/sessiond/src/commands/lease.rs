//! `sessiond lease`.

use clap::{Args, Subcommand};
use serde_json::json;
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::{AgentId, Fence, Span};

use super::{Context, One, complete};
use crate::client::Missing;
use crate::output::Output;

/// Claim, renew and release leases: of several processes of one agent, only the holder may write
#[derive(Debug, Args)]
#[command(after_help = "`sessiond participant list SESSION -o wide` shows who holds a lease.

Examples:
  sessiond lease claim sess_0198f3 opencode://backend --holder host-1/4711 --ttl 30s
  sessiond lease renew sess_0198f3 opencode://backend --fence 1
  sessiond lease release sess_0198f3 opencode://backend --fence 1")]
pub struct Lease {
    #[command(subcommand)]
    command: LeaseCommand,
}

#[derive(Debug, Subcommand)]
enum LeaseCommand {
    /// Claim the lease of a participant, and print its fencing token
    #[command(after_help = "When it expires, the agent's open tasks count as failed attempts.

Example:
  sessiond lease claim sess_0198f3 opencode://backend --holder host-1/4711 --ttl 30s")]
    Claim {
        #[command(flatten)]
        one: One,
        /// The agent
        #[arg(value_name = "AGENT", add = complete::agents())]
        agent: AgentId,
        /// The process that holds it, such as a host name and a process id
        #[arg(long, value_name = "NAME")]
        holder: String,
        /// How long it lasts without a renewal
        #[arg(long, value_name = "TIME", default_value = "30s")]
        ttl: Span,
    },
    /// Renew a lease for another ttl
    #[command(after_help = "Example:
  sessiond lease renew sess_0198f3 opencode://backend --fence 1")]
    Renew {
        #[command(flatten)]
        one: One,
        /// The agent
        #[arg(value_name = "AGENT", add = complete::agents())]
        agent: AgentId,
        /// Its fencing token
        #[arg(long, value_name = "NUMBER")]
        fence: Fence,
    },
    /// Release a lease
    #[command(after_help = "Example:
  sessiond lease release sess_0198f3 opencode://backend --fence 1")]
    Release {
        #[command(flatten)]
        one: One,
        /// The agent
        #[arg(value_name = "AGENT", add = complete::agents())]
        agent: AgentId,
        /// Its fencing token
        #[arg(long, value_name = "NUMBER")]
        fence: Fence,
    },
}

impl Lease {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out| perform(self.command, client, out).await;
        context.with_client(Missing::Refuse, work).await
    }
}

async fn perform(command: LeaseCommand, client: &Client, out: Output) -> anyhow::Result<()> {
    let held = |lease: &api::ClaimedLease| {
        let at = out.time(lease.expires_at);
        format!("{} has the fencing token {} until {at}", lease.agent_id, lease.fence)
    };
    match command {
        LeaseCommand::Claim { one, agent, holder, ttl } => {
            let id = one.find(client).await?;
            let request = api::ClaimLease { holder, ttl };
            let lease = client.claim_lease(&id, &agent, request, Conditions::default()).await?;
            out.done(&lease, lease.fence, held(&lease))
        }
        LeaseCommand::Renew { one, agent, fence } => {
            let id = one.find(client).await?;
            let lease = client.renew_lease(&id, &agent, api::RenewLease { fence }).await?;
            out.done(&lease, lease.fence, held(&lease))
        }
        LeaseCommand::Release { one, agent, fence } => {
            let id = one.find(client).await?;
            let conditions = Conditions { fence: Some(fence), ..Conditions::default() };
            client.release_lease(&id, &agent, conditions).await?;
            let view = json!({ "agent_id": agent, "released": true });
            out.done(&view, &agent, format_args!("the lease of {agent} is released"))
        }
    }
}
