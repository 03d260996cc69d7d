//! What tools answer where it is less, or more, than what their routes do.

use serde::Serialize;
use serde_json::Value;
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_core::{AgentId, ScheduleId, SessionId, Status, TaskId, TaskStatus, Timestamp};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A session without its shared context, which may be large and has a tool of its own.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Brief(Value);

/// The member that it lacks.
const LEFT_OUT: &str = "shared_context";

impl Brief {
    pub(super) fn of(session: &api::Session) -> Result<Self, Problem> {
        let mut value = super::write(session)?;
        if let Value::Object(members) = &mut value {
            members.shift_remove(LEFT_OUT);
        }
        Ok(Self(value))
    }
}

impl PartialSchema for Brief {
    fn schema() -> RefOr<Schema> {
        let mut schema = api::Session::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.properties.shift_remove(LEFT_OUT);
            object.required.retain(|name| name != LEFT_OUT);
        }
        schema
    }
}

impl ToSchema for Brief {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        api::Session::schemas(schemas);
    }
}

/// A session and its tasks.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionAndTasks {
    #[serde(flatten)]
    #[schema(inline)]
    pub(super) session: Brief,
    /// Its tasks, oldest first.
    pub(super) tasks: Vec<api::Task>,
    /// The `cursor` for further tasks; null if there are none.
    pub(super) next_cursor: Option<String>,
}

/// A session and the agent that joined it.
#[derive(Serialize, ToSchema)]
pub(super) struct Joined {
    #[serde(flatten)]
    #[schema(inline)]
    pub(super) session: Brief,
    /// The agent that joined.
    pub(super) you_are: AgentId,
}

/// A plan and its open tasks.
#[derive(Serialize, ToSchema)]
pub(super) struct Plan {
    /// The session.
    pub(super) session_id: SessionId,
    /// Whether it is active, or how it ended.
    pub(super) status: Status,
    /// The number of its last event.
    pub(super) revision: u64,
    /// The agent that leads the work.
    pub(super) orchestrator: Option<AgentId>,
    /// The plan; null if there is none.
    pub(super) plan: Option<api::Workflow>,
    /// The open tasks.
    pub(super) open_tasks: Vec<OpenTask>,
}

/// An open task.
#[derive(Serialize, ToSchema)]
pub(super) struct OpenTask {
    /// Its id.
    task_id: TaskId,
    /// The type of work.
    task_type: String,
    /// The agent that has it now.
    assignee: AgentId,
    /// The step that it belongs to.
    step: Option<String>,
    /// Its status.
    status: TaskStatus,
    /// The current attempt.
    attempt: u32,
    /// The deadline of the current attempt.
    deadline: Timestamp,
}

impl From<api::Task> for OpenTask {
    fn from(task: api::Task) -> Self {
        Self {
            task_id: task.task_id,
            task_type: task.task_type,
            assignee: task.assignee,
            step: task.step,
            status: task.status,
            attempt: task.attempt,
            deadline: task.deadline,
        }
    }
}

/// The shared context, or a part of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Context {
    /// The session's revision, to patch what was read.
    pub(super) revision: u64,
    /// The document, or the requested part.
    pub(super) context: Value,
}

/// A changed shared context.
#[derive(Serialize, ToSchema)]
pub(super) struct Changed {
    /// The session.
    pub(super) session_id: SessionId,
    /// Its revision after the change.
    pub(super) revision: u64,
}

/// A stored note.
#[derive(Serialize, ToSchema)]
pub(super) struct Noted {
    /// The session.
    pub(super) session_id: SessionId,
    /// The note's title.
    pub(super) title: String,
    /// The session's revision after the change.
    pub(super) revision: u64,
}

/// A released lease.
#[derive(Serialize, ToSchema)]
pub(super) struct Released {
    /// The participant.
    pub(super) agent_id: AgentId,
    /// Always true.
    pub(super) released: bool,
}

/// A schedule that was deleted.
#[derive(Serialize, ToSchema)]
pub(super) struct DeletedSchedule {
    /// The schedule.
    pub(super) schedule_id: ScheduleId,
    /// Always true.
    pub(super) deleted: bool,
}

/// The work to do.
#[derive(Serialize, ToSchema)]
pub(super) struct Work {
    /// The agent whose messages these are; null if the call waited only for events.
    pub(super) you_are: Option<AgentId>,
    /// The messages, in the order to work on them.
    pub(super) messages: Vec<api::InboxMessage>,
    /// Whether the time ran out before anything arrived.
    pub(super) timed_out: bool,
    /// The session whose events the call also waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session_id: Option<SessionId>,
    /// Whether it is active, or how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<Status>,
    /// The number of the last of its events, to pass as `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) revision: Option<u64>,
    /// Its events after `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<AnyEvent>>)]
    pub(super) events: Option<Vec<api::Event>>,
    /// What to do next.
    pub(super) next: &'static str,
}

/// How an event looks to models. The members of each type's `data` are left out, since they would cost a model more
/// tokens than all tools together.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it documents api::Event")]
struct AnyEvent {
    /// Its number.
    seq: u64,
    /// When it was decided.
    time: Timestamp,
    /// What happened, such as `task_delegated`.
    #[schema(rename = "type")]
    kind: String,
    /// Who caused it.
    actor: String,
    /// What exactly; the members follow from `type`.
    data: serde_json::Value,
}
