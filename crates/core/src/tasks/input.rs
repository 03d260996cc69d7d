//! Input: a task whose agent asks something waits for the answer, and its time waits with it.

use serde_json::json;

use crate::questions::{Question, rules};
use crate::session::draft::Draft;
use crate::session::{Effect, Rejection};
use crate::values::TaskId;

use super::notice;
use super::{TaskStatus, TaskUpdated};

/// A question was asked for a task: while it is open, the time for the work stands still. Who neither works on the task nor
/// leads the session cannot stop its time.
pub(crate) fn wait(draft: &mut Draft<'_>, id: &TaskId) -> Result<(), Rejection> {
    let Some(task) = draft.session().tasks.get(id).cloned() else {
        return Ok(());
    };
    let session = draft.session();
    let is_other = session.present().any(|participant| {
        let agent = &participant.agent_id;
        draft.is_by(agent) && *agent != task.assignee && session.orchestrator.as_ref() != Some(agent)
    });
    if task.status != TaskStatus::InProgress || task.waiting_since.is_some() || is_other {
        return Ok(());
    }
    draft.effect(Effect::ClearTimer(task.timer()));
    draft.emit(TaskUpdated { input_required: Some(true), ..task.update() })
}

/// A question of a task was closed. Its agent is told, and after the last one the time for the work runs again.
pub(crate) fn closed(draft: &mut Draft<'_>, id: &TaskId, question: &Question) -> Result<(), Rejection> {
    let Some(task) = draft.session().tasks.get(id).cloned().filter(|task| task.status.is_open()) else {
        return Ok(());
    };
    let payload = json!({
        "task_id": task.id,
        "question_id": question.asked.question_id,
        "status": question.status,
        "answer": question.answer,
    });
    notice::tell_assignee(draft, &task, payload);
    let Some(since) = task.waiting_since else {
        return Ok(());
    };
    if draft.session().questions.open().iter().any(|open| open.asked.asker.task_id.as_ref() == Some(id)) {
        return Ok(());
    }
    let deadline = task.deadline.after(draft.now().since(since));
    draft.emit(TaskUpdated { input_required: Some(false), deadline: Some(deadline), ..task.update() })?;
    if let Some(task) = draft.session().tasks.get(id).cloned() {
        notice::watch_deadline(draft, &task);
    }
    Ok(())
}

/// The attempt has ended: nobody needs the answers to what it asked.
pub(crate) fn release(draft: &mut Draft<'_>, id: &TaskId) -> Result<(), Rejection> {
    rules::release(draft, "the attempt of its task has ended", |asker| asker.task_id.as_ref() == Some(id))
}
