//! Progress: how the steps of a plan start and end, by the plan itself or manually.

use std::collections::BTreeMap;

use crate::lifecycle::rules::end;
use crate::lifecycle::{Outcome, SessionFailed};
use crate::questions;
use crate::session::draft::Draft;
use crate::session::{Rejection, Session};
use crate::tasks::cancel::cancel_in_step;
use crate::tasks::{Task, TaskStatus, delegation};
use crate::values::check::Checks;
use crate::values::{AgentId, limits};

use super::waiting::{self, Leave, can_be_done, has_finished, is_done};
use super::{
    OnFailure, Step, StepChange, StepStatus, Workflow, WorkflowAdvanced, WorkflowUpdate, WorkflowUpdated,
    plan,
};

/// Sets the plan, or the state of its steps, manually.
pub(crate) fn update(draft: &mut Draft<'_>, update: WorkflowUpdate) -> Result<(), Rejection> {
    let is_new = update.steps.is_some();
    if let Some(new) = &update.steps {
        let steps = plan::check(draft.session(), new.clone(), "/steps")?;
        let gone: Vec<String> = draft
            .session()
            .workflow
            .iter()
            .flat_map(|workflow| workflow.named(StepStatus::Active))
            .filter(|name| !steps.iter().any(|step| step.name == *name))
            .map(str::to_owned)
            .collect();
        for name in gone {
            cancel_in_step(draft, &name, "the step is no longer in the plan")?;
        }
        draft.emit(WorkflowUpdated { steps })?;
    }
    let Some(workflow) = draft.session().workflow.clone() else {
        let manual =
            [update.completed_steps.is_some(), update.pending_steps.is_some(), update.current_step.is_some()];
        return if manual.contains(&true) { Err(Rejection::NoWorkflow) } else { Ok(()) };
    };
    let changes = changes_of(draft.session(), &workflow, &update)?;
    for change in &changes {
        if change.status != StepStatus::Active {
            cancel_in_step(draft, &change.name, "the step was set manually")?;
        }
    }
    advance_with(draft, changes)?;
    if is_new {
        settle(draft, Missing::NeverAsked)?;
    }
    Ok(())
}

/// What the lists of an update change. A step stands in one list at most, and what would be active after the update
/// has its dependencies complete and its agents there.
fn changes_of(
    session: &Session,
    workflow: &Workflow,
    update: &WorkflowUpdate,
) -> Result<Vec<StepChange>, Rejection> {
    let mut checks = Checks::default();
    for (at, names) in
        [("/completed_steps", &update.completed_steps), ("/pending_steps", &update.pending_steps)]
    {
        if names.as_ref().is_some_and(|names| names.len() > limits::STEPS) {
            checks.wrong(at, format!("it may have at most {} items", limits::STEPS));
        }
    }
    if !checks.is_fine() {
        checks.done()?;
        return Ok(Vec::new());
    }
    let completed = update.completed_steps.iter().flatten().enumerate();
    let completed = completed.map(|(i, n)| (format!("/completed_steps/{i}"), n, StepStatus::Completed));
    let pending = update.pending_steps.iter().flatten().enumerate();
    let pending = pending.map(|(i, n)| (format!("/pending_steps/{i}"), n, StepStatus::Pending));
    let current = update.current_step.iter().map(|n| ("/current_step".to_owned(), n, StepStatus::Active));
    let listed: Vec<_> = completed.chain(pending).chain(current).collect();

    let mut wanted: BTreeMap<&str, StepStatus> = BTreeMap::new();
    for (pointer, name, status) in &listed {
        if workflow.step(name).is_none() {
            checks.wrong(pointer, format!("there is no step '{name}'"));
        } else if wanted.insert(name, *status).is_some_and(|earlier| earlier != *status) {
            checks.wrong(pointer, format!("step '{name}' is in two lists"));
        }
    }
    let after = |step: &Step| wanted.get(step.name.as_str()).copied().unwrap_or(step.status);
    let is_complete = |name: &str| workflow.step(name).is_some_and(|s| after(s) == StepStatus::Completed);
    for (pointer, name, status) in &listed {
        let Some(step) = workflow.step(name) else { continue };
        if *status == StepStatus::Completed || *status == step.status {
            continue;
        }
        if let Some(agent) = step.required_agents.iter().find(|a| !session.takes_part(a)) {
            let detail = format!("step '{name}' needs {agent}, which has left: add it to the session again");
            checks.wrong(pointer, detail);
        }
        let unmet = step.dependencies.iter().find(|d| !is_complete(d));
        if let (StepStatus::Active, Some(dependency)) = (status, unmet) {
            let detail = format!("step '{name}' waits for '{dependency}', which is not complete");
            checks.wrong(pointer, detail);
        }
        let is_active = |other: &&Step| other.status == StepStatus::Active && after(other) == other.status;
        let dependent =
            workflow.steps.iter().filter(is_active).find(|other| other.dependencies.contains(name));
        if let (StepStatus::Completed, Some(other)) = (step.status, dependent) {
            let detail = format!("step '{}' is active and depends on it: set that back too", other.name);
            checks.wrong(pointer, detail);
        }
    }
    checks.done()?;
    let changes = workflow.steps.iter().filter_map(|step| {
        let status = after(step);
        (status != step.status).then(|| StepChange {
            reason: Some("set manually".to_owned()),
            ..StepChange::new(step.name.clone(), status)
        })
    });
    Ok(changes.collect())
}

