//! `sessiond context`.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sessiond_api::{self as api, Code, EventBody, Problem};
use sessiond_client::{Client, Conditions, ContextView};
use sessiond_core::{Revision, SessionId};

use super::input::{json_argument, value_argument};
use super::session::short;
use super::{Consent, Context, One, Silence};
use crate::client::Missing;
use crate::output::{Column, Output, Table, cells};

/// Read and change the shared context of a session
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond context get sess_0198f3
  sessiond context set sess_0198f3 branch feature/notifications
  sessiond context patch sess_0198f3 '{\"branch\": \"main\", \"draft\": null}'
  sessiond context history sess_0198f3")]
pub struct ContextCommand {
    #[command(subcommand)]
    command: Subcommands,
}

/// How often a member is set in a document that others change meanwhile.
const ATTEMPTS: u32 = 5;

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Print the shared context, or one value of it
    #[command(after_help = "Examples:
  sessiond context get sess_0198f3
  sessiond context get sess_0198f3 branch
  sessiond context get sess_0198f3 /report/totals/files")]
    Get {
        #[command(flatten)]
        one: One,
        /// A member's name, or a JSON pointer
        #[arg(value_name = "KEY")]
        key: Option<String>,
    },
    /// Set a member of the shared context, or replace all of it
    #[command(after_help = "Examples:
  sessiond context set sess_0198f3 branch main
  sessiond context set sess_0198f3 limits '{\"retries\": 3}'
  sessiond context set sess_0198f3 --all @context.json")]
    Set {
        #[command(flatten)]
        one: One,
        /// A member's name
        #[arg(value_name = "KEY", required_unless_present = "all", requires = "value")]
        key: Option<String>,
        /// Its value: JSON, @FILE, or - for standard input; anything that is not JSON is a text
        #[arg(value_name = "VALUE")]
        value: Option<String>,
        /// The whole new context as JSON, or @FILE
        #[arg(long, value_name = "JSON", conflicts_with = "key")]
        all: Option<String>,
        /// Only if the session is still at this revision
        #[arg(long, value_name = "REVISION")]
        revision: Option<Revision>,
        #[command(flatten)]
        consent: Consent,
    },
    /// Change the shared context by a merge patch (RFC 7396): null removes a member
    #[command(after_help = "Examples:
  sessiond context patch sess_0198f3 '{\"branch\": \"main\", \"draft\": null}'
  sessiond context patch sess_0198f3 @patch.json")]
    Patch {
        #[command(flatten)]
        one: One,
        /// The patch: JSON, @FILE, or - for standard input
        #[arg(value_name = "PATCH")]
        patch: String,
        /// Only if the session is still at this revision
        #[arg(long, value_name = "REVISION")]
        revision: Option<Revision>,
    },
    /// List the changes of the shared context, oldest first
    #[command(after_help = "Examples:
  sessiond context history sess_0198f3
  sessiond context history sess_0198f3 --json | jq '.events[].data'")]
    History {
        #[command(flatten)]
        one: One,
    },
}

impl ContextCommand {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out| perform(self.command, client, out).await;
        context.with_client(Missing::Refuse, work).await
    }
}

async fn perform(command: Subcommands, client: &Client, out: Output) -> anyhow::Result<()> {
    let at = |revision| Conditions { expected_revision: revision, ..Conditions::default() };
    match command {
        Subcommands::Get { one, key } => {
            let id = one.find(client).await?;
            let document = client.context(&id).await?.document;
            let Some(key) = key else { return out.json(&*document) };
            let value = match key.starts_with('/') {
                true => document.pointer(&key),
                false => document.get(&key),
            };
            let value = value.with_context(|| format!("the shared context of {id} has no \"{key}\""))?;
            match value {
                // A text alone is of use to a shell.
                Value::String(text) if !out.json => Ok(out.lines_of(text)?),
                value => out.json(value),
            }
        }
        Subcommands::Set { one, key, value, all, revision, consent } => {
            let id = one.find(client).await?;
            let view = match (key, value, all) {
                (Some(key), Some(value), _) => {
                    set(client, &id, key, value_argument(&value)?, revision).await?
                }
                (_, _, all) => {
                    let document = json_argument(&all.unwrap_or_default()).context("--all")?;
                    consent.to(
                        &format!("Replace the whole shared context of {id}?"),
                        Silence::Agrees,
                        one.named(&id),
                    )?;
                    client.replace_context(&id, document, at(revision)).await?
                }
            };
            told(out, &id, &view)
        }
        Subcommands::Patch { one, patch, revision } => {
            let id = one.find(client).await?;
            let patch = json_argument(&patch).context("PATCH")?;
            told(out, &id, &client.patch_context(&id, patch, at(revision)).await?)
        }
        Subcommands::History { one } => history(client, out, &one.find(client).await?).await,
    }
}

/// Sets a member as a whole. A merge patch would merge an object into the one that is there, and take null for a removal: such a
/// member is set in a copy of the document, which replaces the one that was read, unless somebody has changed it meanwhile.
async fn set(
    client: &Client,
    id: &SessionId,
    key: String,
    value: Value,
    revision: Option<Revision>,
) -> Result<ContextView, Problem> {
    let at = |revision| Conditions { expected_revision: revision, ..Conditions::default() };
    if !(value.is_object() || value.is_null()) {
        return client.patch_context(id, json!({ key: value }), at(revision)).await;
    }
    let mut attempts = 0;
    loop {
        let view = client.context(id).await?;
        let mut document = (*view.document).clone();
        if let Some(members) = document.as_object_mut() {
            members.insert(key.clone(), value.clone());
        }
        attempts += 1;
        match client.replace_context(id, document, at(Some(revision.unwrap_or(view.revision)))).await {
            Err(problem)
                if problem.code == Code::RevisionStale && revision.is_none() && attempts < ATTEMPTS => {}
            done => return done,
        }
    }
}

fn told(out: Output, id: &SessionId, view: &ContextView) -> anyhow::Result<()> {
    let said = format!("the shared context of {id} is changed, at revision {}", view.revision);
    out.done(&json!({ "session_id": id, "revision": view.revision, "document": *view.document }), id, said)
}

/// The events that changed the context, from the first that is kept.
async fn history(client: &Client, out: Output, id: &SessionId) -> anyhow::Result<()> {
    let mut events = Vec::new();
    let mut after = Some(0);
    while let Some(seq) = after {
        let query = api::ListEvents { after: Some(seq), limit: Some(1000) };
        let page = client.events(id, query).await?;
        after = page.next_cursor;
        events.extend(page.events.into_iter().filter(|event| event.kind == "context_updated"));
    }
    let mut table = Table::new([
        Column::word("REVISION"),
        Column::word("CHANGED").kept(),
        Column::text("BY"),
        Column::text("CHANGE").kept(),
    ]);
    for event in &events {
        let change = match event.body() {
            Ok(EventBody::ContextUpdated(update)) => super::session::context_change(&update),
            _ => String::new(),
        };
        table.row(cells![event.seq, out.time(event.time), &event.actor, short(&json!(change), 400)]);
    }
    let page = json!({ "session_id": id, "events": events });
    out.list(
        &page,
        &table,
        format_args!("the shared context of {id} has not changed since the session was created"),
    )
}
