//! `sessiond demo`: a real session of three agents, from the first start to the report.

mod agent;
mod assistant;
mod crew;
mod measure;
mod pace;
mod person;
mod plan;
mod report;
mod scan;
mod screen;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use futures_util::StreamExt as _;
use serde_json::json;
use sessiond_api::{self as api, ListSessions, ListTasks, Session};
use sessiond_client::{Client, Conditions, WatchItem, store};
use sessiond_core::{Role, SessionId, Span, Status, TaskStatus, limits};

use super::Context;
use super::serve::Hosting;
use crate::config::Config;
use crate::host::Host;
use crate::signals::Signals;

pub use agent::DemoAgent;
use assistant::Asking;
use crew::Crew;
pub use measure::DemoExecution;
use measure::Measuring;
use pace::Pace;
use person::Person;
use report::Report;
use screen::Screen;

/// Watch three agents, a program and an assistant inspect a directory and write a report
#[derive(Debug, Args)]
#[command(
    after_help = "The demo starts the server with its store in .sessiond/, and three agents in separate processes. \
One agent takes an inventory. Then two agents look in parallel for duplicates and for files to clean \
up, and the first agent combines the results. At the same time, an execution counts the lines of code, \
call by call, in another process, and an assistant answers a question or two about a few of the files: at most \
six small documents without secrets. Its model is the one that the environment names; without one it quotes the files. \
Nothing in DIRECTORY is changed.

On a terminal the demo takes its time: an attempt fails and is retried, and a question waits ten seconds for your \
answer. With --fast, with --exit and in a pipe it works as fast as it can.

The server then runs until Ctrl-C. You can press Ctrl-C at any time: the same command resumes the \
session.

Examples:
  sessiond demo
  sessiond demo --open
  sessiond demo ~/project --exit > report.md
  sessiond demo ~/project --exit --json | jq '.assistant.answers'
  sessiond demo --listen 127.0.0.1:8081"
)]
pub struct Demo {
    /// Directory to inspect
    #[arg(default_value = ".", hide_default_value = true)]
    directory: PathBuf,
    /// Stop after the report; exit code 0 if the session completed
    #[arg(long)]
    exit: bool,
    /// Work as fast as possible, also on a terminal
    #[arg(long)]
    fast: bool,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    hosting: Hosting,
}

/// How the work on a session ended.
enum Ended {
    Completed(Report),
    /// Not as it should.
    Otherwise(String),
    Interrupted,
}

impl Demo {
    pub async fn run(mut self, context: Context) -> anyhow::Result<ExitCode> {
        let watches = context.out.is_terminal() && std::io::stderr().is_terminal();
        self.pace = self.pace.for_watching(watches && !self.fast && !self.exit);
        let root = directory(&self.directory)?;
        let mut signals = Signals::catch()?;
        let host = Host::start(&context.config).await?;
        let client = host.client();
        eprintln!("sessiond serves {} (store: {})", host.url(), host.location());
        let worked = self.work(&context, &host, &client, &root, &mut signals).await;
        let code = match &worked {
            Ok(Ended::Completed(_)) => ExitCode::SUCCESS,
            Ok(Ended::Interrupted) => ExitCode::from(130),
            Ok(Ended::Otherwise(_)) | Err(_) => ExitCode::FAILURE,
        };
        match &worked {
            Ok(Ended::Completed(report)) if context.out.json => context.out.json(report)?,
            Ok(Ended::Completed(report)) if context.out.is_terminal() => report.print(&context.out)?,
            Ok(Ended::Completed(report)) => context.out.text(&report.markdown)?,
            Ok(Ended::Otherwise(why)) => eprintln!("error: {why}"),
            Ok(Ended::Interrupted) => {
                eprintln!("stopped; the same command resumes the session");
            }
            Err(_) => {}
        }
        let serve_on = !self.exit && matches!(worked, Ok(Ended::Completed(_) | Ended::Otherwise(_)));
        if serve_on {
            eprintln!("\nStill serving {}; Ctrl-C ends it.", host.url());
            match host.console("") {
                Some(console) => eprintln!("Its console: {console}"),
                None => eprintln!("In another terminal: sessiond session list --url {}", host.url()),
            }
            signals.next().await;
        }
        tokio::select! {
            () = host.stop() => {}
            () = signals.next() => return Ok(ExitCode::from(130)),
        }
        worked.map(|_| code)
    }

