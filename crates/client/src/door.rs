//! What can be done through either door.

use std::pin::Pin;

use async_trait::async_trait;
use futures_util::Stream;
use serde_json::Value;
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_core::{AgentId, Fence, MessageId, Revision, SessionId, TaskId};

/// The conditions of one call. `Call::default()` has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    /// The same request with the same key has one effect and one answer, for 24 hours. The HTTP door makes one up for
    /// every change that comes without, so that its own retries are safe.
    pub idempotency_key: Option<String>,
    /// The revision that the caller decided on; a newer session refuses the change as `revision_stale`.
    pub expected_revision: Option<Revision>,
    /// The fencing token of the lease that the caller holds.
    pub fence: Option<Fence>,
    /// The agent that the caller acts as, where the request itself names none.
    pub agent: Option<AgentId>,
}

impl Call {
    /// Only if the session is at this revision.
    pub fn expecting(revision: Revision) -> Self {
        Self { expected_revision: Some(revision), ..Self::default() }
    }

    /// Once for this key.
    pub fn once(key: impl Into<String>) -> Self {
        Self { idempotency_key: Some(key.into()), ..Self::default() }
    }
}

/// The shared context and the session's revision.
#[derive(Debug, Clone, PartialEq)]
pub struct ContextView {
    /// The document.
    pub document: Value,
    /// The session's revision when it was read.
    pub revision: Revision,
}

/// What a watcher sees.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchItem {
    /// The session as it was when the watch began from nowhere; the events after its revision follow.
    Snapshot(Box<api::Session>),
    /// The next event.
    Event(api::Event),
    /// The events from the cursor to `first - 1` are no longer kept; those from `first` on follow.
    Gap {
        /// Where the watcher wanted to go on.
        after: Revision,
        /// The oldest event that is kept.
        first: Revision,
    },
}

/// A live view of a session. It ends after the session's last event, when the session has ended or is deleted; a
/// problem on it is final. The HTTP door reconnects by itself and goes on from its cursor.
pub type Watch = Pin<Box<dyn Stream<Item = Result<WatchItem, Problem>> + Send>>;

/// The lines of an export, each without its newline: a header, then one event a line.
pub type Export = Pin<Box<dyn Stream<Item = Result<String, Problem>> + Send>>;

/// The text of an export.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// JSON Lines, as an export gives them.
    pub lines: String,
    /// Another id than the exported session's; the import is then a fork.
    pub session_id: Option<SessionId>,
}

/// What can be done through either door. Every operation answers as its route in the OpenAPI document does; what
/// fails is a [`Problem`] with the same code through both.
#[async_trait]
pub trait Door: Send + Sync {
    /// Begins a session.
    async fn create_session(&self, request: api::CreateSession, call: Call) -> Result<api::Session, Problem>;
    /// A session.
    async fn session(&self, id: &SessionId) -> Result<api::Session, Problem>;
    /// Sessions that the caller may see.
    async fn sessions(&self, query: api::ListSessions) -> Result<api::SessionPage, Problem>;
    /// How many sessions there are; for an administrator.
    async fn counts(&self) -> Result<api::Counts, Problem>;
    /// Changes name, labels or expiry.
    async fn update_session(
        &self,
        id: &SessionId,
        request: api::UpdateSession,
        call: Call,
    ) -> Result<api::Session, Problem>;
    /// Drops a session with everything that belongs to it.
    async fn delete_session(&self, id: &SessionId, call: Call) -> Result<(), Problem>;
    /// Ends a session well.
    async fn complete_session(
        &self,
        id: &SessionId,
        request: api::Complete,
        call: Call,
    ) -> Result<api::Session, Problem>;
    /// Stops a session, and those that belong to it.
    async fn terminate_session(
        &self,
        id: &SessionId,
        request: api::Terminate,
        call: Call,
    ) -> Result<api::Session, Problem>;
    /// Ends a session whose work could not be done, and those that belong to it.
    async fn fail_session(
        &self,
        id: &SessionId,
        request: api::FailSession,
        call: Call,
    ) -> Result<api::Session, Problem>;
    /// Goes on with a copy.
    async fn fork_session(
        &self,
        id: &SessionId,
        request: api::Fork,
        call: Call,
    ) -> Result<api::Session, Problem>;
    /// The whole journal as JSON Lines.
    async fn export_session(&self, id: &SessionId) -> Result<Export, Problem>;
    /// Takes in an export.
    async fn import_session(&self, import: Import, call: Call) -> Result<api::Imported, Problem>;
    /// The executive summary, in Markdown.
    async fn summary(&self, id: &SessionId) -> Result<String, Problem>;

