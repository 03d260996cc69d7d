//! `sessiond status`.

use clap::Args;
use serde_json::json;
use sessiond_api::{self as api, Code, Problem};
use sessiond_client::Client;
use sessiond_core::Role;

use super::{Common, Context};
use crate::client::Missing;
use crate::output::{Column, Details, Noun, Output, Table, cells, word};

/// Show whether the server can write, its version, and how many sessions it has
#[derive(Debug, Args)]
#[command(
    after_help = "The exit code is 1 if there is no server, or if it cannot write. Without a server it checks the \
local store.

Examples:
  sessiond status
  sessiond status --url http://127.0.0.1:8080
  sessiond status --json | jq .sessions.total"
)]
pub struct Status {
    #[command(flatten)]
    common: Common,
}

impl Status {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out: Output| {
            let health = client.ready().await?;
            let whoami = client.whoami().await?;
            let counts = match whoami.role {
                Role::Admin => Some(client.counts().await?),
                // Only an administrator may count all sessions.
                _ => None,
            };
            let waiting = match client.questions(api::ListQuestions { limit: Some(1000), cursor: None }).await
            {
                Ok(page) => Some((page.questions.len(), page.next_cursor.is_some())),
                // Who may see no questions is not told that there are none.
                Err(Problem { code: Code::Forbidden, .. }) => None,
                Err(problem) => return Err(problem.into()),
            };
            let location = client.location();
            let view = json!({
                "location": location,
                "status": health.status,
                "version": health.version,
                "key": whoami,
                "sessions": counts,
                "open_questions": waiting.map(|(count, _)| count),
                "more_open_questions": waiting.is_some_and(|(_, more)| more),
            });
            out.thing(&view, &location, |out| {
                let mut details = Details::new();
                details.row(context.place(), &location);
                details.row("status", out.state(Noun::Server, &health.status));
                details.row("version", &health.version);
                details.row("key", format!("{} ({})", whoami.name, word(&whoami.role)));
                details.some("sessions", counts.as_ref().map(|counts| counts.total));
                let counted = |(count, more)| format!("{count}{}", if more { " or more" } else { "" });
                details.some("open questions", waiting.map(counted));
                out.details(&details)?;
                let Some(counts) = counts.as_ref().filter(|counts| counts.total > 0) else { return Ok(()) };
                out.line("")?;
                let mut table = Table::new([
                    Column::word("KIND"),
                    Column::word("STATUS").kept(),
                    Column::word("SESSIONS").kept(),
                ]);
                for (kind, statuses) in &counts.sessions {
                    for (status, count) in statuses.iter().filter(|(_, count)| **count > 0) {
                        table.row(cells![kind, out.state(Noun::Session, status), count]);
                    }
                }
                out.table(&table)
            })?;
            Ok(())
        };
        context.with_client(Missing::Refuse, work).await
    }
}
