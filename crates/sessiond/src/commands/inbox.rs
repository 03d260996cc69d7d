//! `sessiond inbox`.

use clap::{Args, Subcommand};
use serde_json::json;
use sessiond_api as api;
use sessiond_client::Client;
use sessiond_core::{AgentId, MessageId, SessionId, Span};

use super::input::{sets, words};
use super::message::{self, payload_preview};
use super::{Common, Context, Paging, complete, find};
use crate::client::Missing;
use crate::output::{Column, Noun, Output, Table, cells, word};

/// Read the inboxes of agents, and acknowledge, send and requeue messages
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond inbox list opencode://backend
  sessiond inbox receive opencode://backend --wait 30s
  sessiond inbox ack opencode://backend msg_0198f4
  sessiond inbox list --state dead
  sessiond inbox requeue opencode://backend msg_0198f4")]
pub struct Inbox {
    #[command(subcommand)]
    command: InboxCommand,
}

#[derive(Debug, Subcommand)]
enum InboxCommand {
    List(List),
    Receive(Receive),
    Ack(Ack),
    Send(Box<message::Send>),
    Requeue(Requeue),
}

/// List messages without receiving them, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond inbox list opencode://backend            what waits for the agent
  sessiond inbox list --state dead                  the dead letters of all agents
  sessiond inbox list opencode://backend --all -o wide")]
pub struct List {
    /// The recipient [default: all agents of this key]
    #[arg(value_name = "AGENT", add = complete::agents())]
    agent: Option<AgentId>,
    /// Only messages in this state [default: queued; with --all any]
    #[arg(long, value_parser = words::<api::MessageState>(sets::MESSAGE_STATES))]
    state: Option<api::MessageState>,
    /// Only messages of this session
    #[arg(long, value_name = "SESSION", add = complete::sessions())]
    session: Option<SessionId>,
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    common: Common,
}

/// Receive the messages of an agent: they are delivered again unless they are acknowledged
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond inbox receive opencode://backend
  sessiond inbox receive opencode://backend --wait 30s --json | jq '.messages[].payload'")]
struct Receive {
    /// The agent
    #[arg(value_name = "AGENT", add = complete::agents())]
    agent: AgentId,
    /// How long to wait for the first message, such as 30s
    #[arg(long, value_name = "TIME")]
    wait: Option<Span>,
    /// Maximum number of messages
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    limit: usize,
    #[command(flatten)]
    common: Common,
}

/// Acknowledge messages: they are not delivered again
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond inbox ack opencode://backend msg_0198f4 msg_0198f5")]
struct Ack {
    /// The agent
    #[arg(value_name = "AGENT", add = complete::agents())]
    agent: AgentId,
    /// The ids of the messages, or their beginnings
    #[arg(value_name = "MESSAGE", required = true, add = complete::messages())]
    messages: Vec<MessageId>,
    #[command(flatten)]
    common: Common,
}

/// Put a dead letter back into its inbox
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond inbox requeue opencode://backend msg_0198f4
  sessiond inbox requeue opencode://backend --all")]
struct Requeue {
    /// The agent
    #[arg(value_name = "AGENT", add = complete::agents())]
    agent: AgentId,
    /// The ids of the messages, or their beginnings
    #[arg(value_name = "MESSAGE", required_unless_present = "all", add = complete::messages())]
    messages: Vec<MessageId>,
    /// All dead letters of the agent
    #[arg(long, conflicts_with = "messages")]
    all: bool,
    #[command(flatten)]
    common: Common,
}

impl Inbox {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out| match self.command {
            InboxCommand::List(command) => command.run(client, out).await,
            InboxCommand::Receive(command) => command.run(client, out).await,
            InboxCommand::Ack(command) => command.run(client, out).await,
            InboxCommand::Send(command) => command.run(client, out).await,
            InboxCommand::Requeue(command) => command.run(client, out).await,
        };
        context.with_client(Missing::Refuse, work).await
    }
}

