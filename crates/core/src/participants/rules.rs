//! How agents join and leave, and how the lease in one's name passes from process to process.

use crate::lifecycle::Status;
use crate::session::draft::Draft;
use crate::session::{Effect, Rejection, Session, Timer, TimerAction};
use crate::tasks::report::{leave, lose_assignee};
use crate::values::check::Checks;
use crate::values::{AgentId, Exceeded, Limit, Span, limits};
use crate::workflow::StepStatus;
use crate::workflow::waiting::has_finished;

use super::{
    Fence, LeaseClaimed, LeaseExpired, LeaseReleased, NewParticipant, ParticipantAdded, ParticipantRemoved,
    ParticipantStatus, lease_timer,
};

/// Checks an agent that is to take part; `at` is the pointer of the object that names it.
pub(crate) fn check(checks: &mut Checks, at: &str, new: &NewParticipant) {
    if new.agent_id.is_engine() {
        checks.wrong(format!("{at}/agent_id"), "this name is reserved for the engine");
    }
    checks.name_if_any(format!("{at}/framework"), new.framework.as_ref());
    checks.title(format!("{at}/role"), &new.role);
}

pub(crate) fn add(draft: &mut Draft<'_>, new: NewParticipant) -> Result<(), Rejection> {
    if draft.session().takes_part(&new.agent_id) {
        return Err(Rejection::ParticipantExists(new.agent_id));
    }
    if draft.session().participant(&new.agent_id).is_none() {
        Limit::Participants.allows(draft.session().participants.len() + 1)?;
    }
    draft.emit(ParticipantAdded {
        framework: new.framework.unwrap_or_else(|| new.agent_id.framework().to_owned()),
        agent_id: new.agent_id,
        role: new.role,
    })
}

pub(crate) fn remove(draft: &mut Draft<'_>, agent: &AgentId) -> Result<(), Rejection> {
    if !draft.session().takes_part(agent) {
        return Err(Rejection::ParticipantNotFound(agent.clone()));
    }
    let needed = draft.session().workflow.iter().flat_map(|workflow| &workflow.steps).find(|step| {
        // What it did before a step was set back does not count when the step starts again.
        let finished = step.status == StepStatus::Active && has_finished(draft.session(), step, agent);
        step.status.is_open() && step.required_agents.contains(agent) && !finished
    });
    if let Some(step) = needed {
        return Err(Rejection::ParticipantRequired { agent: agent.clone(), step: step.name.clone() });
    }
    if draft.session().participant(agent).is_some_and(|p| p.lease.is_some()) {
        draft.effect(Effect::ClearTimer(lease_timer(agent)));
    }
    draft.emit(ParticipantRemoved { agent_id: agent.clone() })?;
    leave(draft, agent)
}

pub(crate) fn claim_lease(
    draft: &mut Draft<'_>,
    agent: &AgentId,
    holder: String,
    ttl: Span,
) -> Result<Fence, Rejection> {
    let mut checks = Checks::default();
    checks.name("/holder", &holder);
    checks.span("/ttl", Some(ttl), limits::SPAN_MS);
    checks.done()?;
    let participant = draft
        .session()
        .participant(agent)
        .filter(|p| p.status != ParticipantStatus::Left)
        .ok_or_else(|| Rejection::ParticipantNotFound(agent.clone()))?;
    if participant.lease.as_ref().is_some_and(|lease| lease.holder != holder) {
        return Err(Rejection::LeaseHeld);
    }
    // Only a damaged import can have used up all numbers.
    let fence = participant.fence.checked_add(1).ok_or(Exceeded(Limit::FencingTokens))?;
    draft.emit(LeaseClaimed { agent_id: agent.clone(), holder, fence, ttl })?;
    draft.effect(Effect::SetTimer(Timer {
        key: lease_timer(agent),
        at: draft.now().after(ttl),
        action: TimerAction::ExpireLease { agent: agent.clone(), fence },
    }));
    Ok(fence)
}

pub(crate) fn release_lease(draft: &mut Draft<'_>, agent: &AgentId) -> Result<(), Rejection> {
    let participant =
        draft.session().participant(agent).ok_or_else(|| Rejection::ParticipantNotFound(agent.clone()))?;
    let Some(fence) = participant.lease.as_ref().map(|lease| lease.fence) else {
        return Ok(());
    };
    draft.effect(Effect::ClearTimer(lease_timer(agent)));
    draft.emit(LeaseReleased { agent_id: agent.clone(), fence })
}

/// The holder was not heard of in time: it is declared dead, and its work goes the way of a failed attempt.
pub(crate) fn expire_lease(draft: &mut Draft<'_>, agent: &AgentId, fence: Fence) -> Result<(), Rejection> {
    let held = draft.session().participant(agent).and_then(|p| p.lease.as_ref()).map(|lease| lease.fence);
    if held != Some(fence) || draft.session().status != Status::Active {
        return Ok(());
    }
    draft.emit(LeaseExpired { agent_id: agent.clone(), fence })?;
    lose_assignee(draft, agent)
}

/// Refuses a write in the name of a leased participant that does not show the present token.
pub(crate) fn check_fence(
    session: &Session,
    agent: &AgentId,
    presented: Option<Fence>,
) -> Result<(), Rejection> {
    let Some(participant) = session.participant(agent) else {
        return Ok(());
    };
    let present = participant.fence;
    let fine = match (&participant.lease, presented) {
        (Some(lease), token) => token == Some(lease.fence),
        (None, Some(_)) => false,
        (None, None) => true,
    };
    if fine { Ok(()) } else { Err(Rejection::FenceStale { presented, present }) }
}
