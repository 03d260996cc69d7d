//! `sessiond session watch`.

use clap::Args;
use futures_util::StreamExt as _;
use serde_json::json;
use sessiond_client::{Client, WatchItem};

use super::events::describe;
use super::state;
use crate::commands::One;
use crate::output::{Output, printable};

/// Print a session's events as they happen, until it ends
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session watch sess_0198f3              from now on
  sessiond session watch sess_0198f3 --after 0    from its beginning
  sessiond session watch sess_0198f3 --json       one JSON document a line")]
pub struct Watch {
    /// Start after this event; 0 starts at the beginning
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
    #[command(flatten)]
    one: One,
}

impl Watch {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let mut watch = client.watch(&self.one.find(client).await?, self.after).await?;
        while let Some(item) = watch.next().await {
            match item? {
                WatchItem::Snapshot(session) if out.json => {
                    out.json_line(&json!({ "snapshot": session }))?;
                }
                WatchItem::Snapshot(session) => {
                    let name = printable(session.name.as_deref().unwrap_or("no name"));
                    out.line(format_args!(
                        "{} ({name}) is {} at revision {}",
                        session.session_id,
                        state(session.status, session.open_questions),
                        session.revision
                    ))?;
                }
                WatchItem::Event(event) if out.json => out.json_line(&event)?,
                WatchItem::Event(event) => {
                    let time = event.time.to_string();
                    // A person who watches knows the day; the zone is UTC, as in all texts.
                    let clock = match out.is_terminal() {
                        true => time.get(11..).unwrap_or(&time),
                        false => &time,
                    };
                    out.line(format_args!("{:>6}  {clock}  {}", event.seq, describe(&event)))?;
                }
                WatchItem::Gap { after, first } if out.json => {
                    out.json_line(&json!({ "gap": { "after": after, "first": first } }))?;
                }
                WatchItem::Gap { after, first } => {
                    out.line(format_args!(
                        "events {} to {} are no longer kept",
                        after + 1,
                        first.saturating_sub(1)
                    ))?;
                }
            }
        }
        Ok(())
    }
}