/// Completes the named step, or the only active one, manually.
pub(crate) fn advance(draft: &mut Draft<'_>, step: Option<String>) -> Result<(), Rejection> {
    let workflow = draft.session().workflow.clone().ok_or(Rejection::NoWorkflow)?;
    let name = match step {
        Some(name) => name,
        None => {
            let mut active: Vec<String> = workflow.named(StepStatus::Active).map(str::to_owned).collect();
            match (active.pop(), active.is_empty()) {
                (Some(only), true) => only,
                (last, _) => {
                    active.extend(last);
                    return Err(Rejection::StepAmbiguous(active));
                }
            }
        }
    };
    let step = workflow.step(&name).ok_or_else(|| Rejection::StepNotFound(name.clone()))?;
    if step.status != StepStatus::Active {
        return Err(Rejection::StepNotActive { name, status: step.status });
    }
    cancel_in_step(draft, &name, "the step was completed manually")?;
    let reason = Some("completed manually".to_owned());
    advance_with(draft, vec![StepChange { reason, ..StepChange::new(name, StepStatus::Completed) }])
}

/// A task of the step has ended: what does that mean for the step?
pub(crate) fn task_ended(draft: &mut Draft<'_>, task: &Task) -> Result<(), Rejection> {
    let (Some(name), Some(workflow)) = (&task.step, draft.session().workflow.clone()) else {
        return Ok(());
    };
    let Some(step) = workflow.step(name).filter(|step| step.status == StepStatus::Active) else {
        return Ok(());
    };
    let failed = matches!(task.status, TaskStatus::Failed | TaskStatus::Timeout);
    let is_optional = step.optional_agents.contains(&task.delegatee);
    if failed && !is_optional && step.on_failure != OnFailure::Continue {
        let again = step.on_failure == OnFailure::Retry
            && task.retryable
            && task.step_retry < limits::STEP_RETRIES
            && draft.session().takes_part(&task.delegatee);
        if again {
            return delegation::delegate_again(draft, task);
        }
        if can_be_done(draft.session(), step) {
            return Ok(());
        }
        let who = match task.assignee == task.delegatee {
            true => task.delegatee.to_string(),
            false => format!("{} and its fallback agents, {} the last,", task.delegatee, task.assignee),
        };
        let reason = format!("{who} {} in task {}", task.status, task.id);
        return fail(draft, name, reason);
    }
    let reason = failed.then(|| format!("{} {}, and the plan goes on", task.delegatee, task.status));
    complete_if_done(draft, name, reason)
}

/// A task of the step was cancelled: nothing may be left that the step waits for.
pub(crate) fn task_cancelled(draft: &mut Draft<'_>, task: &Task) -> Result<(), Rejection> {
    match &task.step {
        Some(name) => complete_if_done(draft, name, None),
        None => Ok(()),
    }
}