impl List {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let session_id = find::maybe_session(client, self.session.as_ref()).await?;
        let state = self.state.or_else(|| (!self.paging.all).then_some(api::MessageState::Queued));
        let query = |limit, cursor| {
            let (recipient, session_id) = (self.agent.clone(), session_id.clone());
            api::ListMessages { recipient, session_id, state, limit, cursor }
        };
        let page = self.paging.read(|limit, cursor| client.messages(query(limit, cursor))).await?;
        let mut table = Table::new([
            Column::id("MESSAGE"),
            Column::word("STATE").kept(),
            Column::word("TYPE"),
            Column::id("TO").kept(),
            Column::id("FROM"),
            Column::word("SENT"),
            Column::word("DELIVERED"),
            Column::id("SESSION").wide(),
            Column::text("PAYLOAD"),
        ]);
        for info in &page.messages {
            let message = &info.message;
            table.row(cells![
                &message.message_id,
                out.state(Noun::Message, handled(info)),
                message.message_type,
                &message.recipient.agent_id,
                &message.sender.agent_id,
                out.time(info.accepted_at),
                info.attempts,
                message.sender.session_id.as_ref().map_or("-", |id| id.as_str()),
                payload_preview(&message.payload),
            ]);
        }
        out.list(&page, &table, "no messages")?;
        out.more(page.next_cursor.as_ref());
        Ok(())
    }
}

impl Receive {
    async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let query = api::ReceiveMessages { wait: self.wait, limit: Some(self.limit), fence: None };
        let page = client.receive(&self.agent, query).await?;
        let mut table = Table::new([
            Column::id("MESSAGE"),
            Column::word("TYPE").kept(),
            Column::id("FROM"),
            Column::word("DELIVERY"),
            Column::id("SESSION").wide(),
            Column::text("PAYLOAD").kept(),
        ]);
        for delivered in &page.messages {
            let message = &delivered.message;
            table.row(cells![
                &message.message_id,
                message.message_type,
                &message.sender.agent_id,
                delivered.attempt,
                message.sender.session_id.as_ref().map_or("-", |id| id.as_str()),
                payload_preview(&message.payload),
            ]);
        }
        out.list(&page, &table, format_args!("no messages for {}", self.agent))
    }
}

impl Ack {
    async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let mut message_ids = Vec::new();
        for typed in &self.messages {
            message_ids.push(find::message(client, &self.agent, None, typed).await?);
        }
        let request = api::AckMessages { message_ids, fence: None };
        let done = client.ack(&self.agent, request).await?;
        let said = match done.acknowledged {
            1 => "1 message is acknowledged".to_owned(),
            many => format!("{many} messages are acknowledged"),
        };
        out.done(&done, &self.agent, said)
    }
}

impl Requeue {
    async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let mut message_ids = Vec::new();
        for typed in &self.messages {
            message_ids.push(find::message(client, &self.agent, Some(api::MessageState::Dead), typed).await?);
        }
        if self.all {
            let mut cursor = None;
            loop {
                let query = api::ListMessages {
                    recipient: Some(self.agent.clone()),
                    state: Some(api::MessageState::Dead),
                    cursor,
                    ..api::ListMessages::default()
                };
                let page = client.messages(query).await?;
                message_ids.extend(page.messages.into_iter().map(|info| info.message.message_id));
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        for message in &message_ids {
            client.requeue_message(&self.agent, message).await?;
        }
        let said = match message_ids.as_slice() {
            [] => format!("{} has no dead letters", self.agent),
            [message] => format!("{message} is queued for {}", self.agent),
            several => format!("{} messages are queued for {}", several.len(), self.agent),
        };
        out.done(&json!({ "agent_id": self.agent, "requeued": message_ids }), &self.agent, said)
    }
}

/// The state of a message; one that was delivered before it left the inbox was handled.
fn handled(info: &api::MessageInfo) -> String {
    match info.state {
        api::MessageState::Withdrawn if info.attempts > 0 => "handled".to_owned(),
        state => word(&state),
    }
}
