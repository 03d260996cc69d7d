//! A session's state, and the fold that makes it from the journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use crate::context::json_bytes;
use crate::event::{Event, EventBody};
use crate::{
    AgentId, Calls, Context, Corrupt, ForkPoint, Kind, Outcome, Participant, ParticipantStatus, Rejection,
    Revision, SessionId, Status, Task, TaskId, Timestamp, Workflow, limits, merge_patch,
};

/// What a [`Rejection::LimitReached`] says when a session's tasks hold too much.
pub(crate) const BYTE_LIMIT: &str = "bytes of a session";

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

impl Session {
    /// The version of the serialized state.
    pub const FORMAT: u32 = 1;

    /// The state after the first event of a journal.
    pub fn begin(event: &Event) -> Result<Self, Corrupt> {
        let EventBody::SessionCreated {
            session_id,
            kind,
            name,
            owner,
            client_id,
            orchestrator,
            labels,
            expires_at,
            parent,
            shared_context,
        } = &event.body
        else {
            return Err(corrupt(event, "a journal begins with session_created"));
        };
        if event.seq != 1 {
            return Err(corrupt(event, "a journal begins with event 1"));
        }
        Ok(Self {
            id: session_id.clone(),
            kind: *kind,
            name: name.clone(),
            status: Status::Active,
            revision: 1,
            owner: owner.clone(),
            client_id: client_id.clone(),
            orchestrator: orchestrator.clone(),
            labels: labels.clone(),
            created_at: event.time,
            updated_at: event.time,
            expires_at: *expires_at,
            ended_at: None,
            outcome: None,
            parent: parent.clone(),
            forked_from: None,
            participants: Arc::default(),
            context: match shared_context {
                Some(document) => Context { document: Arc::new(document.clone()), revision: 1 },
                None => Context::default(),
            },
            workflow: None,
            tasks: OrdMap::new(),
            bytes: 0,
            calls: None,
        })
    }