    /// An agent joins.
    async fn add_participant(
        &self,
        id: &SessionId,
        request: api::AddParticipant,
        call: Call,
    ) -> Result<api::Session, Problem>;
    /// An agent leaves.
    async fn remove_participant(
        &self,
        id: &SessionId,
        agent: &AgentId,
        call: Call,
    ) -> Result<api::Session, Problem>;
    /// Takes the right to write in a participant's name.
    async fn claim_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::ClaimLease,
        call: Call,
    ) -> Result<api::ClaimedLease, Problem>;
    /// Keeps it for as long again.
    async fn renew_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::RenewLease,
    ) -> Result<api::ClaimedLease, Problem>;
    /// Gives it back; `call.fence` is its token.
    async fn release_lease(&self, id: &SessionId, agent: &AgentId, call: Call) -> Result<(), Problem>;

    /// Sets the plan, or the state of its steps, by hand.
    async fn update_workflow(
        &self,
        id: &SessionId,
        request: api::UpdateWorkflow,
        call: Call,
    ) -> Result<api::Session, Problem>;
    /// Ends a step by hand.
    async fn advance_workflow(
        &self,
        id: &SessionId,
        request: api::Advance,
        call: Call,
    ) -> Result<api::Session, Problem>;

    /// The shared context.
    async fn context(&self, id: &SessionId) -> Result<ContextView, Problem>;
    /// Replaces the shared context.
    async fn replace_context(
        &self,
        id: &SessionId,
        document: Value,
        call: Call,
    ) -> Result<ContextView, Problem>;
    /// Patches the shared context (RFC 7396).
    async fn patch_context(&self, id: &SessionId, patch: Value, call: Call) -> Result<ContextView, Problem>;

    /// Lets a process write the calls of an execution, as the only one. What is open is interrupted, and a failed
    /// execution goes on.
    async fn begin_execution(
        &self,
        id: &SessionId,
        request: api::BeginExecution,
        call: Call,
    ) -> Result<api::Execution, Problem>;
    /// Records a batch of calls. Its number makes a repeat harmless, so it needs no idempotency key.
    async fn record_calls(
        &self,
        id: &SessionId,
        request: api::RecordCalls,
        call: Call,
    ) -> Result<api::Recorded, Problem>;

    /// Asks a participant for work.
    async fn delegate_task(
        &self,
        id: &SessionId,
        request: api::DelegateTask,
        call: Call,
    ) -> Result<api::Task, Problem>;
    /// A session's tasks, oldest first.
    async fn session_tasks(&self, id: &SessionId, query: api::ListTasks) -> Result<api::TaskPage, Problem>;
    /// Tasks over all sessions that the caller may see, newest first.
    async fn tasks(&self, query: api::ListTasks) -> Result<api::TaskPage, Problem>;
    /// A task.
    async fn task(&self, task: &TaskId) -> Result<api::Task, Problem>;
    /// Its assignee has begun.
    async fn accept_task(
        &self,
        task: &TaskId,
        request: api::TaskReportMeta,
        call: Call,
    ) -> Result<api::Task, Problem>;
    /// It is this far.
    async fn progress_task(
        &self,
        task: &TaskId,
        request: api::ProgressTask,
        call: Call,
    ) -> Result<api::Task, Problem>;
    /// It is done.
    async fn complete_task(
        &self,
        task: &TaskId,
        request: api::CompleteTask,
        call: Call,
    ) -> Result<api::Task, Problem>;
    /// The attempt failed.
    async fn fail_task(
        &self,
        task: &TaskId,
        request: api::FailTask,
        call: Call,
    ) -> Result<api::Task, Problem>;
    /// It is wanted no more.
    async fn cancel_task(
        &self,
        task: &TaskId,
        request: api::CancelTask,
        call: Call,
    ) -> Result<api::Task, Problem>;

    /// Events, oldest first. A cursor before the oldest event that is kept is `event_gap`.
    async fn events(&self, id: &SessionId, query: api::ListEvents) -> Result<api::EventPage, Problem>;
    /// A live view: the events after `after`, or from now on with a snapshot first.
    async fn watch(&self, id: &SessionId, after: Option<Revision>) -> Result<Watch, Problem>;

    /// Sends a message. Its id is its idempotency key, and it is sent whatever the session's revision is.
    async fn send_message(&self, message: api::Message, call: Call) -> Result<api::Sent, Problem>;
    /// Messages to agents that the caller may act as, newest first.
    async fn messages(&self, query: api::ListMessages) -> Result<api::MessagePage, Problem>;
    /// Puts a dead letter back into its inbox.
    async fn requeue_message(&self, agent: &AgentId, message: &MessageId) -> Result<(), Problem>;

    /// Makes an agent known.
    async fn register_agent(&self, request: api::RegisterAgent) -> Result<api::Registered, Problem>;
    /// Agents.
    async fn agents(&self, query: api::ListAgents) -> Result<api::AgentPage, Problem>;
    /// An agent.
    async fn agent(&self, agent: &AgentId) -> Result<api::Agent, Problem>;
    /// Removes an agent and its inbox.
    async fn delete_agent(&self, agent: &AgentId) -> Result<(), Problem>;
    /// An agent says that it lives.
    async fn heartbeat(&self, agent: &AgentId, request: api::Heartbeat) -> Result<(), Problem>;
    /// Reads an inbox. What is not acknowledged within a minute is delivered again.
    async fn receive(&self, agent: &AgentId, query: api::ReceiveMessages) -> Result<api::InboxPage, Problem>;
    /// Acknowledges messages.
    async fn ack(&self, agent: &AgentId, request: api::AckMessages) -> Result<api::Acknowledged, Problem>;

    /// One result from those of several agents. The same request with one key has one id.
    async fn aggregate(&self, request: api::Aggregate, call: Call) -> Result<api::Aggregation, Problem>;

    /// Makes a key; for an administrator, as are the other operations on keys. A repeat gets the key without its
    /// secret, which is shown once and not kept: if it was lost on the way, revoke the key and make another.
    async fn create_key(&self, request: api::CreateKey, call: Call) -> Result<api::CreatedKey, Problem>;
    /// All keys.
    async fn keys(&self) -> Result<api::KeyPage, Problem>;
    /// Ends a key's validity.
    async fn revoke_key(&self, key_id: &str) -> Result<api::Key, Problem>;

    /// Adds telemetry points.
    async fn put_points(&self, id: &SessionId, request: api::PutPoints, call: Call) -> Result<(), Problem>;
    /// Telemetry points.
    async fn points(&self, id: &SessionId, query: api::ListPoints) -> Result<api::PointPage, Problem>;

    /// Where this door leads, for people.
    fn location(&self) -> String;
    /// Writes what waits and closes what is open; the handle is of no use after it.
    async fn close(&self);
}
