//! `sessiond participant`.

use clap::{Args, Subcommand};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::AgentId;

use super::session::participants;
use super::{Consent, Context, One, Silence, complete};
use crate::client::Missing;
use crate::output::Output;

/// List, add and remove the participants of a session
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond participant list sess_0198f3
  sessiond participant add sess_0198f3 opencode://backend --role implementer
  sessiond participant remove sess_0198f3 opencode://backend")]
pub struct Participant {
    #[command(subcommand)]
    command: ParticipantCommand,
}

#[derive(Debug, Subcommand)]
enum ParticipantCommand {
    /// List the participants, including those that have left
    #[command(after_help = "Example:
  sessiond participant list sess_0198f3")]
    List {
        #[command(flatten)]
        one: One,
    },
    /// Add a participant
    #[command(after_help = "Example:
  sessiond participant add sess_0198f3 opencode://backend --role implementer")]
    Add {
        #[command(flatten)]
        one: One,
        /// The agent
        #[arg(value_name = "AGENT", add = complete::agents())]
        agent: AgentId,
        /// Its role, such as implementer, reviewer, tester or observer
        #[arg(long, value_name = "ROLE")]
        role: String,
    },
    /// Remove a participant; its open tasks are cancelled
    #[command(after_help = "Example:
  sessiond participant remove sess_0198f3 opencode://backend --yes")]
    Remove {
        #[command(flatten)]
        one: One,
        /// The agent
        #[arg(value_name = "AGENT", add = complete::agents())]
        agent: AgentId,
        #[command(flatten)]
        consent: Consent,
    },
}

impl Participant {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out| perform(self.command, client, out).await;
        context.with_client(Missing::Refuse, work).await
    }
}

async fn perform(command: ParticipantCommand, client: &Client, out: Output) -> anyhow::Result<()> {
    match command {
        ParticipantCommand::List { one } => {
            let session = one.view(client).await?;
            let page = serde_json::json!({
                "session_id": session.session_id, "participants": session.participants
            });
            let nobody = format_args!("{} has no participants", session.session_id);
            out.list(&page, &participants(&out, &session.participants), nobody)
        }
        ParticipantCommand::Add { one, agent, role } => {
            let id = one.find(client).await?;
            let request = api::AddParticipant { agent_id: agent.clone(), role, framework: None };
            let session = client.add_participant(&id, request, Conditions::default()).await?;
            out.done(&session, &agent, format_args!("{agent} takes part in {id}"))
        }
        ParticipantCommand::Remove { one, agent, consent } => {
            let id = one.find(client).await?;
            consent.to(&format!("Remove {agent} from {id}?"), Silence::Refuses, one.named(&id))?;
            let session = client.remove_participant(&id, &agent, Conditions::default()).await?;
            out.done(&session, &agent, format_args!("{agent} is removed from {id}"))
        }
    }
}
