//! Who takes part, in which role, and the lease that makes one of them the only writer in its name.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::lifecycle::Status;
use crate::session::facet_state::FacetState;
use crate::values::{AgentId, Exceeded, Limit, Span, Timestamp};

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
    pub fence: u64,
    /// How many tasks it has in progress.
    #[serde(default)]
    pub working: u64,
}

/// The right to write in a participant's name, held by one process until it releases the lease or is declared dead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Lease {
    /// The process that holds it, such as a host and a process id.
    pub holder: String,
    /// The token that the process must show with each write.
    pub fence: u64,
    /// How long it lasts without a renewal.
    pub ttl: Span,
}

/// The status of a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ParticipantStatus {
    /// It takes part.
    Active,
    /// Its lease expired: its process was declared dead, and nobody has taken over yet.
    Waiting,
    /// It works on a task.
    Busy,
    /// It left.
    Left,
    /// The session ended while it took part.
    SessionTerminated,
}

/// The key of the timer of a lease in the name of `agent`.
pub fn lease_timer(agent: &AgentId) -> String {
    format!("lease:{agent}")
}

impl Participant {
    /// Counts a task that it has begun to work on, or has ended.
    pub(crate) fn count_work(&mut self, change: i64) {
        self.working = self.working.saturating_add_signed(change);
        if matches!(self.status, ParticipantStatus::Active | ParticipantStatus::Busy) {
            self.status = ParticipantStatus::at_work(self.working);
        }
    }
}

impl ParticipantStatus {
    /// A participant is busy while it has a task in progress.
    pub(crate) fn at_work(tasks: u64) -> Self {
        if tasks > 0 { Self::Busy } else { Self::Active }
    }
}

impl FacetState for Arc<Vec<Participant>> {
    fn on_end(&mut self, _status: Status) {
        for participant in Arc::make_mut(self) {
            participant.lease = None;
            if participant.status != ParticipantStatus::Left {
                participant.status = ParticipantStatus::SessionTerminated;
                participant.working = 0;
            }
        }
    }

    fn on_reopen(&mut self) {
        for participant in Arc::make_mut(self) {
            participant.lease = None;
            if participant.status != ParticipantStatus::Left {
                participant.status = ParticipantStatus::at_work(participant.working);
            }
        }
    }

    fn check(&self) -> Result<(), Exceeded> {
        Limit::Participants.allows(self.len())?;
        self.iter().try_for_each(|Participant { framework, role, .. }| {
            Limit::NameBytes.allows(framework.len())?;
            Limit::NameBytes.allows(role.len())
        })
    }
}