/// Completes an active step whose work has ended.
fn complete_if_done(draft: &mut Draft<'_>, name: &str, reason: Option<String>) -> Result<(), Rejection> {
    let workflow = draft.session().workflow.clone();
    let step = workflow.as_ref().and_then(|workflow| workflow.step(name));
    let Some(step) = step.filter(|step| step.status == StepStatus::Active) else {
        return Ok(());
    };
    if !is_done(draft.session(), step) {
        return Ok(());
    }
    cancel_in_step(draft, name, "the step is complete")?;
    advance_with(
        draft,
        vec![StepChange { reason, ..StepChange::new(name.to_owned(), StepStatus::Completed) }],
    )
}

/// Which agents of an active step are given the plan's own task late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Those who had no task in the step since it started: the plan was edited.
    NeverAsked,
    /// Those who have not finished and have no open task: the session is a copy, whose tasks were cancelled.
    NotUnderWay,
}

/// Brings the plan to where it would be had it been so all along: steps whose agents have all finished are complete,
/// what is ready starts, and the plan's own tasks are with the agents of the active steps.
pub(crate) fn settle(draft: &mut Draft<'_>, missing: Missing) -> Result<(), Rejection> {
    let Some(workflow) = draft.session().workflow.clone() else {
        return Ok(());
    };
    let mut changes = Vec::new();
    for step in &workflow.steps {
        if step.status == StepStatus::Active && is_done(draft.session(), step) {
            cancel_in_step(draft, &step.name, "the step is complete")?;
            changes.push(StepChange::new(step.name.clone(), StepStatus::Completed));
        }
    }
    let complete: Vec<String> = changes.iter().map(|change| change.name.clone()).collect();
    advance_with(draft, changes)?;
    let active = |step: &&Step| step.status == StepStatus::Active && !complete.contains(&step.name);
    for step in workflow.steps.iter().filter(active) {
        begin_work(draft, step, missing)?;
    }
    Ok(())
}

/// Asks what an active step asks, and once its work may begin, delegates the plan's own task to the agents that lack it.
fn begin_work(draft: &mut Draft<'_>, step: &Step, missing: Missing) -> Result<(), Rejection> {
    match (waiting::leave(draft.session(), step), &step.question) {
        (Leave::Given, _) => {}
        (Leave::Unasked, Some(question)) => {
            return questions::rules::ask_for_step(draft, &step.name, question);
        }
        // A copy of a session withdraws its questions.
        (Leave::Refused, Some(question)) if missing == Missing::NotUnderWay => {
            return questions::rules::ask_for_step(draft, &step.name, question);
        }
        _ => return Ok(()),
    }
    let Some(template) = &step.task else {
        return Ok(());
    };
    for agent in &step.required_agents {
        if draft.session().takes_part(agent) && is_missing(draft.session(), step, agent, missing) {
            delegation::delegate_planned(draft, step, template, agent)?;
        }
    }
    Ok(())
}

/// The question of a step was closed: its work begins, or it fails.
pub(crate) fn question_closed(draft: &mut Draft<'_>, name: &str) -> Result<(), Rejection> {
    let workflow = draft.session().workflow.clone();
    let step = workflow.as_ref().and_then(|workflow| workflow.step(name));
    let Some(step) = step.filter(|step| step.status == StepStatus::Active && step.question.is_some()) else {
        return Ok(());
    };
    match waiting::leave(draft.session(), step) {
        Leave::Unasked | Leave::Awaited => Ok(()),
        Leave::Given if is_done(draft.session(), step) => complete_if_done(draft, name, None),
        Leave::Given => begin_work(draft, step, Missing::NeverAsked),
        Leave::Refused => {
            let reason = "its question was rejected or got no answer".to_owned();
            cancel_in_step(draft, name, &reason)?;
            if step.on_failure == OnFailure::Continue {
                let change = StepChange {
                    reason: Some(format!("{reason}, and the plan goes on")),
                    ..StepChange::new(name.to_owned(), StepStatus::Completed)
                };
                return advance_with(draft, vec![change]);
            }
            fail(draft, name, reason)
        }
    }
}

