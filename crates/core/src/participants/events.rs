//! The events of participants and their leases.

use serde::{Deserialize, Serialize};

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::{AgentId, Limit, Span};

use super::{Lease, Participant, ParticipantStatus};

/// An agent joined, or joined again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ParticipantAdded {
    /// The agent.
    pub agent_id: AgentId,
    /// Its framework.
    pub framework: String,
    /// Its role in the session.
    pub role: String,
}

/// An agent left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ParticipantRemoved {
    /// The agent.
    pub agent_id: AgentId,
}

/// A process claimed the right to write in a participant's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LeaseClaimed {
    /// The participant.
    pub agent_id: AgentId,
    /// The process that holds the lease.
    pub holder: String,
    /// The fencing token that each of its writes must carry.
    pub fence: u64,
    /// How long the lease lasts without a renewal.
    pub ttl: Span,
}

/// The holder released the lease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LeaseReleased {
    /// The participant.
    pub agent_id: AgentId,
    /// The fencing token that is now void.
    pub fence: u64,
}

/// The holder did not renew the lease in time and was declared dead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LeaseExpired {
    /// The participant.
    pub agent_id: AgentId,
    /// The fencing token that is now void.
    pub fence: u64,
}

impl Payload for ParticipantAdded {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        let Self { agent_id, framework, role } = self;
        let earlier = session.participant(agent_id);
        let (fence, working) = earlier.map_or((0, 0), |earlier| (earlier.fence, earlier.working));
        let participants = session.participants_mut();
        participants.retain(|earlier| earlier.agent_id != *agent_id);
        participants.push(Participant {
            agent_id: agent_id.clone(),
            framework: framework.clone(),
            role: role.clone(),
            status: ParticipantStatus::at_work(working),
            join_time: at.time,
            leave_time: None,
            lease: None,
            fence,
            working,
        });
        Ok(())
    }

    fn check(&self, session: &Session) -> Result<(), Rejection> {
        let is_new = session.participant(&self.agent_id).is_none();
        Limit::Participants.allows(session.participants.len() + usize::from(is_new))?;
        Limit::NameBytes.allows(self.framework.len())?;
        Ok(Limit::NameBytes.allows(self.role.len())?)
    }
}

impl Payload for ParticipantRemoved {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        let participant = participant(session, &self.agent_id)?;
        participant.status = ParticipantStatus::Left;
        participant.leave_time = Some(at.time);
        participant.lease = None;
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

impl Payload for LeaseClaimed {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        let participant = participant(session, &self.agent_id)?;
        participant.fence = self.fence;
        participant.lease = Some(Lease { holder: self.holder.clone(), fence: self.fence, ttl: self.ttl });
        if participant.status == ParticipantStatus::Waiting {
            participant.status = ParticipantStatus::at_work(participant.working);
        }
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(Limit::NameBytes.allows(self.holder.len())?)
    }

    fn is_listed(&self) -> bool {
        false
    }
}

impl Payload for LeaseReleased {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        participant(session, &self.agent_id)?.lease = None;
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

impl Payload for LeaseExpired {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        let participant = participant(session, &self.agent_id)?;
        participant.lease = None;
        participant.status = ParticipantStatus::Waiting;
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

fn participant<'a>(session: &'a mut Session, agent: &AgentId) -> Result<&'a mut Participant, String> {
    session
        .participants_mut()
        .iter_mut()
        .find(|participant| participant.agent_id == *agent)
        .ok_or_else(|| format!("{agent} does not take part"))
}
