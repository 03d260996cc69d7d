//! Sessions.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::{
    AgentId, ExecutionLease, ForkPoint, Kind, Outcome, SessionId, Span, Status, TaskId, Timestamp,
};
use utoipa::{IntoParams, ToSchema};

use crate::{AddParticipant, Calls, Conversation, FileCounts, NewStep, Participant, RecordCalls, Workflow};

crate::operations::operations! {
    /// Lists the sessions that the caller may see.
    LIST_SESSIONS = Operation::get("/sessions");
    /// Creates a session.
    CREATE_SESSION = Operation::post("/sessions").keyed().fails_with(&[Code::InboxFull]);
    /// Counts all sessions.
    COUNT_SESSIONS = Operation::get("/sessions/counts").admin();
    /// Imports an exported journal.
    IMPORT_SESSION = Operation::post("/sessions/import").keyed();
    /// Reads a session.
    GET_SESSION = Operation::get("/sessions/{session_id}").with_token();
    /// Changes a session's name, labels or expiry.
    UPDATE_SESSION = Operation::patch("/sessions/{session_id}").changes_a_session().with_token();
    /// Deletes a session.
    DELETE_SESSION = Operation::delete("/sessions/{session_id}").takes(&[Header::IfMatch]).with_token();
    /// Completes a session.
    COMPLETE_SESSION = Operation::post("/sessions/{session_id}/complete").changes_a_session();
    /// Terminates a session.
    TERMINATE_SESSION = Operation::post("/sessions/{session_id}/terminate").changes_a_session();
    /// Fails a session.
    FAIL_SESSION = Operation::post("/sessions/{session_id}/fail").changes_a_session();
    /// Retries what failed in a session.
    RETRY_SESSION = Operation::post("/sessions/{session_id}/retry").changes_a_session();
    /// Copies a session. The session itself stays as it is, so the request has no conditions.
    FORK_SESSION = Operation::post("/sessions/{session_id}/fork").keyed().fails_with(&[Code::EventGap]);
    /// Exports a session's journal.
    EXPORT_SESSION = Operation::get("/sessions/{session_id}/export").fails_with(&[Code::EventGap]).with_token();
    /// Issues another token of a session.
    ISSUE_TOKEN = Operation::post("/sessions/{session_id}/token").takes(&[Header::IfMatch]);
    /// Reads a session's executive summary.
    GET_SUMMARY = Operation::get("/sessions/{session_id}/summary").with_token();
}

/// Retries what failed: all failed steps of the session if it names nothing, one step, or one task.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The step to retry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The task to retry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
}

/// Creates a session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSession {
    /// Its id, such as `sess_notifications_2025-02-02`. Default: a generated, time-ordered id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Its kind. Default: `assistant` if only `client_id` is set, otherwise `workflow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Its name, for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The agent that leads the work; it becomes a participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "claude-code://orchestrator")]
    pub orchestrator: Option<AgentId>,
    /// The other participants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<AddParticipant>,
    /// The plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Vec<NewStep>>,
    /// The initial shared context; an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub shared_context: Option<Value>,
    /// Labels to find it by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The time until it expires, such as `24h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "24h")]
    pub expires_in: Option<Span>,
    /// The person or program that an assistant serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The parent session. This session is terminated when the parent ends without success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SessionId>,
    /// For an execution: the process that becomes its first writer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "build-7:4711")]
    pub process: Option<String>,
    /// For an execution with a `process`: the lease that the process takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<ExecutionLease>,
    /// For an execution with a `process`: its first batch, which is recorded with the session in one transaction. Its
    /// `writer` and its `batch` are 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<RecordCalls>,
}

impl CreateSession {
    /// The core's command; `fresh` is the id when the caller chose none.
    pub fn into_core(self, fresh: SessionId) -> sessiond_core::CreateSession {
        let alone = self.orchestrator.is_none() && self.participants.is_empty() && self.workflow.is_none();
        let kind = self.kind.unwrap_or(match (&self.client_id, alone) {
            (Some(_), true) => Kind::Assistant,
            _ => Kind::Workflow,
        });
        sessiond_core::CreateSession {
            session_id: self.session_id.unwrap_or(fresh),
            kind,
            name: self.name,
            client_id: self.client_id,
            orchestrator: self.orchestrator,
            participants: self.participants.into_iter().map(Into::into).collect(),
            workflow: self.workflow.map(|steps| steps.into_iter().map(Into::into).collect()),
            shared_context: self.shared_context,
            labels: self.labels,
            expires_in: self.expires_in,
            parent: self.parent,
            idle_timeout: None,
            token: None,
            process: self.process,
            lease: self.lease,
            batch: self.batch.map(Into::into),
        }
    }
}

