//! `sessiond recover`.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use serde::Serialize;
use sessiond_api as api;
use sessiond_api::Code;
use sessiond_core::{SessionId, Status};
use sessiond_execution::look::{self, Activity};
use sessiond_execution::recover::{self, RESUME, Recovery};
use sessiond_execution::{Config, Error, Server, Settings};
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Connection, Context};
use crate::output::Output;

/// How often the sessions are looked at with `--watch`.
const LOOK: Duration = Duration::from_secs(1);
/// How long a session is left alone whose program ended without its end; each time twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Start programs again whose process died
#[derive(Debug, Args)]
#[command(
    after_help = "A session names its command with recover=True (Python) or Config::recover (Rust). Its program is \
started again where it ran, and continues the session: SESSIOND_RESUME names it. Sessions that wait \
for an answer are left until it is there; those that failed are started with --failed alone.

Examples:
  sessiond recover --dry-run
  sessiond recover
  sessiond recover --watch --jobs 8"
)]
pub struct Recover {
    /// Keep running, and start programs as their processes die or their answers arrive
    #[arg(long)]
    watch: bool,
    /// Programs that run at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// Start the programs of failed sessions too, once
    #[arg(long)]
    failed: bool,
    /// Only show what would be started
    #[arg(long, conflicts_with = "watch")]
    dry_run: bool,
    #[command(flatten, next_help_heading = "Connection options")]
    connection: Connection,
}

/// What is said of a session.
#[derive(Debug, Serialize)]
struct Told {
    session_id: SessionId,
    command: Vec<String>,
    /// `running`, `waiting`, `failed`, `interrupted`, `completed`, `terminated` or `expired`.
    state: &'static str,
    /// What was done: `left`, `would start`, `started`, `ended`.
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// When a session may be started again.
struct Pause {
    until: Instant,
    next: Duration,
}

impl Recover {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let config = &context.config;
        let dir = PathBuf::from(config.get("data_dir").unwrap_or_default());
        if !dir.is_dir() {
            bail!(
                "there is no directory {}: name the one that the programs record in with --dir",
                dir.display()
            );
        }
        let dir = dir.canonicalize()?;
        let server = config
            .get("url")
            .map_or_else(Server::none, |url| Server::new(url, config.get("api_key").map(ToOwned::to_owned)));
        let settings = Config { dir: Some(dir), server: Some(server), ..Config::default() }.settle();
        let work = Work { settings, out: context.out, failed: self.failed, dry_run: self.dry_run };
        let work = Arc::new(work);
        if self.watch { work.watch(self.jobs).await } else { work.once(self.jobs).await }
    }
}

struct Work {
    settings: Settings,
    out: Output,
    failed: bool,
    dry_run: bool,
}

impl Work {
    /// Starts what died, and waits for all of it.
    async fn once(self: Arc<Self>, jobs: u16) -> anyhow::Result<()> {
        let running = Arc::new(Semaphore::new(jobs.into()));
        let mut programs = JoinSet::new();
        let known = recover::list(&self.settings.dir)?;
        if known.is_empty() && !self.out.json {
            self.out.line("no session names a command to start it again")?;
        }
        for (id, recovery) in known {
            let Some(state) = self.state(&id).await? else { continue };
            let starts = state == "interrupted" || (state == "failed" && self.failed);
            if !starts || self.dry_run {
                let action = if starts { "would start" } else { "left" };
                self.say(&id, &recovery, state, action, None, None)?;
                continue;
            }
            let (work, running) = (self.clone(), running.clone());
            programs.spawn(async move {
                let _permit = running.acquire_owned().await?;
                work.start(&id, &recovery, state).await
            });
        }
        let mut failed = 0_usize;
        while let Some(done) = programs.join_next().await {
            failed += usize::from(!done??);
        }
        match failed {
            0 => Ok(()),
            1 => bail!("1 session did not come to its end"),
            several => bail!("{several} sessions did not come to their end"),
        }
    }

