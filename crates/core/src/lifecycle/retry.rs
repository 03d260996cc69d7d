//! Retry: what failed is tried again in place. A failed session continues, a failed step is active again and keeps the
//! work that its agents have done, and a task that had ended has another attempt.

use std::sync::Arc;

use crate::session::draft::Draft;
use crate::session::{Rejection, Session};
use crate::tasks::{Task, TaskStatus, delegation};
use crate::values::{TaskId, Timestamp};
use crate::workflow::{Step, StepStatus, progress};

use super::rules::take_back_end;
use super::{SessionRetried, Status};

/// What is tried again.
#[derive(Default)]
struct Again {
    steps: Vec<String>,
    tasks: Vec<Arc<Task>>,
}

pub(super) fn retry(
    draft: &mut Draft<'_>,
    step: Option<String>,
    task: Option<TaskId>,
) -> Result<(), Rejection> {
    let session = draft.session();
    let mut again = match (step, task) {
        (Some(_), Some(_)) => {
            return Err(Rejection::invalid("/task_id", "name a step or a task, not both"));
        }
        (Some(name), None) => of_step(session, &name)?,
        (None, Some(id)) => of_task(session, &id)?,
        (None, None) => of_session(session),
    };
    if again.steps.is_empty() && again.tasks.is_empty() {
        let detail = "nothing in it has failed: name the step or the task to retry".to_owned();
        return Err(Rejection::NothingToRetry(detail));
    }
    let has_failed = session.status != Status::Active;
    if has_failed {
        // What the end took from others was no failure of theirs.
        let resumed = |step: &Step| step.status == StepStatus::Active || again.steps.contains(&step.name);
        let taken: Vec<_> = session
            .tasks
            .values()
            .filter(|task| was_cancelled_with(task, session.ended_at))
            .filter(|task| step_of(session, task).is_none_or(resumed))
            .filter(|task| again.tasks.iter().all(|other| other.id != task.id))
            .cloned()
            .collect();
        again.tasks.extend(taken);
    }
    again.tasks.retain(|task| {
        draft.session().takes_part(&task.delegatee) || draft.session().takes_part(&task.assignee)
    });
    if has_failed {
        take_back_end(draft);
        draft.emit(SessionRetried {})?;
    }
    progress::resume(draft, &again.steps)?;
    for task in &again.tasks {
        delegation::reopen(draft, task)?;
    }
    progress::settle(draft, progress::Missing::NotUnderWay)
}

/// One step: what failed in it, and what its failure cancelled.
fn of_step(session: &Session, name: &str) -> Result<Again, Rejection> {
    let workflow = session.workflow.as_ref().ok_or(Rejection::NoWorkflow)?;
    let step = workflow.step(name).ok_or_else(|| Rejection::StepNotFound(name.to_owned()))?;
    let tasks = failed_in(session, step);
    match step.status {
        StepStatus::Failed => Ok(Again { steps: vec![name.to_owned()], tasks }),
        StepStatus::Active if !tasks.is_empty() => Ok(Again { steps: Vec::new(), tasks }),
        StepStatus::Active => Err(Rejection::NothingToRetry(format!("nothing in step '{name}' has failed"))),
        status => Err(Rejection::NothingToRetry(format!("step '{name}' is {status}"))),
    }
}

/// One task, and its step when that failed too.
fn of_task(session: &Session, id: &TaskId) -> Result<Again, Rejection> {
    let task = session.tasks.get(id).ok_or(Rejection::TaskNotFound)?;
    if task.status.is_open() || task.status == TaskStatus::Completed {
        return Err(Rejection::NothingToRetry(format!("task {id} is {}", task.status)));
    }
    if !session.takes_part(&task.delegatee) && !session.takes_part(&task.assignee) {
        return Err(Rejection::ParticipantNotFound(task.delegatee.clone()));
    }
    let step = task.step.as_ref().and_then(|name| session.workflow.as_ref()?.step(name));
    let steps = match step.map(|step| (step.status, &step.name)) {
        None | Some((StepStatus::Active, _)) => Vec::new(),
        Some((StepStatus::Failed, name)) => vec![name.clone()],
        Some((status, name)) => {
            let detail = format!("step '{name}' is {status}: a task in it would count for nothing");
            return Err(Rejection::NothingToRetry(detail));
        }
    };
    Ok(Again { steps, tasks: vec![task.clone()] })
}

/// Every failed step; in a session that failed as a whole, what its end cancelled too.
fn of_session(session: &Session) -> Again {
    let steps = session.workflow.iter().flat_map(|workflow| &workflow.steps);
    let failed: Vec<&Step> = steps.filter(|step| step.status == StepStatus::Failed).collect();
    let mut again = Again {
        tasks: failed.iter().flat_map(|step| failed_in(session, step)).collect(),
        steps: failed.iter().map(|step| step.name.clone()).collect(),
    };
    if again.steps.is_empty() && session.status == Status::Failed {
        // Somebody said that it failed, or a limit was reached.
        let ended = session.tasks.values().filter(|task| was_cancelled_with(task, session.ended_at));
        again.tasks = ended.cloned().collect();
    }
    again
}

/// The tasks of a step that failed since it started, and those that its failure cancelled. Work that was delegated anew
/// after a failure counts once.
fn failed_in(session: &Session, step: &Step) -> Vec<Arc<Task>> {
    let mut tasks: Vec<Arc<Task>> = Vec::new();
    for task in session.tasks.values() {
        let is_of_step =
            task.step.as_deref() == Some(step.name.as_str()) && task.revision >= step.started_revision;
        let has_failed = matches!(task.status, TaskStatus::Failed | TaskStatus::Timeout)
            || was_cancelled_with(task, step.ended_at);
        if !is_of_step || (!has_failed && task.retry_of.is_none()) {
            continue;
        }
        tasks.retain(|earlier| task.retry_of.as_ref() != Some(&earlier.id));
        if has_failed {
            tasks.push(task.clone());
        }
    }
    tasks
}

fn was_cancelled_with(task: &Task, end: Option<Timestamp>) -> bool {
    task.status == TaskStatus::Cancelled && end.is_some() && task.ended_at == end
}

fn step_of<'a>(session: &'a Session, task: &Task) -> Option<&'a Step> {
    session.workflow.as_ref()?.step(task.step.as_ref()?)
}
