//! `sessiond aggregate`.

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::{AgentId, SessionId, TaskStatus};

use super::input::{agents, pair, read_input, sets, words};
use super::{Common, Context, complete, find};
use crate::client::Missing;
use crate::output::{Column, Details, Output, Table, cells};

/// Combine the results of several agents into one
#[derive(Debug, Args)]
#[command(
    after_help = "By default it combines the results of the completed tasks of a step; FILE contains the body of \
POST /aggregations instead.

Examples:
  sessiond aggregate sess_0198f3 --step review
  sessiond aggregate sess_0198f3 --step review --method specialist_priority --specialists claude-code://qa
  sessiond aggregate --file results.json --json | jq .unified_result"
)]
pub struct Aggregate {
    /// The session whose results are combined, or the beginning of its id
    #[arg(value_name = "SESSION", required_unless_present = "file", add = complete::sessions())]
    session: Option<SessionId>,
    /// Only the results of this step
    #[arg(long, value_name = "STEP", requires = "session")]
    step: Option<String>,
    /// Only the results of tasks of this type
    #[arg(long = "type", value_name = "TYPE", requires = "session")]
    task_type: Option<String>,
    /// The method
    #[arg(long, value_parser = words::<api::SynthesisMethod>(sets::SYNTHESIS_METHODS), default_value = "consensus", conflicts_with = "file")]
    method: api::SynthesisMethod,
    /// An agent's weight; repeatable
    #[arg(long = "weight", value_name = "AGENT=NUMBER", value_parser = weight, conflicts_with = "file")]
    weights: Vec<(String, f64)>,
    /// The specialists in order of priority, separated by commas
    #[arg(long, value_name = "AGENTS", value_parser = agents, conflicts_with = "file")]
    specialists: Option<std::vec::Vec<AgentId>>,
    /// The request as JSON; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "session")]
    file: Option<String>,
    #[command(flatten)]
    common: Common,
}

fn weight(text: &str) -> Result<(String, f64), String> {
    let (agent, number) =
        pair(text).map_err(|_| "write AGENT=NUMBER, such as claude-code://qa=2".to_owned())?;
    let number = number.parse().map_err(|_| format!("'{number}' is not a number"))?;
    Ok((agent, number))
}

impl Aggregate {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out: Output| {
            let request = match &self.file {
                Some(file) => {
                    let text = read_input(file)?;
                    api::parse::<api::Aggregate>(text.as_bytes()).with_context(|| format!("in {file}"))?
                }
                None => self.request(client).await?,
            };
            let aggregation = client.aggregate(request, Conditions::default()).await?;
            out.thing(&aggregation, &aggregation.aggregation_id, |out| show(out, &aggregation))?;
            Ok(())
        };
        context.with_client(Missing::Refuse, work).await
    }

    /// A request with the results of a session's completed tasks.
    async fn request(&self, client: &Client) -> anyhow::Result<api::Aggregate> {
        let session = find::maybe_session(client, self.session.as_ref()).await?;
        let session = session.context("name a session, or a --file")?;
        let mut results = Vec::new();
        let mut cursor = None;
        loop {
            let query = api::ListTasks {
                status: Some(TaskStatus::Completed),
                step: self.step.clone(),
                cursor,
                ..api::ListTasks::default()
            };
            let page = client.session_tasks(&session, query).await?;
            results.extend(
                page.tasks
                    .into_iter()
                    .filter(|task| self.task_type.as_ref().is_none_or(|wanted| *wanted == task.task_type)),
            );
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let Some(first) = results.first() else {
            anyhow::bail!(
                "{session} has no completed tasks like that: `sessiond task list --session {session}` shows its tasks"
            );
        };
        let task_type = self.task_type.clone().unwrap_or_else(|| first.task_type.clone());
        let agent_results = results
            .into_iter()
            .map(|task| json!({ "agent_id": task.assignee, "result": task.result.unwrap_or(Value::Null) }))
            .collect::<Vec<_>>();
        let weights = (!self.weights.is_empty()).then(|| self.weights.iter().cloned().collect());
        Ok(api::Aggregate {
            session_id: session,
            task_type,
            agent_results: serde_json::from_value(Value::Array(agent_results))?,
            synthesis_method: self.method,
            weights,
            specialist_agents: self.specialists.clone().unwrap_or_default(),
        })
    }
}

fn show(out: &Output, aggregation: &api::Aggregation) -> std::io::Result<()> {
    let mut details = Details::new();
    details.row("aggregation", &aggregation.aggregation_id);
    details.row("confidence", format!("{:.2}", aggregation.confidence_score));
    details.row("result", &aggregation.unified_result);
    let failed: Vec<&str> = aggregation.failed_agents.iter().map(AsRef::as_ref).collect();
    details.some("failed agents", (!failed.is_empty()).then(|| failed.join(" ")));
    for recommendation in &aggregation.recommendations {
        details.row("recommendation", recommendation);
    }
    out.details(&details)?;
    if aggregation.conflicts.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let mut table = Table::new([
        Column::id("CONFLICT"),
        Column::text("CHOSEN").kept(),
        Column::word("RESOLVED"),
        Column::text("VALUES"),
    ]);
    for conflict in &aggregation.conflicts {
        let values: Vec<String> = conflict
            .values
            .iter()
            .map(|value| {
                let agents: Vec<&str> = value.agents.iter().map(AsRef::as_ref).collect();
                format!("{} ({})", value.value, agents.join(", "))
            })
            .collect();
        let resolved = if conflict.unresolved.is_none() { "yes" } else { "no" };
        let field = if conflict.field.is_empty() { "(all)" } else { conflict.field.as_str() };
        table.row(cells![field, &conflict.chosen, resolved, values.join("; ")]);
    }
    out.table(&table)
}
