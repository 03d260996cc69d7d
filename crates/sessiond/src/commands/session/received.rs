//! `sessiond session signals` and `telemetry`.

use clap::Args;
use sessiond_api as api;
use sessiond_client::Client;
use sessiond_core::Span;

use super::short;
use crate::commands::One;
use crate::output::{Column, Output, Table, cells};

/// Rows of a page when all are read.
const PAGE: usize = 1000;

/// List the signals that were sent to a session, oldest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session signals sess_0198f3
  sessiond session signals sess_0198f3 --name price --after 120 --wait 30s")]
pub struct Signals {
    /// Only signals with this name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Only signals after this event
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,
    /// How long to wait for the first signal, such as 30s
    #[arg(long, value_name = "TIME")]
    wait: Option<Span>,
    /// Maximum number of signals
    #[arg(long, value_name = "COUNT", default_value_t = 100, conflicts_with = "all")]
    limit: usize,
    /// Read all pages
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    one: One,
}

impl Signals {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.find(client).await?;
        let limit = Some(if self.all { PAGE } else { self.limit });
        let query = api::ListSignals { name: self.name, after: Some(self.after), wait: self.wait, limit };
        let mut page = client.signals(&id, query.clone()).await?;
        while self.all
            && let Some(after) = page.next_after.take()
        {
            let query = api::ListSignals { after: Some(after), wait: None, ..query.clone() };
            let next = client.signals(&id, query).await?;
            page.signals.extend(next.signals);
            page.next_after = next.next_after;
        }
        let mut table = Table::new([
            Column::id("SIGNAL").kept(),
            Column::word("EVENT"),
            Column::word("SENT"),
            Column::text("BY"),
            Column::text("VALUE").kept(),
        ]);
        for signal in &page.signals {
            table.row(cells![
                &signal.name,
                signal.revision,
                out.time(signal.sent_at),
                &signal.sent_by,
                short(&signal.value, 400)
            ]);
        }
        out.list(&page, &table, format_args!("{id} has received no signals"))?;
        out.more_after(page.next_after);
        Ok(())
    }
}

/// List the telemetry of a session, oldest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session telemetry sess_0198f3
  sessiond session telemetry sess_0198f3 --series loss --all --json | jq '.points[].value'")]
pub struct Telemetry {
    /// Only points of this series
    #[arg(long, value_name = "NAME")]
    series: Option<String>,
    /// Only points after the one of this number
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
    /// Maximum number of points
    #[arg(long, value_name = "COUNT", default_value_t = 100, conflicts_with = "all")]
    limit: usize,
    /// Read all pages
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    one: One,
}

impl Telemetry {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.find(client).await?;
        let limit = Some(if self.all { PAGE } else { self.limit });
        let query = api::ListPoints { series: self.series, after: self.after, limit };
        let mut page = client.points(&id, query.clone()).await?;
        while self.all
            && let Some(after) = page.next_cursor.take()
        {
            let next = client.points(&id, api::ListPoints { after: Some(after), ..query.clone() }).await?;
            page.points.extend(next.points);
            page.next_cursor = next.next_cursor;
        }
        let mut table = Table::new([
            Column::word("NUMBER"),
            Column::word("TIME"),
            Column::id("SERIES").kept(),
            Column::word("STEP"),
            Column::word("VALUE").kept(),
            Column::text("TEXT"),
        ]);
        for point in &page.points {
            table.row(cells![
                point.id,
                out.time(point.time),
                &point.series,
                point.step.map_or_else(|| "-".to_owned(), |step| step.to_string()),
                point.value.map_or_else(|| "-".to_owned(), |value| value.to_string()),
                point.text.as_deref().unwrap_or_default(),
            ]);
        }
        out.list(&page, &table, format_args!("{id} has no telemetry"))?;
        out.more_after(page.next_cursor);
        Ok(())
    }
}
