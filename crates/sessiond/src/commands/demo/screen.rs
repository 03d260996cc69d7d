//! What the terminal shows while the agents work: bars where somebody watches, lines elsewhere.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use sessiond_api::{Event, EventBody};
use sessiond_core::{TaskId, TaskStatus, TaskUpdated, Timestamp};

use super::scan::{Progress, grouped};
use crate::commands::session::short;
use crate::output::{duration, printable};

/// How often a line tells of progress, where there are no bars.
const LINE_EVERY_MS: u64 = 1_000;

/// What is known of a task.
struct Task {
    step: String,
    agent: String,
    bar: Option<ProgressBar>,
    begun: Option<Timestamp>,
    told: Option<Timestamp>,
}

/// Prints lines to standard error, also while there are bars.
#[derive(Clone)]
pub struct Lines {
    bars: Option<MultiProgress>,
}

/// What the terminal shows while the agents work. It goes to standard error; the report goes to standard output.
pub struct Screen {
    lines: Lines,
    tasks: HashMap<TaskId, Task>,
}

impl Screen {
    pub fn new() -> Self {
        let bars = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { lines: Lines { bars }, tasks: HashMap::new() }
    }

    /// What prints lines beside the bars.
    pub fn lines(&self) -> Lines {
        self.lines.clone()
    }

    /// Takes note of an event, and shows it when `show` says so.
    pub fn event(&mut self, event: &Event, show: bool) {
        match event.body() {
            Ok(EventBody::TaskDelegated(delegated)) => {
                let step = delegated.step.unwrap_or_default();
                let agent = delegated.delegatee.to_string();
                if show {
                    self.line(&format!("{step:<10}  asked of {agent}"));
                }
                let task = Task { step, agent, bar: None, begun: None, told: None };
                self.tasks.insert(delegated.task_id, task);
            }
            Ok(EventBody::TaskUpdated(update)) => {
                if show {
                    self.task(&update, event.time);
                } else if update.status == TaskStatus::InProgress
                    && let Some(task) = self.tasks.get_mut(&update.task_id)
                {
                    task.begun.get_or_insert(event.time);
                }
            }
            _ => {}
        }
    }

    fn task(&mut self, update: &TaskUpdated, time: Timestamp) {
        let Some(mut task) = self.tasks.remove(&update.task_id) else { return };
        let step = task.step.clone();
        match update.status {
            TaskStatus::InProgress => {
                let begins = task.begun.is_none();
                task.begun.get_or_insert(time);
                if task.bar.is_none()
                    && let Some(bars) = &self.lines.bars
                {
                    task.bar = Some(bar(bars, &step, &task.agent));
                }
                match (Progress::of(update), &task.bar) {
                    (Some(progress), Some(bar)) => show_bar(bar, &progress),
                    (Some(progress), None) => {
                        let due = task.told.is_none_or(|told| time.since(told).millis() >= LINE_EVERY_MS);
                        if due {
                            task.told = Some(time);
                            self.line(&format!("{step:<10}  {}", progress.in_words()));
                        }
                    }
                    (None, None) if begins => self.line(&format!("{step:<10}  {} works on it", task.agent)),
                    (None, _) => {}
                }
            }
            status => {
                if let Some(bar) = task.bar.take() {
                    bar.finish_and_clear();
                }
                let took = task.begun.map_or(0, |begun| time.since(begun).millis());
                let why = match (status, &update.error) {
                    (TaskStatus::Completed, _) | (_, None) => String::new(),
                    (_, Some(error)) => {
                        let detail = error.get("detail").or_else(|| error.get("message"));
                        format!(": {}", short(detail.unwrap_or(error), 120))
                    }
                };
                let status = if status == TaskStatus::Pending { "is retried" } else { status.as_str() };
                self.line(&format!("{step:<10}  {status} after {}{why}", duration(took)));
                // A further attempt begins anew.
                task.begun = None;
            }
        }
        self.tasks.insert(update.task_id.clone(), task);
    }

    /// Takes the bars away.
    pub fn end(&mut self) {
        for task in self.tasks.values_mut() {
            if let Some(bar) = task.bar.take() {
                bar.finish_and_clear();
            }
        }
    }

    /// Prints a line.
    pub fn line(&self, line: &str) {
        self.lines.line(line);
    }
}

impl Lines {
    /// Prints a line.
    pub fn line(&self, line: &str) {
        let line = &printable(line);
        match &self.bars {
            // Above the bars, so that both stay whole.
            Some(bars) => drop(bars.println(line)),
            None => eprintln!("{line}"),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.end();
    }
}

impl Progress {
    fn of(update: &TaskUpdated) -> Option<Self> {
        serde_json::from_value(update.progress.clone()?).ok()
    }

    fn in_words(&self) -> String {
        let done = grouped(self.done);
        match self.total {
            Some(total) => format!("{} {done} of {}", self.phase, grouped(total)),
            None => format!("{} {done}", self.phase),
        }
    }
}

fn bar(bars: &MultiProgress, step: &str, agent: &str) -> ProgressBar {
    let bar = bars.add(ProgressBar::no_length());
    bar.set_style(spinner());
    bar.set_prefix(format!("{step:<10}"));
    bar.set_message(format!("{agent} works on it"));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn show_bar(bar: &ProgressBar, progress: &Progress) {
    if let Some(total) = progress.total {
        if bar.length() != Some(total) {
            bar.set_length(total);
            bar.set_style(
                ProgressStyle::with_template("{spinner} {prefix}  {bar:30} {pos:>7}/{len:7} {msg}")
                    .unwrap_or_else(|_| spinner()),
            );
        }
        bar.set_position(progress.done);
        bar.set_message(progress.phase.clone());
    } else {
        bar.set_message(progress.in_words());
    }
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix}  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}
