//! The commands, one file each.

mod agent;
mod aggregate;
mod chat;
mod check;
mod client;
mod common;
mod complete;
mod completions;
mod config;
mod context;
mod demo;
mod extract;
mod file;
mod find;
mod inbox;
mod input;
mod key;
mod lease;
mod mcp;
mod message;
mod model;
mod open;
mod openapi;
mod participant;
mod recover;
mod schedule;
mod serve;
mod session;
mod spool;
mod status;
mod step;
mod task;
mod upload;
mod whoami;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, Args, ColorChoice, FromArgMatches as _, Parser, Subcommand};
use sessiond_api::Problem;
use sessiond_client::Client;

use crate::client::{Missing, advice, open as open_client};
use crate::config::{Config, Flags};
use crate::output::{self, Failures, Format, Output, Printing};
use common::{Common, Connection, Consent, Named, One, Paging, Silence};

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
  sessiond chat                     a conversation with an assistant
  sessiond serve                    the server on 127.0.0.1:8080, its store in .sessiond/
  sessiond session list             the sessions in .sessiond/
  sessiond agent run --id opencode://backend --exec './work.sh'
  sessiond open                     the console in the browser

An id may be shortened to a beginning that no other id has.

Commands work on the store in .sessiond/ unless --url or SESSIOND_URL names a server.

Exit codes: 0 success, 1 failure, 2 usage error, 130 interrupted."
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
    /// Print JSON, and errors as JSON too
    #[arg(long, global = true)]
    json: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto, hide_default_value = true)]
    color: ColorChoice,
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
    Chat(Box<chat::Chat>),
    Client(client::Client),
    Demo(demo::Demo),
    Status(status::Status),
    Open(open::Open),
    Whoami(whoami::Whoami),
    Check(check::Check),
    Session(session::Session),
    Step(step::Step),
    Task(task::Task),
    Context(context::ContextCommand),
    File(file::File),
    Participant(participant::Participant),
    Lease(lease::Lease),
    Agent(Box<agent::Agent>),
    Inbox(inbox::Inbox),
    Message(message::Message),
    Schedule(Box<schedule::Schedule>),
    Aggregate(aggregate::Aggregate),
    Mcp(mcp::Mcp),
    Model(model::Model),
    Extract(extract::Extract),
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
        open_client(&self.preferred(), missing).await
    }

    /// Does a command's work with a client, and closes the client whatever comes of it.
    async fn with_client<T>(
        &self,
        missing: Missing,
        work: impl AsyncFnOnce(&Client, Output) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let client = self.client(missing).await?;
        let done = work(&client, self.out).await;
        client.close().await;
        done
    }

    /// What the client is of.
    fn place(&self) -> &'static str {
        if self.preferred().is_set("url") { "server" } else { "store" }
    }

    fn preferred(&self) -> Config {
        let mut config = self.config.clone();
        prefer_directory(&mut config);
        config
    }
}

/// Somebody who says --dir means it, even where a file names a server.
fn prefer_directory(config: &mut Config) {
    if config.is_flag("data_dir") && !config.is_flag("url") {
        config.unset("url");
    }
}

/// The arguments that are settings of the configuration too.
const SETTINGS: &[(&str, &str)] = &[
    ("url", "url"),
    ("api_key", "api_key"),
    ("dir", "data_dir"),
    ("listen", "listen"),
    ("allow_hosts", "allow_hosts"),
    ("allow_private_webhooks", "allow_private_webhooks"),
    ("ack_timeout", "ack_timeout"),
    ("keep_ended", "keep_ended"),
    ("session_timeout", "session_timeout"),
    ("rate_limit", "rate_limit"),
    ("token_limit", "token_limit"),
    ("turn_limit", "turn_limit"),
    ("upload_limit", "upload_limit"),
    ("failure_limit", "failure_limit"),
    ("assistant_tools", "assistant_tools"),
    ("assistant_mcp", "assistant_mcp"),
    ("assistant_mcp_tokens", "assistant_mcp_tokens"),
    ("keep_events", "keep_events"),
    ("otlp_endpoint", "otlp_endpoint"),
    ("log_level", "log_level"),
    ("log_format", "log_format"),
];

/// What the arguments of a command say of the configuration.
fn settings(arguments: &ArgMatches) -> Flags {
    let value = |name| arguments.try_get_one::<String>(name).ok().flatten().cloned();
    let mut flags: Flags = SETTINGS.iter().map(|(name, setting)| (*setting, value(name))).collect();
    if let Some(port) = arguments.try_get_one::<u16>("port").ok().flatten() {
        flags.push(("listen", Some(format!("127.0.0.1:{port}"))));
    }
    flags
}

