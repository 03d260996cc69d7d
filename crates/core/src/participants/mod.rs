//! Participants: who takes part, in which role, and the lease that makes one of them the only writer in its name.

mod events;
pub(crate) mod rules;
mod state;

pub use events::{LeaseClaimed, LeaseExpired, LeaseReleased, ParticipantAdded, ParticipantRemoved};
pub use state::{Fence, Lease, Participant, ParticipantStatus, lease_timer};

use serde::{Deserialize, Serialize};

use crate::session::access;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};
use crate::values::check::Checks;
use crate::values::{AgentId, Span};

/// An agent that is to take part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewParticipant {
    /// Who.
    pub agent_id: AgentId,
    /// Its framework; from its id when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
    /// What it does here.
    pub role: String,
}

/// What can be asked of who takes part.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// An agent joins.
    Add(NewParticipant),
    /// An agent leaves.
    Remove {
        /// Who.
        agent: AgentId,
    },
    /// A process takes the right to write in a participant's name.
    ClaimLease {
        /// In whose name.
        agent: AgentId,
        /// Which process.
        holder: String,
        /// How long the lease lasts without a renewal.
        ttl: Span,
    },
    /// It gives the right back.
    ReleaseLease {
        /// In whose name.
        agent: AgentId,
    },
    /// A timer: the lease was not renewed.
    ExpireLease {
        /// In whose name.
        agent: AgentId,
        /// The token that was not renewed.
        fence: Fence,
    },
}

/// The facet.
pub(crate) enum Participants {}

impl Facet for Participants {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Add(_) => access::commands(principal, session, "add a participant"),
            Command::Remove { agent }
            | Command::ClaimLease { agent, .. }
            | Command::ReleaseLease { agent } => {
                if principal.commands(session) {
                    return Ok(());
                }
                access::as_agent(principal, session, agent)
            }
            Command::ExpireLease { .. } => access::timers_alone(principal, session),
        }
    }

    fn is_timer(command: &Command) -> bool {
        matches!(command, Command::ExpireLease { .. })
    }

    fn is_fenced(command: &Command) -> bool {
        !matches!(command, Command::ClaimLease { .. })
    }

    fn writer(command: &Command) -> Option<&AgentId> {
        match command {
            Command::ClaimLease { agent, .. } | Command::ReleaseLease { agent } => Some(agent),
            Command::Add(_) | Command::Remove { .. } | Command::ExpireLease { .. } => None,
        }
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::Add(participant) => {
                let mut checks = Checks::default();
                rules::check(&mut checks, "", &participant);
                checks.done()?;
                rules::add(draft, participant)?;
            }
            Command::Remove { agent } => rules::remove(draft, &agent)?,
            Command::ClaimLease { agent, holder, ttl } => {
                let fence = rules::claim_lease(draft, &agent, holder, ttl)?;
                return Ok(Receipt::Lease { fence });
            }
            Command::ReleaseLease { agent } => rules::release_lease(draft, &agent)?,
            Command::ExpireLease { agent, fence } => rules::expire_lease(draft, &agent, fence)?,
        }
        Ok(Receipt::Nothing)
    }
}
