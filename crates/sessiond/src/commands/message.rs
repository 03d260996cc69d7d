//! `sessiond message`.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use sessiond_client::Conditions;
use sessiond_core::{
    AgentId, DeliveryMode, Message as CoreMessage, MessageId, MessageType, Party, Priority, RetryPolicy,
    Routing, SessionId, Span, TaskId,
};
use sessiond_engine::{Clock as _, Ids as _, System};

use super::{Connection, Context, json_argument, words};
use crate::client::Missing;
use crate::config::Flags;

/// Send messages between agents
#[derive(Debug, Args)]
pub struct Message {
    #[command(subcommand)]
    command: MessageCommand,
}

#[derive(Debug, Subcommand)]
enum MessageCommand {
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
      --payload @task.json --sync"
)]
struct Send {
    /// The sender
    #[arg(long, value_name = "AGENT")]
    from: AgentId,
    /// The recipient
    #[arg(long, value_name = "AGENT")]
    to: AgentId,
    /// task_request, task_response, status_update, error or heartbeat
    #[arg(long = "type", value_name = "TYPE", value_parser = words::<MessageType>, default_value = "task_request")]
    message_type: MessageType,
    /// The session that it belongs to
    #[arg(long, value_name = "SESSION")]
    session: Option<SessionId>,
    /// The payload: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", default_value = "{}")]
    payload: String,
    /// low, medium, high or critical
    #[arg(long, value_parser = words::<Priority>, default_value = "medium")]
    priority: Priority,
    /// The step that a request belongs to
    #[arg(long)]
    step: Option<String>,
    /// The task that a response refers to
    #[arg(long, value_name = "TASK")]
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
    /// Wait for the response
    #[arg(long)]
    sync: bool,
    /// The message's id; a repeated id has no second effect
    #[arg(long, value_name = "ID")]
    id: Option<MessageId>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Which sessiond")]
    connection: Connection,
}

impl Message {
    pub fn flags(&self) -> Flags {
        let MessageCommand::Send(send) = &self.command;
        send.connection.flags()
    }

    pub fn json(&self) -> bool {
        let MessageCommand::Send(send) = &self.command;
        send.json
    }

    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let MessageCommand::Send(send) = self.command;
        let client = context.client(Missing::Refuse).await?;
        let out = context.out;
        let message = send.message()?;
        let sent = client.send_message(message, Conditions::default()).await?;
        if out.json {
            out.json(&sent)?;
        } else {
            match (&sent.response, &sent.task_id) {
                (Some(response), _) => out.json(response)?,
                (None, Some(task)) => {
                    out.line(format_args!("{}: task {task} is {}", sent.message_id, sent.status))?
                }
                (None, None) => out.line(format_args!("{}: {}", sent.message_id, sent.status))?,
            }
        }
        client.close().await;
        Ok(())
    }
}

impl Send {
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
        Ok(CoreMessage {
            message_id,
            timestamp: System.now(),
            sender: party(self.from),
            recipient: party(self.to),
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