    /// Starts what dies, until it is stopped.
    async fn watch(self: Arc<Self>, jobs: u16) -> anyhow::Result<()> {
        let running = Arc::new(Semaphore::new(jobs.into()));
        let mut programs: JoinSet<anyhow::Result<(SessionId, bool)>> = JoinSet::new();
        let mut pauses: HashMap<SessionId, Pause> = HashMap::new();
        let mut started: HashSet<SessionId> = HashSet::new();
        let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
        if !self.out.json {
            self.out.line(format_args!("watching {}; Ctrl-C ends", self.settings.dir.display()))?;
        }
        loop {
            for (id, recovery) in recover::list(&self.settings.dir)? {
                if started.contains(&id) || pauses.get(&id).is_some_and(|pause| pause.until > Instant::now())
                {
                    continue;
                }
                let Some(state) = self.state(&id).await? else { continue };
                if state == "waiting" {
                    // When the answer is there, it goes on at once.
                    pauses.remove(&id);
                }
                if state != "interrupted" {
                    continue;
                }
                let Ok(permit) = running.clone().try_acquire_owned() else { break };
                started.insert(id.clone());
                let work = self.clone();
                programs.spawn(async move {
                    let _permit = permit;
                    let done = work.start(&id, &recovery, state).await?;
                    Ok((id, done))
                });
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                stopped = &mut stop => {
                    stopped?;
                    break;
                }
                Some(done) = programs.join_next() => {
                    let (id, done) = done??;
                    started.remove(&id);
                    if !done {
                        let next = pauses.get(&id).map_or(FIRST_PAUSE, |pause| pause.next);
                        let pause = Pause { until: Instant::now() + next, next: (next * 2).min(LONGEST_PAUSE) };
                        pauses.insert(id, pause);
                    }
                }
            }
        }
        // Ctrl-C reached the programs as well, which leave their sessions in order.
        while let Some(done) = programs.join_next().await {
            done??;
        }
        Ok(())
    }

    /// What a session is doing; none of one that has nothing left to start.
    async fn state(&self, id: &SessionId) -> anyhow::Result<Option<&'static str>> {
        let (session, activity) = match look::session(&self.settings, id).await {
            Ok(found) => found,
            Err(Error::Record(problem)) if problem.code == Code::SessionNotFound => {
                // It was deleted.
                recover::forget(&self.settings.dir, id);
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        if matches!(session.status, Status::Completed | Status::Terminated | Status::Expired) {
            recover::forget(&self.settings.dir, id);
            return Ok(None);
        }
        Ok(Some(word(&session, activity)))
    }

    /// Starts a program and waits for its end; says whether its session is as it should be then.
    async fn start(&self, id: &SessionId, recovery: &Recovery, state: &'static str) -> anyhow::Result<bool> {
        self.say(id, recovery, state, "started", None, None)?;
        let [program, arguments @ ..] = recovery.command.as_slice() else { return Ok(false) };
        let ended = Command::new(program)
            .args(arguments)
            .current_dir(&recovery.cwd)
            .env(RESUME, id.as_str())
            .env("SESSIOND_DIR", &self.settings.dir)
            .stdin(Stdio::null())
            .status()
            .await;
        let ended = match ended {
            Ok(ended) => ended,
            Err(error) => {
                let detail = format!("{program} cannot be started in {}: {error}", recovery.cwd.display());
                self.say(id, recovery, state, "left", None, Some(detail))?;
                return Ok(false);
            }
        };
        let (session, activity) = look::session(&self.settings, id).await?;
        let state = word(&session, activity);
        let detail = match (state, &session.outcome) {
            ("failed", Some(outcome)) => {
                serde_json::to_value(outcome)?["reason"].as_str().map(ToOwned::to_owned)
            }
            ("waiting", _) => Some(format!("{} open", count(session.open_questions, "question"))),
            ("interrupted", _) => Some("its program ended without its session's end".to_owned()),
            _ => None,
        };
        self.say(id, recovery, state, "ended", ended.code(), detail)?;
        Ok(matches!(state, "completed" | "waiting"))
    }

    fn say(
        &self,
        id: &SessionId,
        recovery: &Recovery,
        state: &'static str,
        action: &'static str,
        exit_code: Option<i32>,
        detail: Option<String>,
    ) -> anyhow::Result<()> {
        let told = Told {
            session_id: id.clone(),
            command: recovery.command.clone(),
            state,
            action,
            exit_code,
            detail,
        };
        if self.out.json {
            return self.out.json_line(&told);
        }
        let detail = told.detail.map(|detail| format!(": {detail}")).unwrap_or_default();
        let line = match action {
            "ended" => {
                let code = exit_code.map_or_else(|| "by a signal".to_owned(), |code| format!("with {code}"));
                format!("{id}: its program ended {code}, the session is {state}{detail}")
            }
            "left" => format!("{id}: {state}{detail}"),
            _ => format!("{id}: {state}, {action}: {}", recovery.command.join(" ")),
        };
        Ok(self.out.line(line)?)
    }
}

fn word(session: &api::Session, activity: Activity) -> &'static str {
    match (session.status, activity) {
        (Status::Active, Activity::Running) => "running",
        (Status::Active, _) if session.open_questions > 0 => "waiting",
        (Status::Active, _) => "interrupted",
        (ended, _) => ended.as_str(),
    }
}

fn count(number: u32, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