/// Runs the command line.
pub fn main() -> ExitCode {
    complete::answer();
    let mut command = description();
    let line = agent::with_run(&command, std::env::args_os());
    let parsed = command.try_get_matches_from_mut(&line).and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches)?;
        Ok((matches, cli))
    });
    let (matches, cli) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            command.build();
            if error.use_stderr() && Printing::asked(&command, line.get(1..).unwrap_or_default()) {
                Failures { json: true }.arguments(&error);
                return ExitCode::from(2);
            }
            error.exit()
        }
    };
    let mut arguments = &matches;
    while let Some((_, command)) = arguments.subcommand() {
        arguments = command;
    }
    let format = Printing::of(arguments, cli.global.json);
    let failures = Failures { json: cli.global.json || format == Some(Format::Json) };
    if let Command::Extract(command) = &cli.command
        && command.is_child()
    {
        return command.read_here().map_or_else(|error| fail(failures, &error), |()| ExitCode::SUCCESS);
    }
    let Some(format) = format else {
        let usage = Usage("--json and --output name two formats: leave one of them out".to_owned());
        return fail(failures, &usage.into());
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(failures, &anyhow::Error::new(error).context("cannot start the runtime")),
    };
    let result = runtime.block_on(run(cli, arguments, format));
    // A thread that waits for something which never comes must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match result {
        Ok(code) => code,
        Err(error) => fail(failures, &error),
    }
}

async fn run(cli: Cli, arguments: &ArgMatches, format: Format) -> anyhow::Result<ExitCode> {
    let level = match &cli.command {
        Command::Serve(_) | Command::Client(_) => "info",
        Command::Agent(command) if command.runs() => "info",
        Command::Spool(_) => "error",
        _ => "warn",
    };
    let flags = match &cli.command {
        // Its address and its key are not those of a sessiond.
        Command::Model(_) => Flags::new(),
        _ => settings(arguments),
    };
    let here = std::env::current_dir()?;
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        // Ours are text; one that is not cannot be meant for us.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    let config = Config::load(cli.global.config.as_deref(), &here, environment, flags)?;
    let out = Output::new(format, cli.global.color);
    // A program that asked for JSON reads its errors too; `sessiond config --json` has the warnings.
    for warning in config.warnings.iter().filter(|_| !out.json) {
        eprintln!("warning: {}", output::printable_lines(warning));
    }
    let traced = matches!(cli.command, Command::Serve(_) | Command::Demo(_));
    let traces = crate::logging::start(&config, level, traced)?;
    let done = perform(cli.command, Context { config, out }).await;
    tokio::task::spawn_blocking(|| traces.end()).await?;
    done
}

async fn perform(command: Command, context: Context) -> anyhow::Result<ExitCode> {
    let done = match command {
        Command::Serve(command) => command.run(context).await,
        Command::Chat(command) => return command.run(context).await,
        Command::Client(command) => command.run(context).await,
        Command::Demo(command) => return command.run(context).await,
        Command::Status(command) => command.run(context).await,
        Command::Open(command) => command.run(context).await,
        Command::Whoami(command) => command.run(context).await,
        Command::Check(command) => command.run(context).await,
        Command::Session(command) => command.run(context).await,
        Command::Step(command) => command.run(context).await,
        Command::Task(command) => command.run(context).await,
        Command::Context(command) => command.run(context).await,
        Command::File(command) => command.run(context).await,
        Command::Participant(command) => command.run(context).await,
        Command::Lease(command) => command.run(context).await,
        Command::Agent(command) => command.run(context).await,
        Command::Inbox(command) => command.run(context).await,
        Command::Message(command) => command.run(context).await,
        Command::Schedule(command) => command.run(context).await,
        Command::Aggregate(command) => command.run(context).await,
        Command::Mcp(command) => command.run(context).await,
        Command::Model(command) => command.run(context).await,
        Command::Extract(command) => command.run(context).await,
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

/// Says what went wrong and what to do.
fn fail(failures: Failures, error: &anyhow::Error) -> ExitCode {
    if output::is_broken_pipe(error) {
        // `sessiond session list | head` is no failure.
        return ExitCode::SUCCESS;
    }
    let problem = error.chain().find_map(|cause| cause.downcast_ref::<Problem>());
    let usage = error.is::<Usage>();
    failures.print(error, usage, problem.and_then(advice));
    if usage { ExitCode::from(2) } else { ExitCode::FAILURE }
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
