//! How tasks are cancelled: one, those of a step, or all.

use std::sync::Arc;

use serde_json::json;

use crate::questions;
use crate::session::draft::Draft;
use crate::session::{Effect, Rejection};

use super::input;
use super::notice::{self, Told};
use super::{Task, TaskStatus, TaskUpdated};

/// Cancels all open tasks.
pub(crate) fn cancel_open(draft: &mut Draft<'_>, reason: &str) -> Result<(), Rejection> {
    let open: Vec<Arc<Task>> = draft.session().open_tasks().cloned().collect();
    open.iter().try_for_each(|task| cancel(draft, task, reason))
}

/// Cancels the open tasks of one step.
pub(crate) fn cancel_in_step(draft: &mut Draft<'_>, step: &str, reason: &str) -> Result<(), Rejection> {
    let open: Vec<Arc<Task>> =
        draft.session().open_tasks().filter(|task| task.step.as_deref() == Some(step)).cloned().collect();
    open.iter().try_for_each(|task| cancel(draft, task, reason))?;
    questions::rules::release(draft, reason, |asker| asker.step.as_deref() == Some(step))
}

/// Cancels a task. Its step takes no note: it waits for another task, or to be completed manually.
pub(crate) fn cancel(draft: &mut Draft<'_>, task: &Task, reason: &str) -> Result<(), Rejection> {
    notice::notify_cancelled(draft, task, reason);
    cancel_silently(draft, task, reason)
}

/// Cancels a task without a notice to its assignee.
pub(crate) fn cancel_silently(draft: &mut Draft<'_>, task: &Task, reason: &str) -> Result<(), Rejection> {
    notice::withdraw(draft, task, false);
    draft.effect(Effect::ClearTimer(task.timer()));
    mark_cancelled(draft, task, reason)?;
    input::release(draft, &task.id)?;
    if let Some(task) = draft.session().tasks.get(&task.id).cloned() {
        notice::respond(draft, &task, Told::NotYet);
    }
    Ok(())
}

/// Marks a task cancelled, with no effects: what is to be taken back belongs to another session, or is gone.
pub(crate) fn mark_cancelled(draft: &mut Draft<'_>, task: &Task, reason: &str) -> Result<(), Rejection> {
    draft.emit(TaskUpdated {
        status: TaskStatus::Cancelled,
        error: Some(Arc::new(json!({ "code": "cancelled", "detail": reason }))),
        ..task.update()
    })
}
