//! An agent that runs a command-line program for each task.
//!
//! # What the program is given
//!
//! - On standard input, and in the file that `SESSIOND_TASK_FILE` names (mode 0600, removed when the program has
//!   ended): a JSON document `{task_id, session_id, step, task_type, attempt, agent_id, payload, inputs,
//!   shared_context, time_left_ms}`. A [`Preset`] gives a prompt on standard input instead; the file is the same.
//! - In its environment: `SESSIOND_TASK_ID`, `SESSIOND_SESSION_ID`, `SESSIOND_STEP`, `SESSIOND_TASK_TYPE`,
//!   `SESSIOND_ATTEMPT`, `SESSIOND_AGENT_ID`, and `SESSIOND_PAYLOAD` with the payload as JSON unless that is larger
//!   than [`PAYLOAD_VARIABLE_BYTES`]. What does not apply is absent. The server's key is taken out of it.
//!
//! # What it gives
//!
//! - Standard output is the result when it exits with 0: the JSON value that it is, or else a string without the
//!   newlines at its end; nothing at all is `null`.
//! - A line on standard error that begins with `progress:` reports progress: what follows, as JSON or as text. The
//!   newest one counts, at most [`PROGRESS_INTERVAL`] apart. Other lines go to the log at level `debug`.
//! - Anything else fails the task with an object whose `code` is `exit` (and `exit_code`, `stderr_tail`), `signal`,
//!   `timeout`, `output_too_large` or `not_started`.
//!
//! The values of variables whose names look like secrets are masked in all of this.

mod outcome;
mod preset;
mod prompt;
mod redact;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use sessiond_runner::Program;
use tokio::sync::watch;

use crate::task::Cause;
use crate::{Failure, Handler, TaskContext};
pub use preset::Preset;
pub use redact::Redactor;

/// A payload larger than this is not in the environment; Linux takes 128 KiB for one variable.
pub const PAYLOAD_VARIABLE_BYTES: usize = 64 * 1024;

/// The shortest time between two progress reports of one task.
pub const PROGRESS_INTERVAL: Duration = Duration::from_millis(500);

/// How much of the end of standard error a failure carries.
pub const STDERR_TAIL_BYTES: usize = 8 * 1024;

/// Variables that hold the server's key, which the program does not need.
const KEY_VARIABLES: [&str; 2] = ["SESSIOND_API_KEY", "AGENT_BUS_API_KEY"];

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A line for the shell, `/bin/sh -c LINE`. Nothing of a task is ever part of it.
    Shell(OsString),
    /// A program that takes a prompt on standard input, and arguments beside those of the preset.
    Preset(Preset, Vec<OsString>),
}

/// What to run, and within which limits.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to run.
    pub command: Command,
    /// Where; the agent's own directory when absent.
    pub working_dir: Option<PathBuf>,
    /// How much standard output a result may have; a program that writes more is stopped.
    pub max_output_bytes: usize,
    /// More values to mask.
    pub secrets: Vec<String>,
}

impl Options {
    /// A command with the limits of the server.
    pub fn new(command: Command) -> Self {
        Self {
            command,
            working_dir: None,
            max_output_bytes: sessiond_core::limits::PAYLOAD_BYTES,
            secrets: Vec::new(),
        }
    }
}

/// A handler that runs a command-line program for each task.
pub struct Exec {
    options: Options,
    redactor: Arc<Redactor>,
}

impl Exec {
    /// Masks the secrets of the present environment and those that `options` name.
    pub fn new(options: Options) -> Self {
        let redactor = Redactor::of_environment(std::env::vars(), options.secrets.iter().map(String::as_str));
        Self { options, redactor: Arc::new(redactor) }
    }

