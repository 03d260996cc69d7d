//! The agents' processes: started, started again when they die, and stopped.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use sessiond_api::AgentHealth;
use sessiond_client::Client;
use sessiond_runner::{Exit, Overflow, Program};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::plan::Part;

/// How often an agent that dies is started again before the demo gives up.
const RESTARTS: u32 = 5;
/// How long to wait before that.
const PAUSE: Duration = Duration::from_millis(300);
/// How long an agent may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(4);
/// How long the agents may take to connect.
const CONNECT: Duration = Duration::from_secs(30);

/// The agents' processes.
pub struct Crew {
    stop: CancellationToken,
    watchers: JoinSet<()>,
    failures: mpsc::Receiver<anyhow::Error>,
}

impl Crew {
    /// Starts all three.
    pub fn start(url: &str, key: Option<&str>, roots: &[PathBuf], pace: Pace) -> anyhow::Result<Self> {
        let executable =
            std::env::current_exe().context("cannot find this program's own file to start agents")?;
        let stop = CancellationToken::new();
        let (failed, failures) = mpsc::channel(Part::ALL.len());
        let mut watchers = JoinSet::new();
        for part in Part::ALL {
            let mut arguments: Vec<OsString> =
                vec!["demo-agent".into(), part.name().into(), "--url".into(), url.into()];
            for root in roots {
                arguments.extend(["--root".into(), root.into()]);
            }
            arguments.extend(pace.arguments());
            let start = Start {
                part,
                executable: executable.clone().into(),
                arguments,
                key: key.map(str::to_owned),
                stop: stop.clone(),
            };
            let failed = failed.clone();
            watchers.spawn(async move {
                if let Err(error) = start.keep_alive().await {
                    // Nobody listens any more when the demo ends meanwhile.
                    drop(failed.send(error).await);
                }
            });
        }
        Ok(Self { stop, watchers, failures })
    }

    /// Waits until an agent has died for good.
    pub async fn failed(&mut self) -> anyhow::Error {
        match self.failures.recv().await {
            Some(error) => error,
            None => std::future::pending().await,
        }
    }

    /// Stops all, and waits until nothing of them is left.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.watchers.join_next().await.is_some() {}
    }
}

struct Start {
    part: Part,
    executable: OsString,
    arguments: Vec<OsString>,
    key: Option<String>,
    stop: CancellationToken,
}

impl Start {
    async fn keep_alive(self) -> anyhow::Result<()> {
        let agent = self.part.agent_id();
        for _ in 0..=RESTARTS {
            let finished =
                self.program().run().await.with_context(|| format!("{agent} cannot be started"))?;
            if finished.exit == Exit::Cancelled || self.stop.is_cancelled() {
                return Ok(());
            }
            tracing::warn!(%agent, exit = %finished.exit, "an agent has died; starting it again");
            tracing::debug!(%agent, said = finished.stderr_tail);
            let last_words = finished.stderr_tail.lines().next_back().unwrap_or_default().to_owned();
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(PAUSE) => {}
            }
            if !last_words.is_empty() {
                tracing::warn!(%agent, "{last_words}");
            }
        }
        Err(anyhow!(
            "{agent} died {} times, and is not started again; --log-level debug shows what it said",
            RESTARTS + 1
        ))
    }

    fn program(&self) -> Program {
        let mut program = Program::new(&self.executable)
            .args(&self.arguments)
            .cancellation(self.stop.clone())
            .grace(GRACE)
            .stdout_overflow(Overflow::Truncate)
            .max_stdout_bytes(4096)
            .env_remove("AGENT_BUS_API_KEY")
            .env_remove("SESSIOND_API_KEY")
            // What people read comes from this process.
            .env("SESSIOND_LOG_LEVEL", "warn");
        if let Some(key) = &self.key {
            program = program.env("SESSIOND_API_KEY", key);
        }
        program
    }
}

/// Says goodbye for the agents, which have ended: they are no longer registered.
pub async fn leave(client: &Client) {
    for part in Part::ALL {
        if let Err(problem) = client.delete_agent(&part.agent_id()).await {
            tracing::debug!(%problem, agent = %part.agent_id(), "the agent is still registered");
        }
    }
}

/// Waits until all agents read their inboxes: a plan cannot give tasks to agents that nobody knows.
pub async fn connected(client: &Client) -> anyhow::Result<()> {
    let all = async {
        for part in Part::ALL {
            let agent_id = part.agent_id();
            loop {
                let alive = client.agent(&agent_id).await.is_ok_and(|agent| {
                    matches!(agent.status, AgentHealth::Connected | AgentHealth::Idle | AgentHealth::Busy)
                });
                if alive {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        }
    };
    if tokio::time::timeout(CONNECT, all).await.is_err() {
        bail!(
            "the agents did not connect within {} s; --log-level debug shows what they said",
            CONNECT.as_secs()
        );
    }
    Ok(())
}
