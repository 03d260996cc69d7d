//! What can be asked of a session.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    AgentId, CallEntry, Fence, Kind, Message, MessageId, OnFailure, Principal, Priority, RetryPolicy,
    Revision, SessionId, Span, TaskId, TaskTemplate,
};

/// A command and who gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Who asks.
    pub principal: Principal,
    /// The agent that the caller acts as, when it says so.
    pub agent: Option<AgentId>,
    /// The revision that the caller decided on; a newer session refuses the command.
    pub expected_revision: Option<Revision>,
    /// The fencing token of the lease that the caller holds.
    pub fence: Option<Fence>,
    /// What is asked.
    pub command: Command,
}

impl Envelope {
    /// A command with no conditions.
    pub fn new(principal: Principal, command: Command) -> Self {
        Self { principal, agent: None, expected_revision: None, fence: None, command }
    }
}

/// What can be asked of a session that exists.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Change its name, labels or expiry; what is absent stays.
    Update {
        /// The new name.
        name: Option<String>,
        /// Labels to set; an empty value removes one.
        labels: Option<BTreeMap<String, String>>,
        /// The time that it has left from now on.
        expires_in: Option<Span>,
    },
    /// An agent joins.
    AddParticipant(NewParticipant),
    /// An agent leaves.
    RemoveParticipant {
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
    /// Set the plan, or the state of its steps, by hand.
    UpdateWorkflow(WorkflowUpdate),
    /// End the named step, or the only active one, by hand.
    Advance {
        /// Which.
        step: Option<String>,
    },
    /// Replace or patch the shared context.
    ChangeContext(ContextChange),
    /// Ask a participant for work.
    Delegate(DelegateTask),
    /// Tell how a task goes.
    Report(TaskReport),
    /// A timer: an attempt is over time.
    TaskDeadline {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
    },
    /// A message from one participant to another.
    Send(Message),
    /// The work is done.
    Complete {
        /// What was reached.
        summary: Option<String>,
        /// Where the results lie.
        artifacts: Vec<String>,
    },
    /// A process begins to write the calls of an execution, or takes it up after another. A failed one goes on.
    BeginExecution {
        /// Which process, such as a host and a process id.
        process: String,
        /// The last call whose record replay may use; all when absent.
        keep: Option<u64>,
    },
    /// Calls began and ended, and what goes with them.
    RecordCalls(CallBatch),
    /// The work could not be done.
    Fail {
        /// Why.
        reason: String,
        /// More on it.
        details: Option<String>,
    },
    /// Stop.
    Terminate {
        /// Why.
        reason: String,
        /// More on it.
        details: Option<String>,
    },
    /// A timer: the session's time ran out.
    Expire,
}

/// What the process that writes an execution has to record. It is taken whole or not at all, and once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallBatch {
    /// The number that the process was given.
    pub writer: u64,
    /// The number of this batch: a writer's are 1, 2, 3 …
    pub batch: u64,
    /// Calls that began and ended, in this order.
    pub calls: Arc<Vec<CallEntry>>,
    /// What has changed in the shared context, as a JSON merge patch.
    pub context: Option<Value>,
    /// That the execution ends with this.
    pub end: Option<ExecutionEnd>,
}

/// How a process ends the execution that it writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case", deny_unknown_fields)]
pub enum ExecutionEnd {
    /// Its program came to its end.
    Completed,
    /// Its program failed. It can be taken up again.
    Failed {
        /// Why.
        reason: String,
    },
}

/// What a new session is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSession {
    /// Its id.
    pub session_id: SessionId,
    /// Which facet leads it.
    pub kind: Kind,
    /// What people call it.
    pub name: Option<String>,
    /// The person or program that it serves.
    pub client_id: Option<String>,
    /// The agent that leads the work; it takes part.
    pub orchestrator: Option<AgentId>,
    /// Who else takes part.
    pub participants: Vec<NewParticipant>,
    /// The plan.
    pub workflow: Option<Vec<NewStep>>,
    /// The shared context at the beginning.
    pub shared_context: Option<Value>,
    /// Free labels to find it by.
    pub labels: BTreeMap<String, String>,
    /// How long it may live.
    pub expires_in: Option<Span>,
    /// The session that it belongs to.
    pub parent: Option<SessionId>,
    /// The process that begins to write it at once, for an execution.
    pub process: Option<String>,
}

/// An agent that is to take part.
#[derive(Debug, Clone, PartialEq)]
pub struct NewParticipant {
    /// Who.
    pub agent_id: AgentId,
    /// Its framework; from its id when absent.
    pub framework: Option<String>,
    /// What it does here.
    pub role: String,
}

/// A step of a plan, as given.
#[derive(Debug, Clone, PartialEq)]
pub struct NewStep {
    /// Its name, unique in the plan.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who must have completed a task in it before it is complete.
    pub required_agents: Vec<AgentId>,
    /// Who may work in it too.
    pub optional_agents: Vec<AgentId>,
    /// The steps that must be complete before it starts. When no step of a plan names any, they run in order.
    pub dependencies: Vec<String>,
    /// What a failed task means.
    pub on_failure: OnFailure,
    /// What it should give, for people.
    pub outputs: Vec<String>,
    /// How long it should take, for people.
    pub estimated_duration: Option<String>,
    /// The task that each required agent is given when the step starts.
    pub task: Option<TaskTemplate>,
}

/// A plan or its steps' state, set by hand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkflowUpdate {
    /// The whole new plan.
    pub steps: Option<Vec<NewStep>>,
    /// The step to start.
    pub current_step: Option<String>,
    /// The steps to call complete.
    pub completed_steps: Option<Vec<String>>,
    /// The steps to set back.
    pub pending_steps: Option<Vec<String>>,
}

/// A change of the shared context.
#[derive(Debug, Clone, PartialEq)]
pub enum ContextChange {
    /// The whole document.
    Replace(Value),
    /// A JSON merge patch (RFC 7396).
    Patch(Value),
}

/// Work that a participant is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct DelegateTask {
    /// What kind of work.
    pub task_type: String,
    /// The agent that asks, and is told of the result.
    pub delegator: Option<AgentId>,
    /// Who is asked.
    pub delegatee: AgentId,
    /// What for.
    pub payload: Value,
    /// The step that it belongs to; the only active one that waits for the delegatee when absent.
    pub step: Option<String>,
    /// Orders the inbox.
    pub priority: Priority,
    /// The time that one attempt may take.
    pub timeout: Option<Span>,
    /// When and how often a failed attempt is made again.
    pub retry_policy: Option<RetryPolicy>,
    /// Who is asked next.
    pub fallback_agents: Vec<AgentId>,
    /// The message that carries the request, when there is one already.
    pub message_id: Option<MessageId>,
}

/// How a task goes.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskReport {
    /// Which task.
    pub task: TaskId,
    /// Which attempt, when the reporter knows.
    pub attempt: Option<u32>,
    /// Who reports, when that is an agent.
    pub by: Option<AgentId>,
    /// What.
    pub change: TaskChange,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskChange {
    /// The assignee has begun.
    Accept,
    /// It is this far.
    Progress(Value),
    /// It is done.
    Complete(Value),
    /// This attempt failed.
    Fail(Value),
    /// It is wanted no more.
    Cancel {
        /// Why.
        reason: Option<String>,
    },
}
