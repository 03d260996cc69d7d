//! `sessiond spool`.

use std::path::Path;

use anyhow::bail;
use clap::{Args, Subcommand};
use sessiond_core::SessionId;
use sessiond_recording::spool::{self, Waiting};

use super::{Connection, Context};
use crate::config::Flags;
use crate::output::Output;

/// List, send and drop records that wait for a server
#[derive(Debug, Args)]
#[command(
    after_help = "A program with SESSIOND_URL records on this machine's disk and sends the records from there. Records \
that it could not send are sent by the next program in the same directory with the same server and key, \
or by this command.

Examples:
  sessiond spool list
  sessiond spool send
  sessiond spool drop sess_0198f3"
)]
pub struct Spool {
    #[command(subcommand)]
    command: SpoolCommand,
}

#[derive(Debug, Subcommand)]
enum SpoolCommand {
    /// List the waiting sessions
    #[command(after_help = "Examples:
  sessiond spool list
  sessiond spool list --json")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Send the waiting sessions; fails if some still wait afterwards
    #[command(after_help = "Examples:
  sessiond spool send
  SESSIOND_API_KEY=… sessiond spool send --url https://sessiond.example.com")]
    Send {
        #[command(flatten)]
        common: Common,
    },
    /// Drop a waiting session: the server never receives the rest
    #[command(after_help = "Examples:
  sessiond spool list
  sessiond spool drop sess_0198f3")]
    Drop {
        /// The session's id, as `spool list` shows it
        session_id: SessionId,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
struct Common {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Which spool")]
    connection: Connection,
}

impl Spool {
    fn common(&self) -> &Common {
        match &self.command {
            SpoolCommand::List { common }
            | SpoolCommand::Send { common }
            | SpoolCommand::Drop { common, .. } => common,
        }
    }

    pub fn flags(&self) -> Flags {
        self.common().connection.flags()
    }

    pub fn json(&self) -> bool {
        self.common().json
    }

    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let config = &context.config;
        let dir = Path::new(config.get("data_dir").unwrap_or_default());
        let (url, key) = (config.get("url"), config.get("api_key"));
        match self.command {
            SpoolCommand::List { .. } => {
                let mut waiting = spool::waiting(dir).await?;
                waiting.retain(|session| url.is_none_or(|url| url.trim_end_matches('/') == session.server));
                show(&context.out, &waiting)
            }
            SpoolCommand::Send { .. } => {
                let waiting = spool::send(dir, url, key).await?;
                if waiting.is_empty() && !context.out.json {
                    return Ok(context.out.line("nothing waits any more")?);
                }
                show(&context.out, &waiting)?;
                match waiting.len() {
                    0 => Ok(()),
                    1 => bail!("1 session still waits"),
                    several => bail!("{several} sessions still wait"),
                }
            }
            SpoolCommand::Drop { session_id, .. } => {
                spool::drop_session(dir, &session_id).await?;
                if context.out.json {
                    context.out.json(&serde_json::json!({ "dropped": session_id }))
                } else {
                    Ok(context.out.line(format_args!("{session_id} is dropped"))?)
                }
            }
        }
    }
}

fn show(out: &Output, waiting: &[Waiting]) -> anyhow::Result<()> {
    if out.json {
        return out.json(&serde_json::json!({ "waiting": waiting }));
    }
    if waiting.is_empty() {
        eprintln!("no session waits for a server");
        return Ok(());
    }
    let mut table = out.table(&["SESSION", "EVENTS", "SERVER", "WHY"]);
    for Waiting { session_id, server, events, why } in waiting {
        let why = why.clone().unwrap_or_default();
        table.add_row([session_id.to_string(), events.to_string(), server.clone(), why]);
    }
    Ok(out.print(&mut table)?)
}
