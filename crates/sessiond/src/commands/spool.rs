//! `sessiond spool`.

use std::path::Path;

use anyhow::bail;
use clap::{Args, Subcommand};
use sessiond_core::SessionId;
use sessiond_recording::spool::{self, Waiting};

use super::{Common, Consent, Context, Named, Silence, find};
use crate::output::{Column, Output, Table, cells};

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
        /// The session's id, or the beginning of it
        #[arg(value_name = "SESSION")]
        session_id: SessionId,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        common: Common,
    },
}

impl Spool {
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
            SpoolCommand::Drop { session_id, consent, .. } => {
                let waiting = spool::waiting(dir).await?;
                let ids = waiting.iter().map(|session| session.session_id.as_str());
                let found = find::among("session", session_id.as_str(), ids)?;
                let typed = session_id;
                let session_id = found.map_or_else(|| Ok(typed.clone()), SessionId::parse)?;
                let named = Named { typed: typed.as_str(), whole: session_id.as_str() };
                consent.to(
                    &format!("Drop the records of {session_id} that wait?"),
                    Silence::Agrees,
                    named,
                )?;
                spool::drop_session(dir, &session_id).await?;
                let view = serde_json::json!({ "dropped": session_id });
                context.out.done(&view, &session_id, format_args!("{session_id} is dropped"))
            }
        }
    }
}

fn show(out: &Output, waiting: &[Waiting]) -> anyhow::Result<()> {
    let mut table = Table::new([
        Column::id("SESSION"),
        Column::word("EVENTS").kept(),
        Column::text("SERVER"),
        Column::text("WHY"),
    ]);
    for Waiting { session_id, server, events, why } in waiting {
        table.row(cells![session_id, events, server, why.as_deref().unwrap_or_default()]);
    }
    out.list(&serde_json::json!({ "waiting": waiting }), &table, "no session waits for a server")
}
