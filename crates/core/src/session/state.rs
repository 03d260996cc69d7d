//! A session's state: what folding its journal gives. The fold itself is in `fold.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use crate::calls::Calls;
use crate::context::Context;
use crate::lifecycle::{ForkPoint, Kind, Outcome, Status};
use crate::participants::{Participant, ParticipantStatus};
use crate::tasks::Task;
use crate::values::{AgentId, Exceeded, Limit, Revision, SessionId, TaskId, Timestamp};
use crate::workflow::Workflow;

use super::facet_state::FacetState;

/// A session's state: what folding its journal gives. Copies are cheap: what is large is shared.
///
/// It is serialized for snapshots alone, whose format version is [`Session::FORMAT`]; a snapshot of another version
/// is dropped and made anew from the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Which facet leads it.
    pub kind: Kind,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it lives, and how it ended.
    pub status: Status,
    /// The number of its last event.
    pub revision: Revision,
    /// Whose it is: a principal's name.
    pub owner: String,
    /// The person or program that it serves.
    pub client_id: Option<String>,
    /// The agent that leads the work.
    pub orchestrator: Option<AgentId>,
    /// Free labels to find it by.
    pub labels: BTreeMap<String, String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When its last event was decided.
    pub updated_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The session that it belongs to.
    pub parent: Option<SessionId>,
    /// Where it was copied from.
    pub forked_from: Option<ForkPoint>,
    /// Who takes part, and who has.
    pub participants: Arc<Vec<Participant>>,
    /// The shared context.
    pub context: Context,
    /// The plan, when there is one.
    pub workflow: Option<Arc<Workflow>>,
    /// All tasks, oldest first.
    pub tasks: OrdMap<TaskId, Arc<Task>>,
    /// What the tasks hold together, as [`limits::SESSION_BYTES`](crate::limits::SESSION_BYTES) counts it. A snapshot
    /// from before it was counted begins at 0; dropping it instead would lose sessions whose old events are gone.
    #[serde(default)]
    pub bytes: u64,
    /// The calls of an execution, once a process has begun to write them.
    #[serde(default)]
    pub calls: Option<Arc<Calls>>,
}

/// How many facets keep something in the state.
const FACETS: usize = 5;

impl Session {
    /// The version of the serialized state.
    pub const FORMAT: u32 = 1;

    /// Tasks that have not ended.
    pub fn open_tasks(&self) -> impl Iterator<Item = &Arc<Task>> {
        self.tasks.values().filter(|task| task.status.is_open())
    }

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

    /// Refuses what would add so many bytes to its tasks, when there is no room for them.
    pub(crate) fn check_room(&self, bytes: u64) -> Result<(), Exceeded> {
        let limit = Limit::SessionBytes;
        if self.bytes.saturating_add(bytes) > limit.most() { Err(Exceeded(limit)) } else { Ok(()) }
    }

    /// Ends it; what follows for each facet is said by its [`FacetState::on_end`].
    pub(crate) fn end(&mut self, status: Status, at: Timestamp, outcome: Outcome) {
        self.status = status;
        self.ended_at = Some(at);
        self.outcome = Some(outcome);
        self.facets_mut().into_iter().for_each(|facet| facet.on_end(status));
    }

    /// Lets it continue after an end.
    pub(crate) fn reopen(&mut self) {
        self.status = Status::Active;
        self.ended_at = None;
        self.outcome = None;
        self.facets_mut().into_iter().for_each(|facet| facet.on_reopen());
    }

    /// Makes it a copy, which continues where the copied journal was, also when that had ended.
    pub(crate) fn fork(&mut self, id: SessionId, owner: String, from: ForkPoint) {
        self.id = id;
        self.owner = owner;
        self.forked_from = Some(from);
        self.expires_at = None;
        self.parent = None;
        self.reopen();
        self.facets_mut().into_iter().for_each(|facet| facet.on_fork());
    }

    /// What each facet keeps, to be looked at.
    pub(crate) fn facets(&self) -> [&dyn FacetState; FACETS] {
        let Self { participants, context, workflow, tasks, calls, .. } = self;
        [participants, context, workflow, tasks, calls]
    }

    /// What each facet keeps. The pattern names every field, so that a new facet's is not forgotten.
    fn facets_mut(&mut self) -> [&mut dyn FacetState; FACETS] {
        let Self {
            participants,
            context,
            workflow,
            tasks,
            calls,
            id: _,
            kind: _,
            name: _,
            status: _,
            revision: _,
            owner: _,
            client_id: _,
            orchestrator: _,
            labels: _,
            created_at: _,
            updated_at: _,
            expires_at: _,
            ended_at: _,
            outcome: _,
            parent: _,
            forked_from: _,
            bytes: _,
        } = self;
        [participants, context, workflow, tasks, calls]
    }
}