    /// Has the agents work a session to its end, and stops them.
    async fn work(
        &self,
        context: &Context,
        host: &Host,
        client: &Client,
        root: &Path,
        signals: &mut Signals,
    ) -> anyhow::Result<Ended> {
        let key = AgentKey::of(client, &context.config).await?;
        let roots = plan::roots(client, root).await?;
        let mut crew = Crew::start(&host.url(), key.secret(), &roots, self.pace)?;
        let mut measuring = None;
        let show = |id: &SessionId| {
            self.show(host, id);
            measuring = Some(self.measure(context, host, root, id)?);
            Ok(())
        };
        let page = |id: &SessionId| host.console(&format!("sessions/{id}")).unwrap_or_else(|| id.to_string());
        let mut ended = tokio::select! {
            () = signals.next() => Ok(Ended::Interrupted),
            failed = crew.failed() => Err(failed),
            ended = session(client, root, &context.config, self.pace, show, &page) => ended,
        };
        crew.stop().await;
        if matches!(ended, Ok(Ended::Completed(_))) && roots.len() == 1 {
            // No other demo waits for them in this store.
            crew::leave(client).await;
        }
        key.give_back(client).await;
        if let Some(mut measuring) = measuring {
            let measured = match ended {
                Ok(Ended::Interrupted) | Err(_) => None,
                Ok(_) => tokio::select! {
                    measured = measuring.end() => Some(measured),
                    () = signals.next() => None,
                },
            };
            match measured {
                Some(measured) => eprintln!("{}", measured?),
                None => {
                    measuring.stop().await;
                    ended = ended.map(|_| Ended::Interrupted);
                }
            }
        }
        ended
    }

    /// Starts the execution beside the agents' session, and says where it can be watched.
    fn measure(
        &self,
        context: &Context,
        host: &Host,
        root: &Path,
        beside: &SessionId,
    ) -> anyhow::Result<Measuring> {
        let dir = Path::new(context.config.get("data_dir").unwrap_or_default());
        let measuring = Measuring::start(beside, root, dir, self.pace)?;
        match host.console(&format!("sessions/{}", measuring.id())) {
            Some(url) => eprintln!("an execution counts the lines of code beside them: {url}"),
            None => eprintln!("an execution counts the lines of code beside them: {}", measuring.id()),
        }
        Ok(measuring)
    }

    /// Says where the session can be watched.
    fn show(&self, host: &Host, id: &SessionId) {
        let page = host.console(&format!("sessions/{id}"));
        if let Some(url) = &page {
            eprintln!("watch it in the console: {url}");
        }
        self.hosting.browse(page.unwrap_or_else(|| host.url()));
    }
}

/// The directory to inspect, without any links in its path.
fn directory(path: &Path) -> anyhow::Result<PathBuf> {
    let root = path.canonicalize().with_context(|| format!("cannot inspect {}", path.display()))?;
    if !root.is_dir() {
        bail!("{} is not a directory: name one whose files the agents shall inspect", path.display());
    }
    Ok(root)
}

/// Works the unfinished session of this directory, or else a new one.
async fn session(
    client: &Client,
    root: &Path,
    config: &Config,
    pace: Pace,
    show: impl FnOnce(&SessionId) -> anyhow::Result<()>,
    page: impl Fn(&SessionId) -> String,
) -> anyhow::Result<Ended> {
    crew::connected(client).await?;
    let unfinished = client
        .sessions(ListSessions {
            status: Some(Status::Active),
            label: Some(plan::label_of(root)),
            limit: Some(1),
            ..ListSessions::default()
        })
        .await?;
    // Events up to `known` are from before this process began.
    let (id, known) = match unfinished.sessions.into_iter().next() {
        Some(session) => {
            eprintln!("going on with {}, which was not finished", session.session_id);
            (session.session_id, session.revision)
        }
        None => {
            (client.create_session(plan::session(root, pace), Conditions::default()).await?.session_id, 0)
        }
    };
    show(&id)?;
    let mut screen = Screen::new();
    let answers = assistant::id_of(&id)?;
    let mut asking = Asking::start(client.clone(), answers.clone(), root, page(&answers), screen.lines());
    let mut watch = client.watch(&id, Some(0)).await?;
    let mut person = Person::new(client.clone(), id.clone(), pace.is_watched());
    while let Some(item) = watch.next().await {
        let WatchItem::Event(event) = item? else { continue };
        if event.seq > known {
            person.event(&event, &screen);
        }
        // The old ones are not shown again, but say which task belongs to which step.
        screen.event(&event, event.seq > known);
        let may_end = event.seq == known
            || (event.seq > known
                && (event.kind == "workflow_advanced" || event.kind.starts_with("session_")));
        if !may_end {
            continue;
        }
        let session = client.session(&id).await?;
        if let Some(ended) = ended(client, &session, root, config, &mut asking).await? {
            return Ok(ended);
        }
    }
    Ok(Ended::Otherwise(format!("{id} ended without a report")))
}

