//! Folding a journal from outside. What the engine wrote keeps the limits, because each command was checked; what an
//! import brings may say anything.

use crate::context::json_bytes;
use crate::{Event, EventBody, Participant, Rejection, Session, Step, limits};

/// Folds a journal from outside, and refuses it at the first event with which it passes a limit.
pub fn fold_checked<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Option<Session>, Rejection> {
    let mut session = None;
    for event in events {
        apply_checked(&mut session, event)?;
    }
    session.as_ref().map_or(Ok(()), check_limits)?;
    Ok(session)
}

/// Folds one event of a journal from outside; the first begins the session. It looks only at what the event adds, so
/// that a long journal costs no more than its length: [`check_limits`] is for the end.
pub fn apply_checked(session: &mut Option<Session>, event: &Event) -> Result<(), Rejection> {
    at_most("events of a session", event.seq, limits::EVENTS)?;
    let Some(session) = session else {
        *session = Some(Session::begin(event)?);
        return Ok(());
    };
    match &event.body {
        EventBody::ParticipantAdded { agent_id, framework, role } => {
            let is_new = session.participant(agent_id).is_none();
            count("participants", session.participants.len() + usize::from(is_new), limits::PARTICIPANTS)?;
            name(framework)?;
            name(role)?;
        }
        EventBody::WorkflowUpdated { steps } => plan(steps)?,
        EventBody::TaskDelegated { task_type, fallback_agents, .. } => {
            count("tasks of a session", session.tasks.len() + 1, limits::TASKS)?;
            count("fallback agents", fallback_agents.len(), limits::FALLBACK_AGENTS)?;
            name(task_type)?;
        }
        EventBody::ExecutionBegan { process, .. } => name(process)?,
        EventBody::CallsRecorded { calls, .. } => crate::calls::check(calls)?,
        _ => {}
    }
    session.apply(event)?;
    session.calls.as_ref().map_or(Ok(()), |calls| calls.check_limits())?;
    session.check_room(0)
}

/// Whether a state keeps the limits, however it came about.
pub fn check_limits(session: &Session) -> Result<(), Rejection> {
    at_most("events of a session", session.revision, limits::EVENTS)?;
    session.name.iter().chain(&session.client_id).try_for_each(|text| name(text))?;
    count("labels", session.labels.len(), limits::LABELS)?;
    for text in session.labels.iter().flat_map(|(key, value)| [key, value]) {
        count("bytes of a label", text.len(), limits::LABEL_BYTES)?;
    }
    count("participants", session.participants.len(), limits::PARTICIPANTS)?;
    for Participant { framework, role, .. } in session.participants.iter() {
        name(framework)?;
        name(role)?;
    }
    if let Some(workflow) = &session.workflow {
        plan(&workflow.steps)?;
    }
    count("tasks of a session", session.tasks.len(), limits::TASKS)?;
    session.tasks.values().try_for_each(|task| name(&task.task_type))?;
    session.calls.as_ref().map_or(Ok(()), |calls| calls.check_limits())?;
    session.check_room(0)?;
    count("bytes of shared context", json_bytes(&*session.context.document), limits::CONTEXT_BYTES)
}

fn plan(steps: &[Step]) -> Result<(), Rejection> {
    count("steps of a workflow", steps.len(), limits::STEPS)?;
    for step in steps {
        name(&step.name)?;
        for names in [step.required_agents.len(), step.optional_agents.len(), step.dependencies.len()] {
            count("names of a step", names, limits::STEP_NAMES)?;
        }
    }
    count("bytes of a workflow", json_bytes(&steps), limits::PLAN_BYTES)
}

fn name(text: &str) -> Result<(), Rejection> {
    count("bytes of a name", text.len(), limits::NAME_BYTES)
}

fn count(what: &'static str, there: usize, most: usize) -> Result<(), Rejection> {
    at_most(what, there as u64, most as u64)
}

fn at_most(what: &'static str, there: u64, limit: u64) -> Result<(), Rejection> {
    if there > limit { Err(Rejection::LimitReached { what, limit }) } else { Ok(()) }
}
