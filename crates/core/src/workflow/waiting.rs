//! Whom the steps of a plan wait for.

use crate::questions::{Question, QuestionKind, QuestionStatus};
use crate::session::Session;
use crate::tasks::{Task, TaskStatus};
use crate::values::AgentId;

use super::{OnFailure, Step, StepStatus};

/// Whether `agent` has done its part in `step` since the step started.
pub(crate) fn has_finished(session: &Session, step: &Step, agent: &AgentId) -> bool {
    tasks_of(session, step).any(|task| {
        let ends_well = match task.status {
            TaskStatus::Completed => true,
            TaskStatus::Failed | TaskStatus::Timeout => step.on_failure == OnFailure::Continue,
            _ => false,
        };
        ends_well && task.delegatee == *agent
    })
}

/// The tasks of a step since it started.
pub(crate) fn tasks_of<'a>(session: &'a Session, step: &'a Step) -> impl Iterator<Item = &'a Task> {
    let tasks = session.tasks.values().map(|task| &**task);
    tasks.filter(|task| {
        task.step.as_deref() == Some(step.name.as_str()) && task.revision >= step.started_revision
    })
}

/// Whether `agent` has work in `step` that has not ended.
pub(crate) fn has_open(session: &Session, step: &Step, agent: &AgentId) -> bool {
    tasks_of(session, step).any(|task| task.status.is_open() && task.delegatee == *agent)
}

/// The newest question that a step asked since it started.
fn question_of<'a>(session: &'a Session, step: &Step) -> Option<&'a Question> {
    let asked = session.questions.all.values().map(|question| &**question);
    let of_step = asked.filter(|question| {
        question.asked.asker.step.as_ref() == Some(&step.name)
            && question.asked.by_plan
            && question.seq >= step.started_revision
    });
    of_step.max_by_key(|question| question.seq)
}

/// What has become of the question of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// There is none, or it was answered: the work may begin.
    Given,
    /// It was not asked yet.
    Unasked,
    /// It waits for an answer.
    Awaited,
    /// It was rejected, or nobody answered it in time, or it was withdrawn.
    Refused,
}

/// Whether the work of a step may begin.
pub(crate) fn leave(session: &Session, step: &Step) -> Leave {
    if step.question.is_none() {
        return Leave::Given;
    }
    let Some(question) = question_of(session, step) else {
        return Leave::Unasked;
    };
    match (question.status, &question.answer) {
        (QuestionStatus::Open, _) => Leave::Awaited,
        (QuestionStatus::Answered | QuestionStatus::Expired, Some(answer)) => {
            let is_rejected = question.asked.kind == QuestionKind::Approval && answer["approved"] != true;
            if is_rejected { Leave::Refused } else { Leave::Given }
        }
        _ => Leave::Refused,
    }
}

/// Whether the work of a step has ended. A step that requires nobody and asks nothing is completed manually.
pub(crate) fn is_done(session: &Session, step: &Step) -> bool {
    if leave(session, step) != Leave::Given {
        return false;
    }
    if step.required_agents.is_empty() {
        return step.question.is_some();
    }
    let finished = step.required_agents.iter().filter(|agent| has_finished(session, step, agent)).count();
    if let Some(number) = step.join.number() {
        return finished >= number;
    }
    // The work of an optional agent is waited for when it has begun.
    let is_awaited = |task: &Task| match task.status {
        TaskStatus::Pending => step.required_agents.contains(&task.delegatee),
        status => status.is_open(),
    };
    finished == step.required_agents.len() && !tasks_of(session, step).any(is_awaited)
}

/// Whether a step that waits for some of its agents can still have the work of as many as it needs.
pub(crate) fn can_be_done(session: &Session, step: &Step) -> bool {
    let Some(number) = step.join.number() else {
        return false;
    };
    let failed = |agent: &AgentId| {
        tasks_of(session, step).any(|task| {
            task.delegatee == *agent && matches!(task.status, TaskStatus::Failed | TaskStatus::Timeout)
        })
    };
    let may_finish = |agent: &&AgentId| {
        has_finished(session, step, agent) || has_open(session, step, agent) || !failed(agent)
    };
    step.required_agents.iter().filter(may_finish).count() >= number
}

/// The only active step that waits for `agent`: one that requires it, else one that it may work in.
pub(crate) fn waiting_step(session: &Session, agent: &AgentId) -> Option<String> {
    let workflow = session.workflow.as_ref()?;
    let active = || workflow.steps.iter().filter(|step| step.status == StepStatus::Active);
    let only = |mut steps: Box<dyn Iterator<Item = &Step> + '_>| match (steps.next(), steps.next()) {
        (Some(step), None) => Some(step.name.clone()),
        _ => None,
    };
    let requires = |step: &&Step| {
        step.required_agents.contains(agent)
            && (!has_finished(session, step, agent) || has_open(session, step, agent))
    };
    if active().any(|step| requires(&step)) {
        return only(Box::new(active().filter(requires)));
    }
    only(Box::new(active().filter(|step| step.optional_agents.contains(agent))))
}
