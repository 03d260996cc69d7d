//! Whom the steps of a plan wait for.

use crate::session::Session;
use crate::tasks::TaskStatus;
use crate::values::AgentId;

use super::{OnFailure, Step, StepStatus};

/// Whether `agent` has done its part in `step` since the step started.
pub(crate) fn has_finished(session: &Session, step: &Step, agent: &AgentId) -> bool {
    session.tasks.values().any(|task| {
        let ends_well = match task.status {
            TaskStatus::Completed => true,
            TaskStatus::Failed | TaskStatus::Timeout => step.on_failure == OnFailure::Continue,
            _ => false,
        };
        ends_well
            && task.delegatee == *agent
            && task.step.as_deref() == Some(step.name.as_str())
            && task.revision >= step.started_revision
    })
}

/// The only active step that waits for `agent`: one that requires it, else one that it may work in.
pub(crate) fn waiting_step(session: &Session, agent: &AgentId) -> Option<String> {
    let workflow = session.workflow.as_ref()?;
    let active = || workflow.steps.iter().filter(|step| step.status == StepStatus::Active);
    let only = |mut steps: Box<dyn Iterator<Item = &Step> + '_>| match (steps.next(), steps.next()) {
        (Some(step), None) => Some(step.name.clone()),
        _ => None,
    };
    let requires = |step: &&Step| step.required_agents.contains(agent) && !has_finished(session, step, agent);
    if active().any(|step| requires(&step)) {
        return only(Box::new(active().filter(requires)));
    }
    only(Box::new(active().filter(|step| step.optional_agents.contains(agent))))
}
