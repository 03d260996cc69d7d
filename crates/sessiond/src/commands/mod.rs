//! The commands, one file each.

mod agent;
mod completions;
mod config;
mod demo;
mod input;
mod key;
mod mcp;
mod message;
mod model;
mod openapi;
mod recover;
mod serve;
mod session;
mod spool;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use sessiond_api::Problem;
use sessiond_client::Client;

use crate::client::{self, Missing};
use crate::config::{Config, Flags};
use crate::output::{self, Output};
use input::{json_argument, read_input, words};

/// A session engine for AI work.
///
/// Agents carry out a plan together, with a shared context, durable messages and a result.
#[derive(Debug, Parser)]
#[command(
    name = "sessiond",
    version,
    max_term_width = 110,
    after_help = "Examples:
  sessiond demo                     three agents inspect the current directory
  sessiond serve                    the server on 127.0.0.1:8080, its store in .sessiond/
  sessiond session list             the sessions in .sessiond/
  sessiond agent --id opencode://backend --exec './work.sh'

Commands work on the store in .sessiond/ unless --url or SESSIOND_URL names a server.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten, next_help_heading = "General")]
    global: Global,
}

/// What every command takes.
#[derive(Debug, Args)]
struct Global {
    /// Configuration file, also SESSIOND_CONFIG [default: sessiond.toml]
    #[arg(long, global = true, value_name = "FILE", env = "SESSIOND_CONFIG", hide_env = true)]
    config: Option<PathBuf>,
    /// Log level: error, warn, info, debug, trace, or a list by module
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Log format: text or json
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Agent(agent::Agent),
    Session(session::Session),
    Message(message::Message),
    Mcp(mcp::Mcp),
    Model(model::Model),
    Key(key::Key),
    Spool(spool::Spool),
    Recover(recover::Recover),
    Config(config::ConfigCommand),
    Completions(completions::Completions),
    Openapi(openapi::OpenApi),
    #[command(hide = true)]
    DemoAgent(demo::DemoAgent),
    #[command(hide = true)]
    DemoExecution(demo::DemoExecution),
}

/// Which client a command uses.
#[derive(Debug, Clone, Default, Args)]
pub struct Connection {
    /// Server to connect to, such as http://127.0.0.1:8080
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The server's key; prefer SESSIOND_API_KEY, which other users cannot see
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Directory of the local store [default: .sessiond]
    #[arg(long, value_name = "DIR")]
    dir: Option<String>,
}

impl Connection {
    fn flags(&self) -> Flags {
        vec![("url", self.url.clone()), ("api_key", self.api_key.clone()), ("data_dir", self.dir.clone())]
    }
}

/// What a command has to work with.
pub struct Context {
    /// The configuration.
    pub config: Config,
    /// Where it writes.
    pub out: Output,
}

impl Context {
    /// The client of the server at `--url`, or else of the data directory.
    async fn client(&self, missing: Missing) -> anyhow::Result<Client> {
        // Somebody who says --dir means it, even where a file names a server.
        let mut config = self.config.clone();
        if config.is_flag("data_dir") && !config.is_flag("url") {
            config.unset("url");
        }
        client::open(&config, missing).await
    }
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error).context("cannot start the runtime")),
    };
    let result = runtime.block_on(run(cli));
    // A thread that waits for something which never comes must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match result {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let (mut flags, json, level) = match &cli.command {
        Command::Serve(command) => (command.flags(), false, "info"),
        Command::Demo(command) => (command.flags(), false, "warn"),
        Command::Agent(command) => (command.flags(), false, "info"),
        Command::Session(command) => (command.flags(), command.json(), "warn"),
        Command::Message(command) => (command.flags(), command.json(), "warn"),
        Command::Mcp(command) => (command.flags(), false, "warn"),
        Command::Key(command) => (command.flags(), command.json(), "warn"),
        Command::Spool(command) => (command.flags(), command.json(), "error"),
        Command::Recover(command) => (command.flags(), command.json(), "warn"),
        Command::Config(command) => (command.flags(), command.json, "warn"),
        Command::Model(_) | Command::Completions(_) | Command::Openapi(_) => (Flags::new(), false, "warn"),
        Command::DemoAgent(command) => (command.flags(), false, "warn"),
        Command::DemoExecution(command) => (command.flags(), true, "warn"),
    };
    flags.push(("log_level", cli.global.log_level));
    flags.push(("log_format", cli.global.log_format));
    let here = std::env::current_dir()?;
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        // Ours are text; one that is not cannot be meant for us.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    let config = Config::load(cli.global.config.as_deref(), &here, environment, flags)?;
    for warning in &config.warnings {
        eprintln!("warning: {}", output::printable_lines(warning));
    }
    let traced = matches!(cli.command, Command::Serve(_) | Command::Demo(_));
    let traces = crate::logging::start(&config, level, traced)?;
    let context = Context { config, out: Output::new(json) };
    let done = perform(cli.command, context).await;
    tokio::task::spawn_blocking(|| traces.end()).await?;
    done
}

async fn perform(command: Command, context: Context) -> anyhow::Result<ExitCode> {
    let done = match command {
        Command::Serve(command) => command.run(context).await,
        Command::Demo(command) => return command.run(context).await,
        Command::Agent(command) => command.run(context).await,
        Command::Session(command) => command.run(context).await,
        Command::Message(command) => command.run(context).await,
        Command::Mcp(command) => command.run(context).await,
        Command::Model(command) => command.run(context).await,
        Command::Key(command) => command.run(context).await,
        Command::Spool(command) => command.run(context).await,
        Command::Recover(command) => command.run(context).await,
        Command::Config(command) => command.run(context),
        Command::Completions(command) => command.run(context),
        Command::Openapi(command) => command.run(context),
        Command::DemoAgent(command) => command.run(context).await,
        Command::DemoExecution(command) => command.run(context).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// What was asked for cannot work, whatever the server says: exit code 2, as for wrong arguments.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Says what went wrong and what to do, on one line where that is enough.
fn fail(error: &anyhow::Error) -> ExitCode {
    if output::is_broken_pipe(error) {
        // `sessiond session list | head` is no failure.
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {}", output::printable_lines(&format!("{error:#}")));
    if let Some(problem) = error.chain().find_map(|cause| cause.downcast_ref::<Problem>())
        && let Some(advice) = client::advice(problem)
    {
        eprintln!("  {}", output::printable_lines(advice));
    }
    if error.is::<Usage>() {
        return ExitCode::from(2);
    }
    ExitCode::FAILURE
}

/// The command line's own description, for completions.
pub fn description() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_well_formed() {
        super::description().debug_assert();
    }

    #[test]
    fn a_paragraph_of_a_help_text_is_one_line_which_the_terminals_width_breaks() {
        let mut commands = vec![super::description()];
        while let Some(command) = commands.pop() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let prose = |line: &str| !line.is_empty() && !line.starts_with(' ');
            let broken =
                help.lines().zip(help.lines().skip(1)).find(|(line, next)| prose(line) && prose(next));
            assert_eq!(broken, None, "{}", command.get_name());
            commands.extend(command.get_subcommands().cloned());
        }
    }
}
