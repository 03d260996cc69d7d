//! A session's state: what folding its journal gives. The fold itself is in `fold.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use crate::calls::Calls;
use crate::context::Context;
use crate::conversation::Conversation;
use crate::files::Files;
use crate::lifecycle::{ForkPoint, Kind, Outcome, Status};
use crate::messages::Delayed;
use crate::participants::{Participant, ParticipantStatus};
use crate::questions::Questions;
use crate::signals::Signals;
use crate::tasks::Task;
use crate::values::{AgentId, Exceeded, Limit, Revision, SessionId, Span, TaskId, Timestamp};
use crate::workflow::Workflow;

use super::facet_state::FacetState;

/// A session's state: what is the session's own, and what each facet keeps. The facets' fields are the one list of them,
/// from which follows how the frame asks each.
macro_rules! session {
    (
        $(#[$of_all:meta])*
        own { $($(#[$of_own:meta])* $own:ident: $own_type:ty,)* }
        facets { $($(#[$of_facet:meta])* $facet:ident: $facet_type:ty,)* }
    ) => {
        $(#[$of_all])*
        pub struct Session {
            $($(#[$of_own])* pub $own: $own_type,)*
            $($(#[$of_facet])* pub $facet: $facet_type,)*
        }

        /// How many facets keep something in the state.
        const FACETS: usize = [$(stringify!($facet)),*].len();

        impl Session {
            /// What each facet keeps, to be looked at.
            pub(crate) fn facets(&self) -> [&dyn FacetState; FACETS] {
                [$(&self.$facet),*]
            }

            /// What each facet keeps.
            fn facets_mut(&mut self) -> [&mut dyn FacetState; FACETS] {
                [$(&mut self.$facet),*]
            }
        }
    };
}

session! {
    /// A session's state: what folding its journal gives. Copies are cheap: what is large is shared.
    ///
    /// It is serialized for snapshots alone, whose format version is [`Session::FORMAT`]; a snapshot of another version
    /// is dropped and made anew from the journal.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    own {
        /// Its id.
        id: SessionId,
        /// Which facet leads it.
        kind: Kind,
        /// What people call it.
        name: Option<String>,
        /// Whether it lives, and how it ended.
        status: Status,
        /// The number of its last event.
        revision: Revision,
        /// Whose it is: a principal's name.
        owner: String,
        /// The person or program that it serves.
        client_id: Option<String>,
        /// The agent that leads the work.
        orchestrator: Option<AgentId>,
        /// Free labels to find it by.
        labels: BTreeMap<String, String>,
        /// When it began.
        created_at: Timestamp,
        /// When its last event was decided.
        updated_at: Timestamp,
        /// When it expires.
        expires_at: Option<Timestamp>,
        /// The time without use after which it expires.
        #[serde(default)]
        idle_timeout: Option<Span>,
        /// When it ended.
        ended_at: Option<Timestamp>,
        /// How it ended.
        outcome: Option<Outcome>,
        /// The session that it belongs to.
        parent: Option<SessionId>,
        /// Where it was copied from.
        forked_from: Option<ForkPoint>,
        /// Where its events came from, when they were imported.
        #[serde(default)]
        imported_from: Option<ForkPoint>,
        /// The SHA-256 of its token, in hexadecimal digits. A copy has none.
        #[serde(default)]
        token: Option<String>,
        /// What the tasks hold together, as [`limits::SESSION_BYTES`](crate::limits::SESSION_BYTES) counts it. A snapshot
        /// from before it was counted begins at 0; dropping it instead would lose sessions whose old events are gone.
        #[serde(default)]
        bytes: u64,
    }
    facets {
        /// Who takes part, and who has.
        participants: Arc<Vec<Participant>>,
        /// The shared context.
        context: Context,
        /// The plan, when there is one.
        workflow: Option<Arc<Workflow>>,
        /// All tasks, oldest first.
        tasks: OrdMap<TaskId, Arc<Task>>,
        /// The calls of an execution, once a process has begun to write them.
        #[serde(default)]
        calls: Option<Arc<Calls>>,
        /// What it asked, and the answers.
        #[serde(default)]
        questions: Questions,
        /// What was sent to it.
        #[serde(default)]
        signals: Signals,
        /// Its messages whose time has not come.
        #[serde(default)]
        delayed: Delayed,
        /// The turns with its assistant.
        #[serde(default)]
        conversation: Conversation,
        /// The files for its assistant.
        #[serde(default)]
        files: Files,
    }
}

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

    /// Whether it is an assistant's whose time is over, also if the timer that ends it has not fired yet.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        let is_over = match self.status {
            Status::Active => self.expires_at.is_some_and(|at| at <= now) && !self.is_in_use(),
            status => status == Status::Expired,
        };
        self.kind == Kind::Assistant && is_over
    }

    /// Whether it does not expire now because its assistant answers.
    pub(crate) fn is_in_use(&self) -> bool {
        self.idle_timeout.is_some() && self.conversation.running.is_some()
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
        self.token = None;
        self.parent = None;
        self.reopen();
        self.facets_mut().into_iter().for_each(|facet| facet.on_fork());
    }
}