    /// Whether its program can be started, as far as that can be told without starting it.
    ///
    /// # Errors
    ///
    /// What is missing, for people.
    pub async fn check(&self) -> Result<(), String> {
        if let Some(dir) = &self.options.working_dir
            && !dir.is_dir()
        {
            return Err(format!("the working directory {} does not exist", dir.display()));
        }
        let name = match &self.options.command {
            Command::Preset(preset, _) => Some(preset.program().to_owned()),
            Command::Shell(line) => first_word(&line.to_string_lossy()),
        };
        let Some(name) = name else {
            return Ok(());
        };
        // The shell knows its own words, the path, and what may be executed.
        let mut look = Program::shell(format!("command -v -- {name}")).stdin(Vec::new());
        if let Some(dir) = &self.options.working_dir {
            look = look.working_dir(dir);
        }
        match look.run().await {
            Ok(finished) if finished.exit == sessiond_runner::Exit::Code(0) => Ok(()),
            Ok(_) => Err(format!("there is no program {name}")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn program(&self) -> Program {
        match &self.options.command {
            Command::Shell(line) => Program::shell(line),
            Command::Preset(preset, arguments) => {
                Program::new(preset.program()).args(preset.arguments()).args(arguments)
            }
        }
    }

    async fn run(&self, task: &TaskContext) -> Result<Value, Failure> {
        let document = document(task);
        let mut text = serde_json::to_vec_pretty(&document)?;
        text.push(b'\n');
        let file = task_file(&text).await?;
        let input = match &self.options.command {
            Command::Shell(_) => text,
            Command::Preset(..) => prompt::of(task).into_bytes(),
        };

        let (progress, newest) = watch::channel(None);
        let mut program = self
            .program()
            .stdin(input)
            .envs(variables(task))
            .env("SESSIOND_TASK_FILE", file.path())
            .max_stdout_bytes(self.options.max_output_bytes)
            .max_stderr_bytes(STDERR_TAIL_BYTES)
            .cancellation(task.cancellation().clone())
            .on_stderr_line(move |line| match line.strip_prefix("progress:") {
                Some(words) => drop(progress.send_replace(Some(outcome::value(words.trim())))),
                None => tracing::debug!(target: "sessiond_agent::exec::stderr", "{line}"),
            });
        for name in KEY_VARIABLES {
            program = program.env_remove(name);
        }
        if let Some(dir) = &self.options.working_dir {
            program = program.working_dir(dir);
        }
        let running = program.run();
        let finished = tokio::select! {
            finished = running => finished,
            () = report_progress(task, newest, &self.redactor) => {
                unreachable!("progress is reported until the program has ended")
            }
        };
        // The file goes only now: the program may read it as late as it likes.
        drop(file);
        let timed_out = task.stop.cause() == Some(Cause::Timeout);
        outcome::of(finished, task.time_left, timed_out)
    }
}

/// The program that a line for the shell begins with, when that is plain to see.
fn first_word(line: &str) -> Option<String> {
    let word = line.split_whitespace().next()?;
    let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._/+-".contains(c));
    (is_plain && !word.starts_with('-')).then(|| word.to_owned())
}

#[async_trait]
impl Handler for Exec {
    async fn task(&self, task: TaskContext) -> Result<Value, Failure> {
        match self.run(&task).await {
            Ok(mut result) => {
                self.redactor.mask(&mut result);
                Ok(result)
            }
            Err(Failure(mut error)) => {
                self.redactor.mask(&mut error);
                Err(Failure(error))
            }
        }
    }
}

/// Reports the newest progress, not too often. It ends only when it is dropped.
async fn report_progress(
    task: &TaskContext,
    mut newest: watch::Receiver<Option<Value>>,
    redactor: &Redactor,
) {
    loop {
        if newest.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
        let progress = newest.borrow_and_update().clone();
        if let Some(mut progress) = progress {
            redactor.mask(&mut progress);
            task.progress(progress).await;
        }
        tokio::time::sleep(PROGRESS_INTERVAL).await;
    }
}

/// The task as the program reads it.
fn document(task: &TaskContext) -> Value {
    json!({
        "task_id": task.task_id,
        "session_id": task.session_id,
        "step": task.step,
        "task_type": task.task_type,
        "attempt": task.attempt,
        "agent_id": task.agent_id,
        "payload": task.payload,
        "inputs": task.inputs,
        "shared_context": task.shared_context,
        "time_left_ms": task.time_left.map(|left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX)),
    })
}

/// The task as variables of the environment.
fn variables(task: &TaskContext) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("SESSIOND_TASK_ID", task.task_id.to_string()),
        ("SESSIOND_TASK_TYPE", task.task_type.clone()),
        ("SESSIOND_ATTEMPT", task.attempt.to_string()),
        ("SESSIOND_AGENT_ID", task.agent_id.to_string()),
    ];
    variables.extend(task.session_id.as_ref().map(|id| ("SESSIOND_SESSION_ID", id.to_string())));
    variables.extend(task.step.as_ref().map(|step| ("SESSIOND_STEP", step.clone())));
    let payload = task.payload.to_string();
    if payload.len() <= PAYLOAD_VARIABLE_BYTES {
        variables.push(("SESSIOND_PAYLOAD", payload));
    }
    // A NUL cannot stand in an environment; names with one are refused by the server, payloads escape it.
    variables.retain(|(_, value)| !value.contains('\0'));
    variables
}

/// A file that only this user can read, and that goes when it is dropped.
async fn task_file(text: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let text = text.to_vec();
    tokio::task::spawn_blocking(move || {
        // tempfile makes its files with mode 0600.
        let mut file = tempfile::Builder::new().prefix("sessiond-task-").suffix(".json").tempfile()?;
        file.write_all(&text)?;
        file.flush()?;
        Ok(file)
    })
    .await
    .map_err(std::io::Error::other)?
}
