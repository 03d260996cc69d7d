//! `sessiond task delegate`.

use anyhow::Context as _;
use clap::Args;
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::{AgentId, Priority, RetryPolicy, Span};

use crate::commands::input::{agents, json_argument, sets, words};
use crate::commands::{One, complete};
use crate::output::Output;

/// Delegate a task to a participant of a session
#[derive(Debug, Args)]
#[command(after_help = "Prints the task's id.

Examples:
  sessiond task delegate sess_0198f3 implementation --to opencode://backend \\
      --payload '{\"component\": \"notification-service\"}' --timeout 300s --max-retries 1
  sessiond task delegate sess_0198f3 review --to claude-code://qa --payload @task.json --step review")]
pub struct Delegate {
    #[command(flatten)]
    one: One,
    /// The type of work
    #[arg(value_name = "TYPE")]
    task_type: String,
    /// The agent that is to do it; a participant
    #[arg(long, value_name = "AGENT", add = complete::agents())]
    to: AgentId,
    /// The agent that delegates, and receives the result
    #[arg(long, value_name = "AGENT", add = complete::agents())]
    from: Option<AgentId>,
    /// The input: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", default_value = "{}", hide_default_value = true)]
    payload: String,
    /// The step that it belongs to [default: the active step that waits for the agent]
    #[arg(long, value_name = "STEP")]
    step: Option<String>,
    /// Its priority
    #[arg(long, value_parser = words::<Priority>(sets::PRIORITIES), default_value = "medium")]
    priority: Priority,
    /// The time limit of one attempt once it is accepted [default: 300s]
    #[arg(long, value_name = "TIME")]
    timeout: Option<Span>,
    /// The time in which an attempt must be accepted [default: 24h]
    #[arg(long, value_name = "TIME")]
    start_within: Option<Span>,
    /// The longest time without a report on an attempt that is in progress
    #[arg(long, value_name = "TIME")]
    heartbeat: Option<Span>,
    /// Maximum number of retries
    #[arg(long, value_name = "COUNT")]
    max_retries: Option<u32>,
    /// The agents that receive it next if the agent fails for good, separated by commas
    #[arg(long, value_name = "AGENTS", value_parser = agents)]
    fallback: Option<std::vec::Vec<AgentId>>,
}

impl Delegate {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let session = self.one.find(client).await?;
        let request = api::DelegateTask {
            task_type: self.task_type,
            delegatee: self.to,
            delegator: self.from,
            payload: json_argument(&self.payload).context("--payload")?,
            step: self.step,
            priority: self.priority,
            timeout: self.timeout,
            start_within: self.start_within,
            heartbeat: self.heartbeat,
            retry_policy: self
                .max_retries
                .map(|max_retries| RetryPolicy { max_retries, ..RetryPolicy::default() }),
            fallback_agents: self.fallback.unwrap_or_default(),
        };
        let task = client.delegate_task(&session, request, Conditions::default()).await?;
        out.done(&task, &task.task_id, &task.task_id)
    }
}