/// How a session ended; none while it goes on. A plan that is done is completed here: that is the orchestrator's part.
async fn ended(
    client: &Client,
    session: &Session,
    root: &Path,
    config: &Config,
    asking: &mut Asking,
) -> anyhow::Result<Option<Ended>> {
    let id = &session.session_id;
    let done = session.workflow.as_ref().is_some_and(|workflow| {
        workflow.pending_steps.is_empty()
            && workflow.active_steps.is_empty()
            && workflow.failed_steps.is_empty()
    });
    match session.status {
        Status::Active if done => {
            let report = completed_report(client, id).await?.with_assistant(asking.end().await);
            let path = keep(&report, id, config)?;
            let orchestrator = Conditions { agent: Some(plan::orchestrator()), ..Conditions::default() };
            let found = json!({ "report": { "findings": report.findings, "totals": report.totals } });
            client.patch_context(id, found, orchestrator.clone()).await?;
            let request = api::Complete {
                summary: Some(cut(&report.markdown, limits::TEXT_BYTES)),
                artifacts: vec![path.display().to_string()],
            };
            client.complete_session(id, request, orchestrator).await?;
            eprintln!("{id} is complete; its report on {} is in {}", root.display(), path.display());
            Ok(Some(Ended::Completed(report)))
        }
        Status::Active => Ok(None),
        Status::Completed => {
            let report = completed_report(client, id).await?.with_assistant(asking.end().await);
            Ok(Some(Ended::Completed(report)))
        }
        status => {
            let outcome = session.outcome.clone().unwrap_or_default();
            let said: Vec<String> = [outcome.reason, outcome.details].into_iter().flatten().collect();
            Ok(Some(Ended::Otherwise(format!("{id} is {status}: {}", said.join(": ")))))
        }
    }
}

/// What the last step gave.
async fn completed_report(client: &Client, id: &SessionId) -> anyhow::Result<Report> {
    let query = ListTasks {
        step: Some(plan::REPORT.to_owned()),
        status: Some(TaskStatus::Completed),
        ..ListTasks::default()
    };
    let page = client.session_tasks(id, query).await?;
    let result = page.tasks.into_iter().next_back().and_then(|task| task.result);
    let result = result.with_context(|| format!("the step '{}' of {id} gave no report", plan::REPORT))?;
    serde_json::from_value(result).context("the report is not one that this version reads")
}

/// Keeps the report beside the store.
fn keep(report: &Report, id: &SessionId, config: &Config) -> anyhow::Result<PathBuf> {
    let directory = Path::new(config.get("data_dir").unwrap_or_default()).join("reports");
    let path = directory.join(format!("{id}.md"));
    store::make_directory(&directory)
        .and_then(|()| std::fs::write(&path, &report.markdown))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// As much of a text as fits, in whole lines.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most);
    let end = text[..end].rfind('\n').map_or(end, |newline| newline + 1);
    text[..end].to_owned()
}

/// The key that the agents send.
enum AgentKey {
    /// The server takes anybody on this machine.
    None,
    /// The one that is configured.
    Configured(String),
    /// One that was made for them, and is revoked when they end.
    Made { key_id: String, secret: String },
}

impl AgentKey {
    async fn of(client: &Client, config: &Config) -> anyhow::Result<Self> {
        if let Some(key) = config.get("api_key") {
            return Ok(Self::Configured(key.to_owned()));
        }
        if client.keys().await?.keys.is_empty() {
            return Ok(Self::None);
        }
        let created = client
            .create_key(
                api::CreateKey {
                    name: "demo".to_owned(),
                    role: Role::Admin,
                    agents: Vec::new(),
                    expires_in: Some(Span::from_secs(24 * 3600)),
                },
                Conditions::default(),
            )
            .await?;
        Ok(Self::Made { key_id: created.key.key_id, secret: created.secret })
    }

    fn secret(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Configured(secret) | Self::Made { secret, .. } => Some(secret),
        }
    }

    async fn give_back(self, client: &Client) {
        if let Self::Made { key_id, .. } = self
            && let Err(problem) = client.revoke_key(&key_id).await
        {
            tracing::warn!(%problem, key_id, "the agents' key could not be revoked; it expires within a day");
        }
    }
}
