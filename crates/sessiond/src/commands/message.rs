//! `sessiond message`.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use sessiond_client::{Client, Conditions};
use sessiond_core::{
    AgentId, DeliveryMode, Message as CoreMessage, MessageId, MessageType, Party, Priority, RetryPolicy,
    Routing, SessionId, Span, TaskId, Timestamp,
};
use sessiond_engine::{Clock as _, Ids as _, System};

use super::input::{json_argument, sets, words};
use super::{Common, Context, complete, find, inbox};
use crate::client::Missing;
use crate::output::Output;

/// Send and list messages between agents
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond message send --from claude-code://lead --to opencode://backend --session sess_0198f3 \\
      --payload '{\"task_type\": \"implementation\"}'
  sessiond message list opencode://backend --all")]
pub struct Message {
    #[command(subcommand)]
    command: MessageCommand,
}

#[derive(Debug, Subcommand)]
enum MessageCommand {
    List(inbox::List),
    Send(Box<Send>),
}

/// Send a message from one agent to another
#[derive(Debug, Args)]
#[command(
    after_help = "A task_request in a session is a task of that session. With --sync its result is printed.

Examples:
  sessiond message send --from claude-code://lead --to opencode://backend --session sess_0198f3 \\
      --payload '{\"task_type\": \"implementation\"}' --timeout 300s
  sessiond message send --from claude-code://lead --to opencode://backend --session sess_0198f3 \\
      --payload @task.json --sync
  sessiond message send --from claude-code://lead --to opencode://backend --type status_update --in 10m \\
      --payload '{\"text\": \"please look at the build\"}'"
)]
pub struct Send {
    /// The sender
    #[arg(long, value_name = "AGENT", add = complete::agents())]
    from: AgentId,
    /// The recipient
    #[arg(long, value_name = "AGENT", add = complete::agents())]
    to: AgentId,
    /// The type of the message
    #[arg(long = "type", value_name = "TYPE", value_parser = words::<MessageType>(sets::MESSAGE_TYPES), default_value = "task_request")]
    message_type: MessageType,
    /// The session that it belongs to
    #[arg(long, value_name = "SESSION", add = complete::sessions())]
    session: Option<SessionId>,
    /// The payload: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", default_value = "{}")]
    payload: String,
    /// The priority in the inbox
    #[arg(long, value_parser = words::<Priority>(sets::PRIORITIES), default_value = "medium")]
    priority: Priority,
    /// The step that a request belongs to
    #[arg(long)]
    step: Option<String>,
    /// The task that a response refers to
    #[arg(long, value_name = "TASK", add = complete::tasks())]
    task: Option<TaskId>,
    /// The message that this one responds to
    #[arg(long, value_name = "MESSAGE")]
    in_reply_to: Option<MessageId>,
    /// The time limit of one attempt, such as 300s
    #[arg(long, value_name = "TIME")]
    timeout: Option<Span>,
    /// Maximum number of retries
    #[arg(long, value_name = "COUNT")]
    max_retries: Option<u32>,
    /// Deliver it at this time, such as 2025-02-02T11:00:00Z, 30 days ahead at most
    #[arg(long, value_name = "TIME", conflicts_with = "sync")]
    deliver_at: Option<Timestamp>,
    /// Deliver it after this time, such as 10m
    #[arg(long = "in", value_name = "TIME", conflicts_with_all = ["deliver_at", "sync"])]
    deliver_in: Option<Span>,
    /// Wait for the response
    #[arg(long)]
    sync: bool,
    /// The message's id; a repeated id has no second effect
    #[arg(long, value_name = "ID")]
    id: Option<MessageId>,
    #[command(flatten)]
    common: Common,
}

impl Message {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out| match self.command {
            MessageCommand::List(command) => command.run(client, out).await,
            MessageCommand::Send(command) => command.run(client, out).await,
        };
        context.with_client(Missing::Refuse, work).await
    }
}

/// As much of a payload as a table may want.
pub fn payload_preview(payload: &Value) -> String {
    super::session::short(payload, 200)
}

impl Send {
    pub async fn run(mut self, client: &Client, out: Output) -> anyhow::Result<()> {
        self.session = find::maybe_session(client, self.session.as_ref()).await?;
        if let Some(task) = &self.task {
            self.task = Some(find::task(client, task).await?);
        }
        let sent = client.send_message(self.message()?, Conditions::default()).await?;
        let later = sent.deliver_at.map(|at| format!(", to be delivered at {at}")).unwrap_or_default();
        out.thing(&sent, &sent.message_id, |out| match (&sent.response, &sent.task_id) {
            (Some(response), _) => {
                let text = serde_json::to_string_pretty(response)?;
                out.text(&(crate::output::printable_json(&text) + "\n"))
            }
            (None, Some(task)) => {
                out.line(format_args!("{}: task {task} is {}{later}", sent.message_id, sent.status))
            }
            (None, None) => out.line(format_args!("{}: {}{later}", sent.message_id, sent.status)),
        })
    }

    fn message(self) -> anyhow::Result<CoreMessage> {
        let mut metadata = Map::new();
        metadata.extend(self.step.map(|step| ("step".to_owned(), Value::String(step))));
        metadata.extend(self.task.map(|task| ("task_id".to_owned(), json!(task))));
        let party = |agent: AgentId| {
            let mut party = Party::new(agent);
            party.session_id = self.session.clone();
            party
        };
        let message_id = match self.id {
            Some(id) => id,
            None => MessageId::parse(format!("msg_{:032x}", System.nonce()))?,
        };
        let now = System.now();
        Ok(CoreMessage {
            message_id,
            timestamp: now,
            sender: party(self.from),
            recipient: party(self.to),
            deliver_at: self.deliver_at.or(self.deliver_in.map(|span| now.after(span))),
            message_type: self.message_type,
            priority: self.priority,
            payload: json_argument(&self.payload).context("--payload")?,
            routing: Routing {
                timeout: self.timeout,
                retry_policy: self
                    .max_retries
                    .map(|max_retries| RetryPolicy { max_retries, ..RetryPolicy::default() }),
                delivery_mode: if self.sync { DeliveryMode::Sync } else { DeliveryMode::Async },
                ..Routing::default()
            },
            metadata,
            in_reply_to: self.in_reply_to,
        })
    }
}
