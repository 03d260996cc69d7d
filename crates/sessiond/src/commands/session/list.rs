//! `sessiond session list`.

use clap::Args;
use sessiond_api::ListSessions;
use sessiond_client::Client;
use sessiond_core::{Kind, Status};

use super::{Common, state};
use crate::commands::words;
use crate::output::{Output, time};

/// List the sessions that this key may see, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session list --status active
  sessiond session list --label team=backend --limit 20
  sessiond session list --json | jq -r '.sessions[].session_id'")]
pub struct List {
    /// Only sessions with this status: active, completed, terminated, failed or expired
    #[arg(long, value_parser = words::<Status>)]
    status: Option<Status>,
    /// Only sessions of this kind: workflow, assistant, training, federated or execution
    #[arg(long, value_parser = words::<Kind>)]
    kind: Option<Kind>,
    /// Only sessions with a question that waits for an answer
    #[arg(long)]
    waiting: bool,
    /// Only sessions with this label: KEY or KEY=VALUE
    #[arg(long)]
    label: Option<String>,
    /// Only sessions of this owner
    #[arg(long)]
    owner: Option<String>,
    /// Only sessions whose id, name, client or orchestrator contains this text
    #[arg(long, short = 'q', value_name = "TEXT")]
    search: Option<String>,
    /// Maximum number of rows
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Cursor of the next page
    #[arg(long)]
    cursor: Option<String>,
    #[command(flatten)]
    pub common: Common,
}

impl List {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let page = client
            .sessions(ListSessions {
                status: self.status,
                kind: self.kind,
                waiting: self.waiting.then_some(true),
                label: self.label,
                owner: self.owner,
                q: self.search,
                limit: Some(self.limit),
                cursor: self.cursor,
                ..ListSessions::default()
            })
            .await?;
        if out.json {
            return out.json(&page);
        }
        if page.sessions.is_empty() {
            eprintln!("no sessions in {}", client.location());
            return Ok(());
        }
        let mut table =
            out.table(&["SESSION", "KIND", "STATUS", "PROGRESS", "OPEN TASKS", "CHANGED", "NAME"]);
        for session in &page.sessions {
            let open_tasks = match session.total_tasks {
                0 => "-".to_owned(),
                _ => session.open_tasks.to_string(),
            };
            table.add_row([
                session.session_id.as_str().into(),
                session.kind.to_string().into(),
                out.state(state(session.status, session.open_questions)),
                session.progress.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string).into(),
                open_tasks.into(),
                time(session.updated_at).into(),
                session.name.clone().unwrap_or_default().into(),
            ]);
        }
        out.print(&mut table)?;
        if let Some(cursor) = &page.next_cursor {
            eprintln!("there are more: --cursor {cursor}");
        }
        Ok(())
    }
}
