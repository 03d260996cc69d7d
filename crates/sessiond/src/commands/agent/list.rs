//! `sessiond agent list`, `show` and `remove`.

use clap::Args;
use sessiond_api as api;
use sessiond_client::Client;
use sessiond_core::AgentId;

use crate::client::Missing;
use crate::commands::{Common, Consent, Context, Named, Paging, Silence, complete};
use crate::output::{Column, Details, Noun, Output, Table, cells, word};

/// List the registered agents
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond agent list
  sessiond agent list -o wide
  sessiond agent list --capability rust
  sessiond agent list --json | jq -r '.agents[] | select(.status == \"gone\").agent_id'")]
pub struct List {
    /// Only agents whose capabilities name this, such as `rust`, or `languages:rust` within one member
    #[arg(long, value_name = "NAME")]
    capability: Option<String>,
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    common: Common,
}

impl List {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out: Output| {
            let query =
                |limit, cursor| api::ListAgents { capability: self.capability.clone(), limit, cursor };
            let page = self.paging.read(|limit, cursor| client.agents(query(limit, cursor))).await?;
            let mut table = Table::new([
                Column::id("AGENT"),
                Column::word("STATUS").kept(),
                Column::word("INBOX"),
                Column::word("TASKS"),
                Column::word("LAST SEEN").kept(),
                Column::word("FRAMEWORK").wide(),
                Column::word("REGISTERED").wide(),
                Column::text("OWNER"),
            ]);
            for agent in &page.agents {
                table.row(cells![
                    &agent.agent_id,
                    out.state(Noun::Agent, word(&agent.status)),
                    agent.inbox_depth,
                    agent.tasks.len(),
                    out.time_or(agent.last_seen, "never"),
                    &agent.framework,
                    out.time(agent.registered_at),
                    &agent.owner,
                ]);
            }
            out.list(&page, &table, format_args!("no agents in {}", client.location()))?;
            out.more(page.next_cursor.as_ref());
            Ok(())
        };
        context.with_client(Missing::Refuse, work).await
    }
}

/// Show an agent, its inbox and its open tasks
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond agent show opencode://backend
  sessiond agent show opencode://backend --json | jq .descriptor")]
pub struct Show {
    /// The agent's id
    #[arg(value_name = "AGENT", add = complete::agents())]
    id: AgentId,
    #[command(flatten)]
    common: Common,
}

impl Show {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out: Output| {
            let agent = client.agent(&self.id).await?;
            out.thing(&agent, &agent.agent_id, |out| show(out, &agent))?;
            Ok(())
        };
        context.with_client(Missing::Refuse, work).await
    }
}

fn show(out: &Output, agent: &api::Agent) -> std::io::Result<()> {
    let mut details = Details::new();
    details.row("agent", &agent.agent_id);
    details.row("status", out.state(Noun::Agent, word(&agent.status)));
    details.row("framework", &agent.framework);
    details.row("owner", &agent.owner);
    details.row("last seen", out.time_or(agent.last_seen, "never"));
    details.row("registered", out.time(agent.registered_at));
    details.row("inbox", agent.inbox_depth);
    details.some("latency", agent.latency_ms.map(|latency| format!("{latency:.0} ms")));
    details.some("capabilities", agent.descriptor.capabilities.as_ref());
    details.some("metadata", agent.descriptor.metadata.as_ref());
    if let Some(endpoints) = &agent.descriptor.endpoints {
        details.some("webhook", endpoints.http.as_ref());
    }
    if let Some(webhook) = &agent.webhook {
        let failing =
            webhook.last_error.as_ref().map(|error| format!("{} failures, {error}", webhook.failures));
        details.some("webhook fails", failing);
    }
    out.details(&details)?;
    if agent.tasks.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let mut table =
        Table::new([Column::id("OPEN TASK"), Column::word("STATUS").kept(), Column::id("SESSION")]);
    for task in &agent.tasks {
        table.row(cells![&task.task_id, out.state(Noun::Task, task.status), &task.session_id]);
    }
    out.table(&table)
}

/// Remove an agent and its inbox
#[derive(Debug, Args)]
#[command(after_help = "Its messages are deleted, and its open tasks wait for an agent of the same id.

Example:
  sessiond agent remove opencode://backend --yes")]
pub struct Remove {
    /// The agent's id
    #[arg(value_name = "AGENT", add = complete::agents())]
    id: AgentId,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    common: Common,
}

impl Remove {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out: Output| {
            let id = client.agent(&self.id).await?.agent_id;
            let named = Named { typed: self.id.as_str(), whole: id.as_str() };
            self.consent.to(
                &format!("Remove {id} and the messages in its inbox?"),
                Silence::Refuses,
                named,
            )?;
            client.delete_agent(&id).await?;
            let view = serde_json::json!({ "agent_id": id, "removed": true });
            out.done(&view, &id, format_args!("{id} is removed"))?;
            Ok(())
        };
        context.with_client(Missing::Refuse, work).await
    }
}
