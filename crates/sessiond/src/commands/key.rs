//! `sessiond key`.

use clap::{Args, Subcommand, ValueEnum};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::{AgentPattern, Span};
use sessiond_engine::{Clock as _, System};

use super::{Common, Consent, Context, Named, Silence, complete, find};
use crate::client::Missing;
use crate::output::{Column, Noun, Output, Table, cells, printable, word};

/// Create, list and revoke keys
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond key create --name ops --role admin
  sessiond key create --name backend --role agent --agent 'opencode://*' --expires-in 720h
  sessiond key list
  sessiond key revoke key_0198f3")]
pub struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Create a key; its secret is shown only once
    #[command(after_help = "Examples:
  sessiond key create --name ops --role admin
  sessiond key create --name backend --role agent --agent 'opencode://*' --expires-in 720h")]
    Create {
        /// The key's name, which owns the sessions that it creates
        #[arg(long)]
        name: String,
        /// The key's role
        #[arg(long, value_enum)]
        role: Role,
        /// An agent that it may act as: an id, or a prefix that ends in *; repeatable
        #[arg(long = "agent", value_name = "AGENT")]
        agents: Vec<String>,
        /// How long it is valid, such as 720h [default: without limit]
        #[arg(long, value_name = "TIME")]
        expires_in: Option<Span>,
        #[command(flatten)]
        common: Common,
    },
    /// List the keys, without their secrets
    #[command(after_help = "Examples:
  sessiond key list
  sessiond key list -o wide")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Revoke a key
    #[command(after_help = "Example:
  sessiond key revoke key_0198f3")]
    Revoke {
        /// The key's id, or the beginning of it
        #[arg(value_name = "KEY", add = complete::keys())]
        key_id: String,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    /// Everything
    Admin,
    /// Acts as the agents of its scope
    Agent,
    /// Owns sessions and works only on those
    Client,
}

impl Key {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let missing = match self.command {
            KeyCommand::Create { .. } => Missing::Create,
            _ => Missing::Refuse,
        };
        let work = async |client: &Client, out: Output| {
            match self.command {
                KeyCommand::Create { name, role, agents, expires_in, .. } => {
                    let role = match role {
                        Role::Admin => sessiond_core::Role::Admin,
                        Role::Agent => sessiond_core::Role::Agent,
                        Role::Client => sessiond_core::Role::Client,
                    };
                    let agents = agents.into_iter().map(AgentPattern).collect();
                    let request = api::CreateKey { name, role, agents, expires_in };
                    let created = client.create_key(request, Conditions::default()).await?;
                    out.thing(&created, &created.key.key_id, |out| {
                        // The secret alone goes to standard output, so that a script can take it.
                        eprintln!(
                            "{} is made. Its secret is shown this once:",
                            printable(&created.key.key_id)
                        );
                        out.line(&created.secret)
                    })?;
                }
                KeyCommand::List { .. } => {
                    let page = client.keys().await?;
                    let mut table = Table::new([
                        Column::id("KEY"),
                        Column::text("NAME").kept(),
                        Column::word("ROLE"),
                        Column::ids("AGENTS"),
                        Column::word("STATE").kept(),
                        Column::word("CREATED"),
                        Column::word("EXPIRES"),
                    ]);
                    for key in &page.keys {
                        let agents: Vec<&str> = key.agents.iter().map(|agent| agent.0.as_str()).collect();
                        let state = match (key.revoked_at, key.expires_at) {
                            (Some(_), _) => "revoked",
                            (None, Some(end)) if end <= System.now() => "expired",
                            (None, _) => "valid",
                        };
                        table.row(cells![
                            &key.key_id,
                            &key.name,
                            word(&key.role),
                            agents.join(" "),
                            out.state(Noun::Key, state),
                            out.time(key.created_at),
                            out.time_or(key.expires_at, "never"),
                        ]);
                    }
                    out.list(&page, &table, format_args!("no keys in {}", client.location()))?;
                }
                KeyCommand::Revoke { key_id, consent, .. } => {
                    let typed = key_id;
                    let key_id = find::key(client, &typed).await?;
                    let named = Named { typed: &typed, whole: &key_id };
                    consent.to(&format!("Revoke {key_id}?"), Silence::Agrees, named)?;
                    let key = client.revoke_key(&key_id).await?;
                    out.done(&key, &key_id, format_args!("{key_id} is revoked"))?;
                }
            }
            Ok(())
        };
        context.with_client(missing, work).await
    }
}