/// Changes a session's name, labels or expiry. Absent members do not change.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateSession {
    /// The new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Labels to set; an empty value removes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// The remaining time, from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "24h")]
    pub expires_in: Option<Span>,
}

/// Completes a session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// A summary of the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Where the results are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["s3://artifacts/build.zip"]))]
    pub artifacts: Vec<String>,
}

/// Terminates a session and its children.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Terminate {
    /// The reason.
    #[schema(example = "timeout")]
    pub reason: String,
    /// Details of the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Frontend agent offline")]
    pub details: Option<String>,
}

/// Fails a session whose work could not be done, and terminates its children.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FailSession {
    /// The reason.
    #[schema(example = "NodeA: no such file")]
    pub reason: String,
    /// Details of the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// Forks a session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// The last revision to copy. Default: the current revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_revision: Option<u64>,
    /// The fork's id. Default: a generated, time-ordered id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
}

/// A session's token. A client that sends it as `Authorization: Bearer …` may use that session, and no other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, example = "st_…")]
#[serde(transparent)]
pub struct SessionToken(String);

impl SessionToken {
    /// A token from its text.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself, for the person or program that it is for.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(redacted)")
    }
}

/// A session's new token, which is shown only once and not stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IssuedToken {
    /// The session.
    pub session_id: SessionId,
    /// The token, for `Authorization: Bearer …`. It replaces the one before it, which opens nothing any more.
    pub token: SessionToken,
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// The session.
    pub session_id: SessionId,
    /// Its revision after the import.
    pub revision: u64,
    /// The number of imported events.
    pub events: u64,
}

/// A session and its state. Facets that it does not use are absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Its id.
    pub session_id: SessionId,
    /// Its kind.
    pub kind: Kind,
    /// Its name, for display.
    pub name: Option<String>,
    /// Whether it is active, or how it ended.
    pub status: Status,
    /// The number of its last event.
    pub revision: u64,
    /// Its owner.
    pub owner: String,
    /// The person or program that an assistant serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The agent that leads the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orchestrator: Option<AgentId>,
    /// The participants, including those that have left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Participant>,
    /// The plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
    /// The shared context.
    #[schema(value_type = Object)]
    pub shared_context: Arc<Value>,
    /// The revision of the last change of the shared context; 0 if it never changed.
    #[serde(default)]
    pub context_revision: u64,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The parent session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SessionId>,
    /// The session and revision that it was forked from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<ForkPoint>,
    /// The session and revision of the document that its events were imported from. Up to that revision, the times and actors
    /// of its events are what the document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported_from: Option<ForkPoint>,
    /// The number of open tasks.
    pub open_tasks: usize,
    /// The number of all tasks.
    pub total_tasks: usize,
    /// The totals of an execution's calls, once a process has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<Calls>,
    /// The conversation with its assistant, without the texts of its turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Conversation>,
    /// The files for its assistant, in numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<FileCounts>,
    /// The number of questions that wait for an answer.
    #[serde(default)]
    pub open_questions: u32,
    /// The number of all questions.
    #[serde(default)]
    pub total_questions: u32,
    /// When it was created.
    pub created_at: Timestamp,
    /// The time of its last event.
    pub updated_at: Timestamp,
    /// The same as `updated_at`.
    pub last_activity: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// How to use the token. Only in the response that creates an assistant's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The token of an assistant's session. Only in the response that creates the session: the token is not stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<SessionToken>,
}

impl From<&sessiond_core::Session> for Session {
    fn from(core: &sessiond_core::Session) -> Self {
        Self {
            session_id: core.id.clone(),
            kind: core.kind,
            name: core.name.clone(),
            status: core.status,
            revision: core.revision,
            owner: core.owner.clone(),
            client_id: core.client_id.clone(),
            orchestrator: core.orchestrator.clone(),
            participants: core.participants.iter().map(Into::into).collect(),
            workflow: core.workflow.as_deref().map(Into::into),
            shared_context: core.context.document.clone(),
            context_revision: core.context.revision,
            labels: core.labels.clone(),
            parent: core.parent.clone(),
            forked_from: core.forked_from.clone(),
            imported_from: core.imported_from.clone(),
            open_tasks: core.open_tasks().count(),
            total_tasks: core.tasks.len(),
            calls: core.calls.as_deref().map(Into::into),
            conversation: Conversation::view(&core.conversation),
            files: FileCounts::view(&core.files),
            open_questions: core.questions.open.len() as u32,
            total_questions: core.questions.all.len() as u32,
            created_at: core.created_at,
            updated_at: core.updated_at,
            last_activity: core.updated_at,
            expires_at: core.expires_at,
            ended_at: core.ended_at,
            outcome: core.outcome.clone(),
            message: None,
            token: None,
        }
    }
}

