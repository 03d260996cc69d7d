//! The demo's execution: a program of nodes that measures the same directory, in a process of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use sessiond_core::SessionId;
use sessiond_execution::config::Server;
use sessiond_execution::{Failure, Node, Session, call, function_node};
use sessiond_runner::{Exit, Overflow, Program};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::scan::{self, Measures, Source, grouped, plural};
use crate::commands::Context;
use crate::signals::Signals;

/// Files that are measured at the same time.
const SIDE_BY_SIDE: usize = 4;
/// How long the files are measured for somebody who watches.
const MEASURED: Duration = Duration::from_secs(10);
/// How long it may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(4);

/// The demo's execution
#[derive(Debug, Args)]
pub struct DemoExecution {
    #[arg(long)]
    session: SessionId,
    #[arg(long)]
    root: PathBuf,
    #[arg(long)]
    dir: PathBuf,
    #[command(flatten)]
    pace: Pace,
}

/// What the files of a directory are together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Totals {
    files: u64,
    lines: u64,
    blank: u64,
    /// The longest line, and where it is.
    longest: (u64, String),
    /// What could not be measured, and why.
    unread: Vec<(String, String)>,
}

/// What the process says when it is done.
#[derive(Debug, Serialize, Deserialize)]
struct Done {
    totals: Totals,
    /// Calls that were made, those of earlier processes among them.
    calls: u64,
    /// Calls that an earlier process had made.
    replayed: u64,
}

impl Totals {
    fn add(mut self, other: Self) -> Self {
        self.files += other.files;
        self.lines += other.lines;
        self.blank += other.blank;
        self.unread.extend(other.unread);
        if other.longest.0 > self.longest.0 {
            self.longest = other.longest;
        }
        self
    }
}

impl DemoExecution {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let mut signals = Signals::catch()?;
        let session = self.session().await?;
        let (root, pace) = (self.root.clone(), self.pace);
        let shown = scan::shown(root.as_os_str());
        let work = program(root, pace);
        let worked = tokio::select! {
            worked = session.call(&work, shown) => worked,
            () = signals.next() => {
                session.fail("it was stopped; the same command resumes it").await?;
                bail!("it was stopped");
            }
        };
        let replayed = session.info().replayed;
        let totals = match worked {
            Ok(totals) => totals,
            Err(error) => {
                session.fail(error.to_string()).await?;
                return Err(error.into());
            }
        };
        let calls = session.payload().await?["calls"].as_array().map_or(0, |calls| calls.len() as u64);
        session.close().await?;
        context.out.json_line(&Done { totals, calls, replayed })
    }

    /// Goes on with the session when it was begun before.
    async fn session(&self) -> anyhow::Result<Session> {
        // This machine's own store, whichever server the environment names.
        let builder = || {
            Session::builder()
                .dir(&self.dir)
                .server(Server::none())
                .max_concurrency(SIDE_BY_SIDE)
                .timeout(Duration::from_secs(12 * 3600))
        };
        match builder().resume(&self.session).await {
            Err(sessiond_execution::Error::Record(problem))
                if problem.code == sessiond_api::Code::SessionNotFound =>
            {
                Ok(builder().id(self.session.clone()).name("lines of code").start().await?)
            }
            resumed => Ok(resumed?),
        }
    }
}

/// The program: it lists the files of code, and measures those of each directory side by side.
fn program(root: PathBuf, pace: Pace) -> impl Node<Input = String, Output = Totals> {
    let list = {
        let root = root.clone();
        function_node("List files", move |(): ()| {
            let root = root.clone();
            async move { Ok(tokio::task::spawn_blocking(move || scan::sources(&root)).await??) }
        })
    };
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let measure = function_node("Measure", move |source: Source| {
        let root = root.clone();
        let rest = pace.share(count.load(Ordering::Relaxed), MEASURED * SIDE_BY_SIDE as u32);
        async move {
            tokio::time::sleep(rest).await;
            let measured = tokio::task::spawn_blocking(move || scan::measure(&root, &source)).await?;
            measured.map_err(Failure::from)
        }
    });
    let directory = function_node("Directory", move |files: Vec<Source>| {
        let measure = measure.clone();
        async move {
            let session = Session::current().context("a node runs in a session")?;
            let measured = session.call_batch(&measure, files.iter().cloned()).await;
            let mut totals = Totals::default();
            for (file, measured) in files.into_iter().zip(measured) {
                totals = totals.add(match measured {
                    Ok(Measures { lines, blank, longest }) => {
                        let longest = (longest, file.path);
                        Totals { files: 1, lines, blank, longest, unread: Vec::new() }
                    }
                    Err(error) => {
                        Totals { unread: vec![(file.path, error.to_string())], ..Totals::default() }
                    }
                });
            }
            Ok(totals)
        }
    });
    function_node("Lines of code", move |_root: String| {
        let (list, directory, counted) = (list.clone(), directory.clone(), counted.clone());
        async move {
            let mut totals = Totals::default();
            let files = call(&list, ()).await?;
            counted.store(files.len(), Ordering::Relaxed);
            for files in by_directory(files) {
                totals = totals.add(call(&directory, files).await?);
            }
            Ok(totals)
        }
    })
}

