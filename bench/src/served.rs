//! `sessiond serve` as a process of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::bench::Bench;
use crate::http::Connection;
use crate::machine;

/// A server that runs; it is killed when this is dropped.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to the first `200` of `/ready`.
    pub ready_after: Duration,
    // Kept open: a server whose output nobody takes would fail to write it.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Served {
    /// Starts a server on the store in `dir`, with the settings that it has by itself, and waits until it is ready.
    pub async fn start(bench: &Bench, dir: &Path) -> anyhow::Result<Self> {
        Self::start_with(bench, dir, &[]).await
    }

    /// The same with these variables in its environment.
    pub async fn start_with(
        bench: &Bench,
        dir: &Path,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let program = bench.program()?;
        let began = Instant::now();
        let mut command = Command::new(program);
        command.arg("serve").args(["--listen", "127.0.0.1:0", "--dir"]).arg(dir);
        // Neither a file nor the environment of whoever measures may change what is measured.
        command.current_dir(dir.parent().unwrap_or(dir));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SESSIOND_") || name == "AGENT_BUS_API_KEY" {
                command.env_remove(name);
            }
        }
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().context("sessiond cannot be started")?;
        let mut output = BufReader::new(child.stdout.take().context("it has no output")?).lines();
        let line = output.next_line().await?.context("sessiond serve ended at once")?;
        let address = address(&line).with_context(|| format!("it says no address: {line}"))?;
        let mut connection = Connection::open(address).await?;
        connection.get("/ready").await?.ok()?;
        let ready_after = began.elapsed();
        Ok(Self { child, address, ready_after, _output: output })
    }

    pub async fn connect(&self) -> anyhow::Result<Connection> {
        Connection::open(self.address).await
    }

    /// Its number among the processes; 0 when it has ended.
    pub fn process(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// Its resident memory, in bytes.
    pub fn resident(&self) -> anyhow::Result<u64> {
        let id = self.child.id().context("the server has ended")?;
        machine::resident(id).context("the server's memory cannot be read")
    }

    /// Ends it as Ctrl-C does.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        kill_process(id.context("the server has ended")?, Signal::TERM)?;
        let status = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        ensure!(status.context("the server does not end")??.success(), "the server ended badly");
        Ok(())
    }
}

/// The address in `sessiond listens on http://127.0.0.1:8080 (…)`.
fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    rest.split_whitespace().next()?.parse().ok()
}