/// A session's row in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionSummary {
    /// Its id.
    pub session_id: SessionId,
    /// Its kind.
    pub kind: Kind,
    /// Its name, for display.
    pub name: Option<String>,
    /// Whether it is active, or how it ended.
    pub status: Status,
    /// The number of its last event.
    pub revision: u64,
    /// Its owner.
    pub owner: String,
    /// The person or program that an assistant serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The agent that leads the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orchestrator: Option<AgentId>,
    /// The current participants.
    pub participants: Vec<AgentId>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The parent session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SessionId>,
    /// The session and revision that it was forked from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<ForkPoint>,
    /// How far it is, as the facet that leads it counts; absent when there is nothing to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// The number of completed steps.
    pub completed_steps: u32,
    /// The number of all steps.
    pub total_steps: u32,
    /// The number of open tasks.
    pub open_tasks: u32,
    /// The number of all tasks.
    pub total_tasks: u32,
    /// The number of questions that wait for an answer.
    #[serde(default)]
    pub open_questions: u32,
    /// When it was created.
    pub created_at: Timestamp,
    /// The time of its last event.
    pub updated_at: Timestamp,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// How much of a session's work is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// The unit of the counts, a noun in the plural: `steps`, `tasks` or `calls`. Other kinds of session have other units.
    #[schema(example = "steps")]
    pub unit: String,
    /// The number of items that have ended, failed items included.
    pub done: u64,
    /// The number of items; absent when it is not known in advance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// The number of items that failed.
    #[serde(default)]
    pub failed: u64,
}

/// The counts with their unit, such as `2/3 steps, 1 failed`.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unit, done, total, failed } = self;
        match total {
            Some(total) => write!(f, "{done}/{total} {unit}")?,
            None => write!(f, "{done} {unit}")?,
        }
        if *failed > 0 { write!(f, ", {failed} failed") } else { Ok(()) }
    }
}

impl From<&sessiond_core::Progress> for Progress {
    fn from(core: &sessiond_core::Progress) -> Self {
        Self { unit: core.unit.clone().into_owned(), done: core.done, total: core.total, failed: core.failed }
    }
}

/// A filter for sessions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSessions {
    /// Only sessions of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Only sessions with this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Only sessions of this owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Only sessions with this label: `key` or `key=value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `true`: only sessions with a question that waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<bool>,
    /// Only children of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SessionId>,
    /// Only forks of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<SessionId>,
    /// Only sessions that were created at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_since: Option<Timestamp>,
    /// Only sessions that were created before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_until: Option<Timestamp>,
    /// Only sessions whose last change was at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_since: Option<Timestamp>,
    /// Only sessions whose last change was before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_until: Option<Timestamp>,
    /// Only sessions whose id, name, client or orchestrator contains this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// The order: `created` (newest first, the default), `updated` (last changed first) or `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<SessionSort>,
    /// `true`: the opposite order, such as oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverse: Option<bool>,
    /// The maximum number of rows, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The `next_cursor` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The order of a list of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionSort {
    /// Newest first.
    Created,
    /// Last changed first.
    Updated,
    /// By name; those without one by their id.
    Name,
}

/// A page of sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionPage {
    /// The sessions.
    pub sessions: Vec<SessionSummary>,
    /// The `cursor` of the next page; null on the last page.
    pub next_cursor: Option<String>,
    /// The sessions that the caller may see, in numbers. Only on the first page; filters do not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<SessionStats>,
}

/// The sessions that a caller may see, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionStats {
    /// All sessions.
    pub total_sessions: u64,
    /// Those that are active.
    pub active_sessions: u64,
    /// The minutes without use after which a new session of an assistant expires; null if never.
    pub session_timeout_minutes: Option<u64>,
    /// When the oldest session was created.
    pub oldest_session: Option<Timestamp>,
    /// When the newest session was created.
    pub newest_session: Option<Timestamp>,
    /// The turns of their conversations.
    pub turns: u64,
    /// The files for their assistants.
    pub files_count: u64,
    /// The bytes of these files together.
    pub storage_bytes: u64,
}

/// The number of sessions of all owners, for an administrator.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// All sessions.
    pub total: u64,
    /// By kind, then by status.
    pub sessions: BTreeMap<String, BTreeMap<String, u64>>,
}
