//! One of the demo's agents, in a process of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};
use sessiond_agent::{Agent, Failure, Options, TaskContext};
use sessiond_api::ListSessionQuestions;
use sessiond_client::Client;
use sessiond_core::QuestionStatus;
use tokio::sync::watch;

use super::pace::Pace;
use super::plan::{FINDINGS, Part, REPORT, shown_for};
use super::report;
use super::scan::{self, Limits, Progress, WalkError, Watcher};
use crate::commands::Context;
use crate::signals::Signals;

/// How often progress is reported at most.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// One of the demo's agents
#[derive(Debug, Args)]
pub struct DemoAgent {
    #[arg(value_enum)]
    part: Part,
    #[arg(long)]
    url: String,
    #[arg(long = "root", required = true)]
    roots: Vec<PathBuf>,
    #[command(flatten)]
    pace: Pace,
}

impl DemoAgent {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let mut signals = Signals::catch()?;
        let url = context.config.get("url").context("there is no server to connect to")?;
        let mut options = Options::connect(url, context.config.get("api_key"), self.part.agent_id())?;
        // The work can be begun again at any time, so there is nothing to wait for.
        options.grace = Duration::ZERO;
        // One for this session, and one for another that was interrupted and waits in the same store.
        options.concurrency = 2;
        options.descriptor.metadata = Some(json!({ "version": env!("CARGO_PKG_VERSION"), "tags": ["demo"] }));
        let client = options.client.clone();
        let work = Arc::new(Work { roots: self.roots, pace: self.pace, client });
        let agent = Agent::start(options, move |task| {
            let work = work.clone();
            async move { work.task(task).await }
        });
        Ok(agent.until(signals.next()).await?)
    }
}

struct Work {
    /// The directories that it may look at: nobody sends it into another by a task's payload.
    roots: Vec<PathBuf>,
    pace: Pace,
    client: Client,
}

impl Work {
    async fn task(&self, task: TaskContext) -> Result<Value, Failure> {
        match task.task_type.as_str() {
            "inventory" => self.scan(&task, scan::inventory).await,
            "duplicates" => self.scan(&task, scan::duplicates).await,
            "hygiene" => self.scan(&task, scan::hygiene).await,
            REPORT => {
                let root = task.payload["root"].as_str().unwrap_or_default();
                let all = self.answer(&task).await.is_none_or(|answer| answer == FINDINGS[0].0);
                let report = report::compose(root, &task.inputs, all)?;
                self.rest(&task, shown_for(REPORT)).await;
                Ok(serde_json::to_value(report)?)
            }
            other => {
                Err(Failure::new("unknown_task", format!("there is no work of the kind '{other}' here")))
            }
        }
    }

    /// The answer to the question before the report, if it was asked.
    async fn answer(&self, task: &TaskContext) -> Option<Value> {
        let session = task.session_id.as_ref()?;
        let query = ListSessionQuestions::default();
        let questions = self.client.session_questions(session, query).await.ok()?.questions;
        let asked = questions.into_iter().find(|question| question.asker.step.as_deref() == Some(REPORT))?;
        (asked.status != QuestionStatus::Open).then_some(asked.answer).flatten()
    }

    /// Rests for somebody who watches, unless the task ends.
    async fn rest(&self, task: &TaskContext, time: Duration) {
        if self.pace.is_watched() {
            let stopped = task.cancellation().cancelled();
            drop(tokio::time::timeout(time, stopped).await);
        }
    }

    async fn scan<T: Serialize + Send + 'static>(
        &self,
        task: &TaskContext,
        work: fn(&std::path::Path, &Limits, &Watcher) -> Result<T, WalkError>,
    ) -> Result<Value, Failure> {
        let (progress, mut newest) = watch::channel(Progress::default());
        let mut watcher = Watcher::new(progress, task.cancellation().clone());
        watcher.pace = self.pace;
        let shown = shown_for(&task.task_type);
        // Two phases at most count files, and a step may have none of them.
        watcher.phase = shown / 2;
        if self.pace.is_watched() && task.task_type == "hygiene" && task.attempt == 1 {
            // Somebody who watches shall see a retry.
            self.rest(task, shown / 2).await;
            return Err(Failure::new("on_purpose", "this attempt fails on purpose, to show a retry"));
        }
        let began = tokio::time::Instant::now();
        let wanted = task.payload["root"].as_str().unwrap_or_default();
        let root = self.roots.iter().find(|root| scan::shown(root.as_os_str()) == wanted).cloned();
        let root = root.ok_or_else(|| {
            Failure::new("unknown_directory", format!("this agent does not look at '{wanted}'"))
        })?;
        let mut working = tokio::task::spawn_blocking(move || work(&root, &Limits::default(), &watcher));
        let worked = loop {
            tokio::select! {
                worked = &mut working => break worked,
                () = report_next(task, &mut newest) => {}
            }
        };
        // The last one says that everything has been seen, also where all was done in no time.
        let last = newest.borrow().clone();
        if !last.phase.is_empty() {
            task.progress(serde_json::to_value(last)?).await;
        }
        let result = serde_json::to_value(worked??)?;
        self.rest(task, shown.saturating_sub(began.elapsed())).await;
        Ok(result)
    }
}

/// Reports the newest progress once there is some, and then rests.
async fn report_next(task: &TaskContext, newest: &mut watch::Receiver<Progress>) {
    if newest.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
    let progress = newest.borrow_and_update().clone();
    if let Ok(progress) = serde_json::to_value(progress) {
        task.progress(progress).await;
    }
    tokio::time::sleep(REPORT_EVERY).await;
}
