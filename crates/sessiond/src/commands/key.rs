//! `sessiond key`.

use clap::{Args, Subcommand, ValueEnum};
use sessiond_api as api;
use sessiond_client::Conditions;
use sessiond_core::{AgentPattern, Span};

use super::{Connection, Context};
use crate::client::Missing;
use crate::config::Flags;
use crate::output::time;

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
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Revoke a key
    Revoke {
        /// The key's id, as `key list` shows it
        key_id: String,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
struct Common {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Which sessiond")]
    connection: Connection,
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
    fn common(&self) -> &Common {
        match &self.command {
            KeyCommand::Create { common, .. }
            | KeyCommand::List { common }
            | KeyCommand::Revoke { common, .. } => common,
        }
    }

    pub fn flags(&self) -> Flags {
        self.common().connection.flags()
    }

    pub fn json(&self) -> bool {
        self.common().json
    }

    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let missing = match self.command {
            KeyCommand::Create { .. } => Missing::Create,
            _ => Missing::Refuse,
        };
        let client = context.client(missing).await?;
        let out = context.out;
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
                if out.json {
                    out.json(&created)?;
                } else {
                    // The secret alone goes to standard output, so that a script can take it.
                    eprintln!("{} is made. Its secret is shown this once:", created.key.key_id);
                    out.line(&created.secret)?;
                }
            }
            KeyCommand::List { .. } => {
                let page = client.keys().await?;
                if out.json {
                    out.json(&page)?;
                } else {
                    let mut table = out.table(&["KEY", "NAME", "ROLE", "AGENTS", "STATE", "MADE", "EXPIRES"]);
                    for key in &page.keys {
                        let agents: Vec<&str> = key.agents.iter().map(|agent| agent.0.as_str()).collect();
                        let state = if key.revoked_at.is_some() { "revoked" } else { "valid" };
                        table.add_row([
                            key.key_id.clone().into(),
                            key.name.clone().into(),
                            format!("{:?}", key.role).to_lowercase().into(),
                            agents.join(" ").into(),
                            out.state(state),
                            time(key.created_at).into(),
                            key.expires_at.map_or_else(|| "never".to_owned(), time).into(),
                        ]);
                    }
                    out.print(&mut table)?;
                }
            }
            KeyCommand::Revoke { key_id, .. } => {
                let key = client.revoke_key(&key_id).await?;
                if out.json {
                    out.json(&key)?;
                } else {
                    out.line(format_args!("{key_id} is revoked"))?;
                }
            }
        }
        client.close().await;
        Ok(())
    }
}
