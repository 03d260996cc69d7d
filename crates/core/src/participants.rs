//! Participants: who takes part, in which role, and the lease that makes one of them the only writer in its name.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::check::Checks;
use crate::command::NewParticipant;
use crate::decide::Draft;
use crate::event::EventBody;
use crate::{
    AgentId, Effect, Rejection, Session, Span, Status, StepStatus, Timer, TimerAction, Timestamp, limits,
};

/// A fencing token: a number that grows each time a lease passes on (Kleppmann, "How to do distributed locking").
pub type Fence = u64;

/// One who takes part in a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Participant {
    /// Who.
    pub agent_id: AgentId,
    /// Its framework.
    pub framework: String,
    /// What it does here: `orchestrator`, `implementer`, `reviewer`, `tester`, `observer` or any other word.
    pub role: String,
    /// What it does now.
    pub status: ParticipantStatus,
    /// When it joined.
    pub join_time: Timestamp,
    /// When it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_time: Option<Timestamp>,
    /// The lease in its name, while one is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The last fencing token given out in its name; 0 when there was none.
    #[serde(default)]
    pub fence: Fence,
    /// How many tasks it has in progress.
    #[serde(default)]
    pub working: u64,
}

/// The right to write in a participant's name, held by one process until it lets it go or is declared dead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    /// Who holds it, such as a host and a process id.
    pub holder: String,
    /// What it must show with each write.
    pub fence: Fence,
    /// How long it lasts without a renewal.
    pub ttl: Span,
}

/// What a participant does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantStatus {
    /// It takes part.
    Active,
    /// Its lease expired: its process was declared dead, and nobody has taken over yet.
    Waiting,
    /// It works on a task.
    Busy,
    /// It left.
    Left,
    /// The session ended without success.
    SessionTerminated,
}

impl fmt::Display for ParticipantStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Busy => "busy",
            Self::Left => "left",
            Self::SessionTerminated => "session_terminated",
        })
    }
}

/// The timer of a lease in the name of `agent`.
pub(crate) fn lease_timer(agent: &AgentId) -> String {
    format!("lease:{agent}")
}

/// Checks an agent that is to take part; `at` is the pointer of the object that names it.
pub(crate) fn check(checks: &mut Checks, at: &str, new: &NewParticipant) {
    if new.agent_id.is_engine() {
        checks.wrong(format!("{at}/agent_id"), "it is the engine's own name");
    }
    checks.name_if_any(format!("{at}/framework"), new.framework.as_ref());
    checks.name(format!("{at}/role"), &new.role);
}

pub(crate) fn add(draft: &mut Draft<'_>, new: NewParticipant) -> Result<(), Rejection> {
    if draft.session.takes_part(&new.agent_id) {
        return Err(Rejection::ParticipantExists(new.agent_id));
    }
    if draft.session.participants.len() >= limits::PARTICIPANTS
        && draft.session.participant(&new.agent_id).is_none()
    {
        return Err(Rejection::LimitReached { what: "participants", limit: limits::PARTICIPANTS as u64 });
    }
    draft.emit(EventBody::ParticipantAdded {
        framework: new.framework.unwrap_or_else(|| new.agent_id.framework().to_owned()),
        agent_id: new.agent_id,
        role: new.role,
    })
}

pub(crate) fn remove(draft: &mut Draft<'_>, agent: &AgentId) -> Result<(), Rejection> {
    if !draft.session.takes_part(agent) {
        return Err(Rejection::ParticipantNotFound(agent.clone()));
    }
    let needed = draft.session.workflow.iter().flat_map(|workflow| &workflow.steps).find(|step| {
        // What it did before a step was set back does not count when the step starts again.
        let finished =
            step.status == StepStatus::Active && crate::workflow::has_finished(&draft.session, step, agent);
        step.status.is_open() && step.required_agents.contains(agent) && !finished
    });
    if let Some(step) = needed {
        return Err(Rejection::ParticipantRequired { agent: agent.clone(), step: step.name.clone() });
    }
    if draft.session.participant(agent).is_some_and(|p| p.lease.is_some()) {
        draft.effects.push(Effect::ClearTimer(lease_timer(agent)));
    }
    draft.emit(EventBody::ParticipantRemoved { agent_id: agent.clone() })?;
    crate::report::leave(draft, agent)
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
        .session
        .participant(agent)
        .filter(|p| p.status != ParticipantStatus::Left)
        .ok_or_else(|| Rejection::ParticipantNotFound(agent.clone()))?;
    if participant.lease.as_ref().is_some_and(|lease| lease.holder != holder) {
        return Err(Rejection::LeaseHeld);
    }
    // Only a damaged import can have used up all numbers.
    let fence = participant
        .fence
        .checked_add(1)
        .ok_or(Rejection::LimitReached { what: "fencing tokens of a participant", limit: Fence::MAX })?;
    draft.emit(EventBody::LeaseClaimed { agent_id: agent.clone(), holder, fence, ttl })?;
    draft.effects.push(Effect::SetTimer(Timer {
        key: lease_timer(agent),
        at: draft.moment.now.after(ttl),
        action: TimerAction::ExpireLease { agent: agent.clone(), fence },
    }));
    Ok(fence)
}

pub(crate) fn release_lease(draft: &mut Draft<'_>, agent: &AgentId) -> Result<(), Rejection> {
    let participant =
        draft.session.participant(agent).ok_or_else(|| Rejection::ParticipantNotFound(agent.clone()))?;
    let Some(fence) = participant.lease.as_ref().map(|lease| lease.fence) else {
        return Ok(());
    };
    draft.effects.push(Effect::ClearTimer(lease_timer(agent)));
    draft.emit(EventBody::LeaseReleased { agent_id: agent.clone(), fence })
}

/// The holder was not heard of in time: it is declared dead, and its work goes the way of a failed attempt.
pub(crate) fn expire_lease(draft: &mut Draft<'_>, agent: &AgentId, fence: Fence) -> Result<(), Rejection> {
    let held = draft.session.participant(agent).and_then(|p| p.lease.as_ref()).map(|lease| lease.fence);
    if held != Some(fence) || draft.session.status != Status::Active {
        return Ok(());
    }
    draft.emit(EventBody::LeaseExpired { agent_id: agent.clone(), fence })?;
    crate::report::lose_assignee(draft, agent)
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

impl Session {
    /// The participant with that id, also when it has left.
    pub fn participant(&self, agent: &AgentId) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.agent_id == *agent)
    }

    /// Those who take part now.
    pub fn present(&self) -> impl Iterator<Item = &Participant> {
        self.participants.iter().filter(|participant| participant.status != ParticipantStatus::Left)
    }

    /// Whether the agent takes part now.
    pub fn takes_part(&self, agent: &AgentId) -> bool {
        self.present().any(|participant| participant.agent_id == *agent)
    }

    pub(crate) fn participants_mut(&mut self) -> &mut Vec<Participant> {
        Arc::make_mut(&mut self.participants)
    }
}