/// Files by the first directory of their path, in the order in which these come.
fn by_directory(files: Vec<Source>) -> Vec<Vec<Source>> {
    let top = |file: &Source| file.path.split_once('/').map(|(top, _)| top.to_owned());
    let mut groups: Vec<(Option<String>, Vec<Source>)> = Vec::new();
    for file in files {
        let top = top(&file);
        match groups.iter_mut().find(|(name, _)| *name == top) {
            Some((_, files)) => files.push(file),
            None => groups.push((top, vec![file])),
        }
    }
    groups.into_iter().map(|(_, files)| files).collect()
}

/// The execution's process, as the demo sees it.
pub struct Measuring {
    id: SessionId,
    stop: CancellationToken,
    process: JoinHandle<anyhow::Result<String>>,
}

impl Measuring {
    /// Starts it, or what an interrupted demo left of it, beside the session of the agents.
    pub fn start(beside: &SessionId, root: &Path, dir: &Path, pace: Pace) -> anyhow::Result<Self> {
        let id = SessionId::parse(format!("{beside}_lines"))?;
        let executable = std::env::current_exe().context("cannot find this program's own file")?;
        let stop = CancellationToken::new();
        let mut program = Program::new(executable)
            .args(["demo-execution", "--session", id.as_str()])
            .args([
                std::ffi::OsStr::new("--root"),
                root.as_os_str(),
                std::ffi::OsStr::new("--dir"),
                dir.as_os_str(),
            ])
            .cancellation(stop.clone())
            .grace(GRACE)
            .stdout_overflow(Overflow::Truncate)
            .env("SESSIOND_LOG_LEVEL", "warn");
        program = program.args(pace.arguments());
        let process = tokio::spawn(async move {
            let began = Instant::now();
            let finished = program.run().await.context("the execution cannot be started")?;
            match finished.exit {
                Exit::Code(0) => said(&finished.stdout, began.elapsed()),
                exit => bail!("the execution ended with {exit}: {}", finished.stderr_tail.trim()),
            }
        });
        Ok(Self { id, stop, process })
    }

    /// The execution's session.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// Waits for its end, and gives what it has to say.
    pub async fn end(&mut self) -> anyhow::Result<String> {
        (&mut self.process).await?
    }

    /// Stops it; it can be taken up again.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Ok(Err(error)) = self.process.await {
            tracing::debug!(%error, "the execution was stopped");
        }
    }
}

fn said(stdout: &[u8], took: Duration) -> anyhow::Result<String> {
    let Done { totals, calls, replayed } =
        serde_json::from_slice(stdout).context("the execution gave nothing that this version reads")?;
    let mut said = format!(
        "the execution made {} in {:.1} s: {} of code with {} lines, {} of them blank",
        plural(calls, "call", "calls"),
        took.as_secs_f64(),
        plural(totals.files, "file", "files"),
        grouped(totals.lines),
        grouped(totals.blank),
    );
    if totals.longest.0 > 0 {
        let (longest, path) = &totals.longest;
        said.push_str(&format!("; the longest has {} characters, in {path}", grouped(*longest)));
    }
    if !totals.unread.is_empty() {
        said.push_str(&format!(
            "; {} could not be read",
            plural(totals.unread.len() as u64, "file", "files")
        ));
    }
    if replayed > 0 {
        said.push_str(&format!("; {} had been made before", plural(replayed, "call", "calls")));
    }
    Ok(said)
}
