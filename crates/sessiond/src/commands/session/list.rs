//! `sessiond session list`.

use clap::Args;
use sessiond_api::{ListSessions, SessionSort};
use sessiond_client::Client;
use sessiond_core::{Kind, Status, Timestamp};

use super::state;
use crate::commands::input::{past, sets, words};
use crate::commands::{Common, Paging};
use crate::output::{Column, Noun, Output, Table, cells};

/// List the sessions that this key may see, newest first by default
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session list --status active
  sessiond session list --label team=backend --limit 20
  sessiond session list --updated-since 1h --sort updated
  sessiond session list --json | jq -r '.sessions[].session_id'")]
pub struct List {
    /// Only sessions with this status
    #[arg(long, value_parser = words::<Status>(sets::STATUSES))]
    status: Option<Status>,
    /// Only sessions of this kind
    #[arg(long, value_parser = words::<Kind>(sets::KINDS))]
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
    /// Only sessions created at this time or later: 2025-02-02T11:00:00Z, or 24h for a day ago
    #[arg(long, alias = "created-since", value_name = "TIME", value_parser = past)]
    since: Option<Timestamp>,
    /// Only sessions created before this time
    #[arg(long, alias = "created-until", value_name = "TIME", value_parser = past)]
    until: Option<Timestamp>,
    /// Only sessions last changed at this time or later
    #[arg(long, value_name = "TIME", value_parser = past)]
    updated_since: Option<Timestamp>,
    /// Only sessions last changed before this time
    #[arg(long, value_name = "TIME", value_parser = past)]
    updated_until: Option<Timestamp>,
    /// The order: newest first, last changed first, or by name [default: created]
    #[arg(long, value_name = "ORDER", value_parser = words::<SessionSort>(sets::ORDERS))]
    sort: Option<SessionSort>,
    /// The opposite order, such as oldest first
    #[arg(long)]
    reverse: bool,
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    common: Common,
}

impl List {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let query = ListSessions {
            status: self.status,
            kind: self.kind,
            waiting: self.waiting.then_some(true),
            label: self.label,
            owner: self.owner,
            q: self.search,
            created_since: self.since,
            created_until: self.until,
            updated_since: self.updated_since,
            updated_until: self.updated_until,
            sort: self.sort,
            reverse: self.reverse.then_some(true),
            ..ListSessions::default()
        };
        let read = |limit, cursor| client.sessions(ListSessions { limit, cursor, ..query.clone() });
        let page = self.paging.read(read).await?;
        let mut table = Table::new([
            Column::id("SESSION"),
            Column::word("KIND"),
            Column::word("STATUS").kept(),
            Column::word("PROGRESS"),
            Column::word("OPEN TASKS"),
            Column::word("CHANGED"),
            Column::id("ORCHESTRATOR").wide(),
            Column::text("OWNER").wide(),
            Column::word("REVISION").wide(),
            Column::word("CREATED").wide(),
            Column::text("LABELS").wide(),
            Column::text("NAME").kept(),
        ]);
        for session in &page.sessions {
            let open_tasks = match session.total_tasks {
                0 => "-".to_owned(),
                _ => session.open_tasks.to_string(),
            };
            let labels: Vec<String> =
                session.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
            table.row(cells![
                &session.session_id,
                session.kind,
                out.state(Noun::Session, state(session.status, session.open_questions)),
                session.progress.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
                open_tasks,
                out.time(session.updated_at),
                session.orchestrator.as_ref().map_or("-", |agent| agent.as_str()),
                &session.owner,
                session.revision,
                out.time(session.created_at),
                labels.join(" "),
                session.name.as_deref().unwrap_or_default(),
            ]);
        }
        out.list(&page, &table, format_args!("no sessions in {}", client.location()))?;
        out.more(page.next_cursor.as_ref());
        Ok(())
    }
}