    /// Folds a whole journal, or the first part of one.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Option<Self>, Corrupt> {
        let mut events = events.into_iter();
        let Some(first) = events.next() else {
            return Ok(None);
        };
        let mut session = Self::begin(first)?;
        for event in events {
            session.apply(event)?;
        }
        Ok(Some(session))
    }

    /// Folds one event. It never panics, whatever the event; one that does not fit is an error, and the state is
    /// then to be dropped.
    pub fn apply(&mut self, event: &Event) -> Result<(), Corrupt> {
        if event.seq != self.revision + 1 {
            return Err(corrupt(event, &format!("it follows event {}", self.revision)));
        }
        let reopens = match event.body {
            EventBody::SessionForked { .. } => true,
            EventBody::ExecutionBegan { .. } => (self.status, self.kind) == (Status::Failed, Kind::Execution),
            _ => false,
        };
        if self.status != Status::Active && !reopens {
            return Err(corrupt(event, &format!("the session is {}", self.status)));
        }
        match &event.body {
            EventBody::SessionCreated { .. } => return Err(corrupt(event, "a session begins once")),
            EventBody::SessionUpdated { name, labels, expires_at } => {
                if let Some(name) = name {
                    self.name = Some(name.clone());
                }
                if let Some(labels) = labels {
                    self.labels = labels.clone();
                }
                if let Some(expires_at) = expires_at {
                    self.expires_at = Some(*expires_at);
                }
            }
            EventBody::SessionForked { session_id, owner, from } => {
                self.id = session_id.clone();
                self.owner = owner.clone();
                self.forked_from = Some(from.clone());
                self.expires_at = None;
                self.parent = None;
                self.reopen();
                if let Some(calls) = &mut self.calls {
                    Arc::make_mut(calls).fork();
                }
            }
            EventBody::SessionCompleted { outcome } => self.end(event, Status::Completed, outcome.clone()),
            EventBody::SessionTerminated { outcome } => self.end(event, Status::Terminated, outcome.clone()),
            EventBody::SessionFailed { outcome } => self.end(event, Status::Failed, outcome.clone()),
            EventBody::SessionExpired {} => {
                let reason = Some("its time ran out".to_owned());
                self.end(event, Status::Expired, Outcome { reason, ..Outcome::default() });
            }
            EventBody::ParticipantAdded { agent_id, framework, role } => {
                let (fence, working) =
                    self.participant(agent_id).map_or((0, 0), |earlier| (earlier.fence, earlier.working));
                let participant = Participant {
                    agent_id: agent_id.clone(),
                    framework: framework.clone(),
                    role: role.clone(),
                    status: at_work(working),
                    join_time: event.time,
                    leave_time: None,
                    lease: None,
                    fence,
                    working,
                };
                let participants = self.participants_mut();
                participants.retain(|earlier| earlier.agent_id != *agent_id);
                participants.push(participant);
            }
            EventBody::ParticipantRemoved { agent_id } => {
                let time = event.time;
                let participant = self.participant_mut(event, agent_id)?;
                participant.status = ParticipantStatus::Left;
                participant.leave_time = Some(time);
                participant.lease = None;
            }
            EventBody::LeaseClaimed { agent_id, holder, fence, ttl } => {
                let participant = self.participant_mut(event, agent_id)?;
                participant.fence = *fence;
                participant.lease = Some(crate::Lease { holder: holder.clone(), fence: *fence, ttl: *ttl });
                if participant.status == ParticipantStatus::Waiting {
                    participant.status = at_work(participant.working);
                }
            }
            EventBody::LeaseReleased { agent_id, .. } => self.participant_mut(event, agent_id)?.lease = None,
            EventBody::LeaseExpired { agent_id, .. } => {
                let participant = self.participant_mut(event, agent_id)?;
                participant.lease = None;
                participant.status = ParticipantStatus::Waiting;
            }
            EventBody::WorkflowUpdated { steps } => {
                self.workflow = Some(Arc::new(Workflow { steps: steps.clone() }));
            }
            EventBody::WorkflowAdvanced { steps, .. } => {
                let workflow =
                    self.workflow.as_mut().ok_or_else(|| corrupt(event, "there is no workflow"))?;
                crate::workflow::apply(Arc::make_mut(workflow), steps, event)
                    .map_err(|detail| corrupt(event, &detail))?;
            }
            EventBody::ContextUpdated { document, patch } => {
                if let Some(document) = document {
                    self.context.document = Arc::new(document.clone());
                }
                if let Some(patch) = patch {
                    merge_patch(Arc::make_mut(&mut self.context.document), patch);
                }
                self.context.revision = event.seq;
            }
            EventBody::TaskDelegated { task_id, .. } => {
                let task = Task::delegated(event).ok_or_else(|| corrupt(event, "it delegates nothing"))?;
                self.bytes += bytes_of(&task.payload) + metadata_bytes(&task.metadata);
                if self.tasks.insert(task_id.clone(), Arc::new(task)).is_some() {
                    return Err(corrupt(event, "the task exists already"));
                }
            }
            EventBody::TaskUpdated(update) => {
                let task = self
                    .tasks
                    .get_mut(&update.task_id)
                    .ok_or_else(|| corrupt(event, "there is no such task"))?;
                let before = (task.status == crate::TaskStatus::InProgress).then(|| task.assignee.clone());
                let progress = task.progress.as_ref().map_or(0, bytes_of);
                Arc::make_mut(task).apply(update, event.time);
                // Each attempt keeps its error, and only the last progress is kept.
                let gained = task.progress.as_ref().map_or(0, bytes_of)
                    + update.result.as_deref().map_or(0, bytes_of)
                    + update.error.as_deref().map_or(0, bytes_of);
                self.bytes = (self.bytes + gained).saturating_sub(progress);
                let after = (update.status == crate::TaskStatus::InProgress).then_some(&update.assignee);
                if before.as_ref() != after {
                    if let Some(agent) = before {
                        self.count_work(&agent, -1);
                    }
                    if let Some(agent) = after {
                        self.count_work(agent, 1);
                    }
                }
            }
            EventBody::MessageSent { .. } => {}
            EventBody::ExecutionBegan { writer, process, keep } => {
                let calls = Arc::make_mut(self.calls.get_or_insert_default());
                if *writer != calls.writer + 1 || keep.is_some_and(|keep| keep > calls.last) {
                    return Err(corrupt(event, "it does not follow the writer before it"));
                }
                calls.begin(process);
                if self.status != Status::Active {
                    // A time that has passed meanwhile would end it again at once.
                    self.expires_at = self.expires_at.filter(|at| *at > event.time);
                    self.reopen();
                }
            }
            EventBody::CallsRecorded { writer, batch, calls: entries } => {
                let calls = self.calls.as_mut().ok_or_else(|| corrupt(event, "no execution has begun"))?;
                let calls = Arc::make_mut(calls);
                if (*writer, *batch) != (calls.writer, calls.batch + 1) {
                    return Err(corrupt(event, "it does not follow the batch before it"));
                }
                calls.take(entries).map_err(|misfit| corrupt(event, &misfit.detail))?;
                calls.batch = *batch;
            }
        }
        self.revision = event.seq;
        self.updated_at = event.time;
        Ok(())
    }

    /// Refuses what would add so many bytes to its tasks, when there is no room for them.
    pub(crate) fn check_room(&self, bytes: u64) -> Result<(), Rejection> {
        if self.bytes.saturating_add(bytes) > limits::SESSION_BYTES {
            return Err(Rejection::LimitReached { what: BYTE_LIMIT, limit: limits::SESSION_BYTES });
        }
        Ok(())
    }

    /// Tasks that have not ended.
    pub fn open_tasks(&self) -> impl Iterator<Item = &Arc<Task>> {
        self.tasks.values().filter(|task| task.status.is_open())
    }

    fn end(&mut self, event: &Event, status: Status, outcome: Outcome) {
        self.status = status;
        self.ended_at = Some(event.time);
        self.outcome = Some(outcome);
        if let Some(calls) = &mut self.calls {
            Arc::make_mut(calls).interrupt();
        }
        for participant in self.participants_mut() {
            participant.lease = None;
            if participant.status != ParticipantStatus::Left {
                participant.status = match status {
                    Status::Completed => ParticipantStatus::Active,
                    _ => ParticipantStatus::SessionTerminated,
                };
                participant.working = 0;
            }
        }
    }

    /// A fork goes on where the copied journal stood, also when that had ended, and so does a failed execution.
    fn reopen(&mut self) {
        self.status = Status::Active;
        self.ended_at = None;
        self.outcome = None;
        for participant in self.participants_mut() {
            participant.lease = None;
            if participant.status != ParticipantStatus::Left {
                participant.status = at_work(participant.working);
            }
        }
    }

    fn participant_mut(&mut self, event: &Event, agent: &AgentId) -> Result<&mut Participant, Corrupt> {
        self.participants_mut()
            .iter_mut()
            .find(|participant| participant.agent_id == *agent)
            .ok_or_else(|| corrupt(event, &format!("{agent} does not take part")))
    }

    /// A participant is busy while it has a task in progress.
    fn count_work(&mut self, agent: &AgentId, change: i64) {
        let Some(participant) = self.participants_mut().iter_mut().find(|p| p.agent_id == *agent) else {
            return;
        };
        participant.working = participant.working.saturating_add_signed(change);
        participant.status = match participant.status {
            ParticipantStatus::Active | ParticipantStatus::Busy => at_work(participant.working),
            status => status,
        };
    }
}

/// How many bytes a value counts.
pub(crate) fn bytes_of(value: &serde_json::Value) -> u64 {
    json_bytes(value) as u64
}

/// How many bytes a task's metadata counts; none when there is none.
pub(crate) fn metadata_bytes(metadata: &serde_json::Map<String, serde_json::Value>) -> u64 {
    if metadata.is_empty() { 0 } else { json_bytes(metadata) as u64 }
}

fn at_work(tasks: u64) -> ParticipantStatus {
    if tasks > 0 { ParticipantStatus::Busy } else { ParticipantStatus::Active }
}

fn corrupt(event: &Event, detail: &str) -> Corrupt {
    Corrupt { seq: event.seq, detail: format!("{}: {detail}", event.body.kind()) }
}
