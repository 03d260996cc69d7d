//! Reports: how an attempt at a task goes and ends, and what follows from that.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::session::draft::Draft;
use crate::session::{Effect, Rejection};
use crate::values::check::Checks;
use crate::values::json::bytes_of;
use crate::values::{AgentId, TaskId};
use crate::workflow::progress;

use super::cancel::{cancel, cancel_silently};
use super::input;
use super::notice::{self, Told};
use super::{Task, TaskChange, TaskReport, TaskStatus, TaskUpdated};

/// Takes in a report.
pub(crate) fn report(draft: &mut Draft<'_>, report: TaskReport, told: Told) -> Result<(), Rejection> {
    check(&report.change)?;
    let task = draft.session().tasks.get(&report.task).cloned().ok_or(Rejection::TaskNotFound)?;
    if !task.status.is_open() {
        return Err(Rejection::TaskClosed { task: task.id.clone(), status: task.status });
    }
    let cancels = matches!(report.change, TaskChange::Cancel { .. });
    let other_attempt = report.attempt.is_some_and(|attempt| attempt != task.attempt);
    let other_agent = report.by.as_ref().is_some_and(|agent| *agent != task.assignee);
    if other_attempt || (other_agent && !cancels) {
        let (attempt, assignee) = (task.attempt, task.assignee.clone());
        return Err(Rejection::AttemptStale { task: task.id.clone(), attempt, assignee });
    }
    if let TaskChange::Progress(value) | TaskChange::Complete(value) | TaskChange::Fail { error: value, .. } =
        &report.change
    {
        draft.session().check_room(bytes_of(value))?;
    }
    match report.change {
        TaskChange::Accept if task.status == TaskStatus::InProgress && task.heartbeat.is_none() => Ok(()),
        TaskChange::Accept => begin(draft, &task, None),
        TaskChange::Progress(progress) => begin(draft, &task, something(progress)),
        TaskChange::Complete(result) => {
            notice::withdraw(draft, &task, false);
            let result = something(result).map(Arc::new);
            end_task(draft, TaskUpdated { status: TaskStatus::Completed, result, ..task.update() }, told)
        }
        TaskChange::Fail { error, retryable } => {
            let retryable = retryable.or_else(|| error.get("retryable")?.as_bool()).unwrap_or(true);
            let error = something(error)
                .unwrap_or_else(|| json!({ "code": "failed", "detail": "the agent gave no reason" }));
            fail_attempt(draft, &task, Failure { told, retryable, ..Failure::new(error) })
        }
        TaskChange::Cancel { reason } => {
            cancel(draft, &task, reason.as_deref().unwrap_or("cancelled"))?;
            progress::task_cancelled(draft, &task)
        }
    }
}

/// The assignee works on the attempt: from its first report on the request is kept for the agent's next process alone, and
/// the time for the work runs. Each report is a sign of life.
fn begin(draft: &mut Draft<'_>, task: &Task, progress: Option<Value>) -> Result<(), Rejection> {
    if task.status == TaskStatus::Pending {
        notice::hold(draft, task);
    }
    let deadline = match task.status {
        TaskStatus::InProgress if task.heartbeat.is_none() || task.waiting_since.is_some() => None,
        _ => Some(task.work_until(draft.now())).filter(|deadline| *deadline != task.deadline),
    };
    draft.emit(TaskUpdated { status: TaskStatus::InProgress, progress, deadline, ..task.update() })?;
    if deadline.is_some()
        && let Some(task) = draft.session().tasks.get(&task.id).cloned()
    {
        notice::watch_deadline(draft, &task);
    }
    Ok(())
}

/// The request of an attempt did not reach its agent, or is gone from its inbox: the attempt has failed.
pub(crate) fn undelivered(
    draft: &mut Draft<'_>,
    task_id: &TaskId,
    attempt: u32,
    why: &str,
) -> Result<(), Rejection> {
    let Some(task) = draft.session().tasks.get(task_id).cloned() else {
        return Ok(());
    };
    if !task.status.is_open() || task.attempt != attempt {
        return Ok(());
    }
    notice::notify_cancelled(draft, &task, why);
    let error = json!({ "code": "undelivered", "detail": why });
    fail_attempt(draft, &task, Failure { dead: true, ..Failure::new(error) })
}

/// A timer: the attempt is over time.
pub(crate) fn deadline(draft: &mut Draft<'_>, task_id: &TaskId, attempt: u32) -> Result<(), Rejection> {
    let Some(task) = draft.session().tasks.get(task_id).cloned() else {
        return Ok(());
    };
    if !task.status.is_open() || task.attempt != attempt || draft.now() < task.deadline {
        return Ok(());
    }
    if task.waiting_since.is_some() {
        return Ok(());
    }
    notice::notify_cancelled(draft, &task, "the attempt is over time");
    let (code, detail) = match (task.status, task.heartbeat) {
        (TaskStatus::Pending, _) => ("not_accepted", "nobody accepted the task in time".to_owned()),
        (_, Some(heartbeat)) if draft.now() < task.started_at.unwrap_or(draft.now()).after(task.timeout) => {
            ("heartbeat", format!("no report within {heartbeat}"))
        }
        _ => ("timeout", format!("no result within {}", task.timeout)),
    };
    let error = json!({ "code": code, "detail": detail });
    fail_attempt(draft, &task, Failure { status: TaskStatus::Timeout, ..Failure::new(error) })
}

