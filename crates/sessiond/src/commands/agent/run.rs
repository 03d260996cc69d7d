//! `sessiond agent run`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use sessiond_agent::exec::{self, Exec, Preset};
use sessiond_core::{AgentId, Span};

use crate::client::Missing;
use crate::commands::{Connection, Context, Usage};
use crate::signals::Signals;

/// The server of an agent when nothing names another.
pub const LOCAL_SERVER: &str = "http://127.0.0.1:8080";

/// Run an agent that executes a command for each task
#[derive(Debug, Args)]
#[command(
    after_help = "The command receives the task as JSON on standard input and in the file $SESSIOND_TASK_FILE, and its \
fields as $SESSIOND_TASK_ID, $SESSIOND_SESSION_ID, $SESSIOND_STEP, $SESSIOND_TASK_TYPE, \
$SESSIOND_ATTEMPT and $SESSIOND_PAYLOAD. Its standard output is the result, JSON or text; an exit code \
other than 0 fails the attempt. A line `progress: …` on standard error reports progress. The values of \
variables whose names look like secrets are masked.

A preset runs a coding agent with the task as its prompt; arguments after -- are passed to the agent:
  claude     claude -p                            3 at once, 600s
  codex      codex exec --skip-git-repo-check -   5 at once, 600s
  opencode   opencode run                         3 at once, 300s

Without --url it connects to http://127.0.0.1:8080. Ctrl-C waits for running tasks; the agent \
receives a task that does not finish in time again when it reconnects.

Examples:
  sessiond agent run --id opencode://backend --exec './work.sh'
  sessiond agent run --id tools://count --exec 'jq \"{words: (.payload.text | length)}\"' --concurrency 4
  sessiond agent run --id claude-code://qa --preset claude --workdir ~/project -- --model opus"
)]
pub struct Run {
    /// The agent's id, framework://name
    #[arg(long, value_name = "AGENT")]
    id: AgentId,
    /// Shell command to run for each task
    #[arg(long, value_name = "COMMAND", required_unless_present = "preset", conflicts_with = "preset")]
    exec: Option<OsString>,
    /// Coding agent to run: claude, codex or opencode
    #[arg(long)]
    preset: Option<Preset>,
    /// Additional arguments for the preset's program
    #[arg(last = true, requires = "preset", value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
    /// Maximum number of concurrent tasks [default: 1, or the preset's]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: Option<u16>,
    /// Time limit of one task, in addition to the task's own timeout [default: the preset's]
    #[arg(long, value_name = "TIME")]
    timeout: Option<Span>,
    /// Working directory of the command
    #[arg(long, value_name = "DIR")]
    workdir: Option<PathBuf>,
    /// Time for running tasks to finish when the agent is stopped
    #[arg(long, value_name = "TIME", default_value = "20s")]
    grace: Span,
    /// Key that may take the agent into its sessions and write to it, or * for all; repeatable
    #[arg(long = "open-to", value_name = "KEY")]
    open_to: Vec<String>,
    /// Read the inbox by long polls instead of a WebSocket
    #[arg(long)]
    poll: bool,
    #[command(flatten, next_help_heading = "Connection options")]
    connection: Connection,
}

impl Run {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let mut signals = Signals::catch()?;
        let config = &context.preferred();
        let key = config.get("api_key");
        // An agent is made for a server; only one who names a directory wants it to work on the store itself.
        let mut options = if config.get("url").is_none() && config.is_flag("data_dir") {
            sessiond_agent::Options::through(context.client(Missing::Create).await?, self.id)
        } else {
            let url = config.get("url").unwrap_or(LOCAL_SERVER);
            sessiond_agent::Options::connect(url, key, self.id)?
        };
        if self.poll {
            options.socket = None;
        }
        let command = match (self.preset, self.exec) {
            (Some(preset), _) => exec::Command::Preset(preset, self.arguments),
            (None, exec) => exec::Command::Shell(exec.unwrap_or_default()),
        };
        options.concurrency =
            self.concurrency.map_or_else(|| self.preset.map_or(1, Preset::concurrency), usize::from);
        options.timeout = self.timeout.map(Duration::from).or_else(|| self.preset.map(Preset::timeout));
        options.grace = self.grace.into();
        options.open_to = self.open_to;
        options.descriptor.capabilities =
            Some(json!({ "performance_profile": { "concurrent_capacity": options.concurrency } }));
        options.descriptor.metadata = Some(json!({ "version": env!("CARGO_PKG_VERSION") }));
        let handler = Exec::new(exec::Options {
            working_dir: self.workdir,
            secrets: key.map(str::to_owned).into_iter().collect(),
            ..exec::Options::new(command)
        });
        if let Err(missing) = handler.check().await {
            options.client.close().await;
            return Err(Usage(missing).into());
        }
        let client = options.client.clone();
        let ended = sessiond_agent::Agent::start(options, handler).until(signals.next()).await;
        client.close().await;
        Ok(ended?)
    }
}