/// Fails a step, and the session with it.
fn fail(draft: &mut Draft<'_>, name: &str, reason: String) -> Result<(), Rejection> {
    let change =
        StepChange { reason: Some(reason.clone()), ..StepChange::new(name.to_owned(), StepStatus::Failed) };
    emit_advanced(draft, vec![change])?;
    let outcome = Outcome {
        reason: Some(format!("step '{name}' failed")),
        details: Some(reason),
        ..Outcome::default()
    };
    end(draft, SessionFailed { outcome }, "the session failed")
}

fn is_missing(session: &Session, step: &Step, agent: &AgentId, missing: Missing) -> bool {
    let mut tasks = session.tasks.values().filter(|task| {
        task.delegatee == *agent
            && task.step.as_deref() == Some(step.name.as_str())
            && task.revision >= step.started_revision
    });
    match missing {
        Missing::NeverAsked => tasks.next().is_none(),
        Missing::NotUnderWay => {
            !has_finished(session, step, agent) && !tasks.any(|task| task.status.is_open())
        }
    }
}

/// Has failed steps be active again, with the work that was done in them.
pub(crate) fn resume(draft: &mut Draft<'_>, names: &[String]) -> Result<(), Rejection> {
    if names.is_empty() {
        return Ok(());
    }
    for name in names {
        let step = draft.session().workflow.as_ref().and_then(|workflow| workflow.step(name));
        let gone =
            step.iter().flat_map(|step| &step.required_agents).find(|a| !draft.session().takes_part(a));
        if let Some(agent) = gone {
            return Err(Rejection::ParticipantNotFound(agent.clone()));
        }
    }
    let change = |name: &String| StepChange {
        reason: Some("retried".to_owned()),
        resumed: true,
        ..StepChange::new(name.clone(), StepStatus::Active)
    };
    emit_advanced(draft, names.iter().map(change).collect())
}

/// Makes the changes, starts what is ready after them, and delegates the tasks of the steps that start.
pub(crate) fn advance_with(draft: &mut Draft<'_>, mut changes: Vec<StepChange>) -> Result<(), Rejection> {
    let Some(workflow) = draft.session().workflow.clone() else {
        return Ok(());
    };
    let mut status: BTreeMap<&str, StepStatus> =
        workflow.steps.iter().map(|step| (step.name.as_str(), step.status)).collect();
    for change in &changes {
        if let Some(slot) = status.get_mut(change.name.as_str()) {
            *slot = change.status;
        }
    }
    for step in &workflow.steps {
        let ready = step.dependencies.iter().all(|d| status.get(d.as_str()) == Some(&StepStatus::Completed));
        if ready && status.get(step.name.as_str()) == Some(&StepStatus::Pending) {
            changes.retain(|change| change.name != step.name);
            changes.push(StepChange::new(step.name.clone(), StepStatus::Active));
        }
    }
    let started: Vec<String> =
        changes.iter().filter(|c| c.status == StepStatus::Active).map(|c| c.name.clone()).collect();
    if changes.is_empty() {
        return Ok(());
    }
    emit_advanced(draft, changes)?;
    // As it is now: what was asked before it started does not count.
    let workflow = draft.session().workflow.clone().unwrap_or_default();
    for step in workflow.steps.iter().filter(|step| started.contains(&step.name)) {
        begin_work(draft, step, Missing::NeverAsked)?;
    }
    Ok(())
}

fn emit_advanced(draft: &mut Draft<'_>, changes: Vec<StepChange>) -> Result<(), Rejection> {
    let Some(workflow) = &draft.session().workflow else {
        return Ok(());
    };
    let after = |step: &&Step| {
        changes
            .iter()
            .rev()
            .find(|change| change.name == step.name)
            .map_or(step.status, |change| change.status)
    };
    let current_step =
        workflow.steps.iter().find(|s| after(s) == StepStatus::Active).map(|step| step.name.clone());
    let workflow_completed = workflow.steps.iter().all(|step| !after(&step).is_open());
    draft.emit(WorkflowAdvanced { steps: changes, current_step, workflow_completed })
}