/// The process that worked for `agent` is dead: what it had in progress is a failed attempt.
pub(crate) fn lose_assignee(draft: &mut Draft<'_>, agent: &AgentId) -> Result<(), Rejection> {
    let lost = tasks_of(draft, agent, |task| task.status == TaskStatus::InProgress);
    for task in lost {
        // An earlier one may have ended the session or the step, and with it this task.
        if is_open(draft, &task) {
            let error = json!({ "code": "lease_expired", "detail": format!("the process of {agent} was declared dead") });
            fail_attempt(draft, &task, Failure::new(error))?;
        }
    }
    Ok(())
}

/// An agent has left: the next agent is asked for what it had. Where there is none, a task that it had for another
/// fails, because the one who was asked first is waited for; its own task is wanted no more.
pub(crate) fn leave(draft: &mut Draft<'_>, agent: &AgentId) -> Result<(), Rejection> {
    for task in tasks_of(draft, agent, |_| true) {
        if !is_open(draft, &task) {
            continue;
        }
        let reason = "the agent left the session";
        notice::notify_cancelled(draft, &task, reason);
        if task.delegatee != *agent || next_fallback(draft, &task).is_some() {
            let error = json!({ "code": "left", "detail": format!("{agent} left the session") });
            fail_attempt(draft, &task, Failure::new(error))?;
        } else {
            cancel_silently(draft, &task, reason)?;
            progress::task_cancelled(draft, &task)?;
        }
    }
    Ok(())
}

/// How an attempt failed.
struct Failure {
    error: Value,
    /// What the task is when this was its last attempt.
    status: TaskStatus,
    told: Told,
    /// Whether its request could not be delivered.
    dead: bool,
    /// Whether the same agent may succeed with another attempt.
    retryable: bool,
}

impl Failure {
    fn new(error: Value) -> Self {
        Self { error, status: TaskStatus::Failed, told: Told::NotYet, dead: false, retryable: true }
    }
}

/// An attempt failed: try again, ask the next agent, or give up, as the task's own policy says.
fn fail_attempt(draft: &mut Draft<'_>, task: &Task, failure: Failure) -> Result<(), Rejection> {
    let Failure { error, status, told, dead, retryable } = failure;
    let now = draft.now();
    let retry = retryable
        && task.retries < task.retry_policy.max_retries
        && draft.session().takes_part(&task.assignee);
    let next = if retry {
        let delay = task.retry_policy.delay(task.retries + 1, draft.random());
        Some((task.assignee.clone(), now.after(delay)))
    } else {
        next_fallback(draft, task).map(|agent| (agent, now))
    };
    let error = Some(Arc::new(error));
    let retryable = (!retryable).then_some(false);
    notice::withdraw(draft, task, dead);
    let Some((assignee, retry_at)) = next else {
        return end_task(draft, TaskUpdated { status, error, retryable, ..task.update() }, told);
    };
    let message_id = draft.message_id();
    draft.emit(TaskUpdated {
        status: TaskStatus::Pending,
        attempt: task.attempt.saturating_add(1),
        assignee,
        error,
        ended: Some(status),
        message_id: Some(message_id),
        retry_at: Some(task.request_at(retry_at)),
        deadline: Some(task.start_by(retry_at)),
        retryable,
        ..task.update()
    })?;
    input::release(draft, &task.id)?;
    notice::request(draft, &task.id, retry_at);
    Ok(())
}

/// The first of the agents yet to be asked that takes part, and not the one who just failed.
fn next_fallback(draft: &Draft<'_>, task: &Task) -> Option<AgentId> {
    task.fallbacks_left()
        .iter()
        .find(|agent| **agent != task.assignee && draft.session().takes_part(agent))
        .cloned()
}

/// Ends a task whose request was taken back, tells its delegator, and lets its step continue.
fn end_task(draft: &mut Draft<'_>, update: TaskUpdated, told: Told) -> Result<(), Rejection> {
    let id = update.task_id.clone();
    draft.emit(update)?;
    let Some(task) = draft.session().tasks.get(&id).cloned() else {
        return Ok(());
    };
    draft.effect(Effect::ClearTimer(task.timer()));
    input::release(draft, &id)?;
    notice::respond(draft, &task, told);
    progress::task_ended(draft, &task)
}

fn tasks_of(draft: &Draft<'_>, agent: &AgentId, wanted: impl Fn(&Task) -> bool) -> Vec<Arc<Task>> {
    draft.session().open_tasks().filter(|task| task.assignee == *agent && wanted(task)).cloned().collect()
}

fn is_open(draft: &Draft<'_>, task: &Task) -> bool {
    draft.session().tasks.get(&task.id).is_some_and(|now| now.status.is_open())
}

fn check(change: &TaskChange) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    match change {
        TaskChange::Progress(value) => checks.payload("/progress", value),
        TaskChange::Complete(value) => checks.payload("/result", value),
        TaskChange::Fail { error, .. } => checks.payload("/error", error),
        TaskChange::Cancel { reason } => checks.name_if_any("/reason", reason.as_ref()),
        TaskChange::Accept => {}
    }
    Ok(checks.done()?)
}

/// `null` says nothing: it is kept as absent, as JSON readers take it.
fn something(value: Value) -> Option<Value> {
    (!value.is_null()).then_some(value)
}
