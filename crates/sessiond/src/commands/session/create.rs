//! `sessiond session create`.

use anyhow::Context as _;
use clap::Args;
use sessiond_api::{self as api, AddParticipant, CreateSession};
use sessiond_client::{Client, Conditions};
use sessiond_core::{AgentId, SessionId, Span};

use crate::commands::input::{json_argument, pair, read_input};
use crate::commands::{Common, complete};
use crate::output::Output;

/// Create a session
#[derive(Debug, Args)]
#[command(after_help = "FILE contains the body of POST /sessions; flags add to it and override it.

Examples:
  sessiond session create --name notes
  sessiond session create --file plan.json --id sess_notifications_2025-02-02
  sessiond session create --orchestrator claude-code://lead \\
      --participant opencode://backend=implementer --step design=claude-code://lead \\
      --step build=opencode://backend --context '{\"branch\": \"main\"}'")]
pub struct Create {
    /// Its id [default: generated]
    #[arg(long)]
    id: Option<SessionId>,
    #[command(flatten)]
    new: NewSession,
    #[command(flatten)]
    common: Common,
    #[arg(skip)]
    request: CreateSession,
}

/// What a new session is to be, by flags and a file.
#[derive(Debug, Args)]
pub struct NewSession {
    /// Its name
    #[arg(long)]
    name: Option<String>,
    /// The agent that leads the work
    #[arg(long, value_name = "AGENT", add = complete::agents())]
    orchestrator: Option<AgentId>,
    /// Another participant and its role; repeatable
    #[arg(long = "participant", value_name = "AGENT=ROLE", value_parser = participant)]
    participants: Vec<AddParticipant>,
    /// A step and its required agents, separated by commas; repeatable
    #[arg(long = "step", value_name = "NAME=AGENTS", value_parser = step)]
    steps: Vec<api::NewStep>,
    /// The shared context as JSON, or @FILE
    #[arg(long, value_name = "JSON")]
    context: Option<String>,
    /// A label; repeatable
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = pair)]
    labels: Vec<(String, String)>,
    /// The time until it expires, such as 24h
    #[arg(long, value_name = "TIME")]
    expires_in: Option<Span>,
    /// The request as JSON; - is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<String>,
}

impl NewSession {
    /// Reads what the flags and the file say.
    pub fn read(&mut self) -> anyhow::Result<CreateSession> {
        let mut request = match &self.file {
            Some(file) => {
                let text = read_input(file)?;
                api::parse::<CreateSession>(text.as_bytes()).with_context(|| format!("in {file}"))?
            }
            None => CreateSession::default(),
        };
        request.name = self.name.take().or(request.name);
        request.orchestrator = self.orchestrator.take().or(request.orchestrator);
        request.participants.append(&mut self.participants);
        if !self.steps.is_empty() {
            request.workflow.get_or_insert_default().append(&mut self.steps);
        }
        if let Some(context) = &self.context {
            request.shared_context = Some(json_argument(context).context("--context")?);
        }
        request.labels.extend(self.labels.drain(..));
        request.expires_in = self.expires_in.or(request.expires_in);
        Ok(request)
    }
}

impl Create {
    /// Reads what the flags and the file say. It comes before the store is opened, which may make one.
    pub fn read(&mut self) -> anyhow::Result<()> {
        let mut request = self.new.read()?;
        request.session_id = self.id.take().or(request.session_id);
        self.request = request;
        Ok(())
    }

    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let session = client.create_session(self.request, Conditions::default()).await?;
        out.done(&session, &session.session_id, &session.session_id)
    }
}

fn participant(text: &str) -> Result<AddParticipant, String> {
    let (agent, role) =
        text.rsplit_once('=').ok_or("write AGENT=ROLE, such as opencode://backend=implementer")?;
    let agent_id = agent.parse().map_err(|error: sessiond_core::InvalidId| error.to_string())?;
    Ok(AddParticipant { agent_id, role: role.to_owned(), framework: None })
}

fn step(text: &str) -> Result<api::NewStep, String> {
    let (name, agents) =
        text.split_once('=').ok_or("write NAME=AGENT,AGENT, such as build=opencode://backend")?;
    let required_agents: Result<Vec<AgentId>, _> =
        agents.split(',').map(|agent| agent.trim().parse()).collect();
    Ok(api::NewStep {
        name: name.to_owned(),
        required_agents: required_agents.map_err(|error| error.to_string())?,
        ..api::NewStep::default()
    })
}
