//! Tasks: work that a participant is asked for. One begins in `delegation.rs`, continues and ends in `report.rs` or
//! `cancel.rs`, and what the engine tells about it is in `notice.rs`.

pub(crate) mod cancel;
pub(crate) mod delegation;
mod events;
pub(crate) mod input;
pub(crate) mod notice;
pub(crate) mod report;
mod state;

use serde_json::Value;

pub use events::{SentRequest, TaskDelegated, TaskUpdated};
pub use state::{Attempt, Task, TaskStatus};

use crate::messages::{Message, Priority, RetryPolicy};
use crate::participants::Fence;
use crate::session::access;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Role, Session};
use crate::values::{AgentId, MessageId, Span, TaskId, Timestamp};

use notice::Told;

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
    /// The time that one attempt may take once it is accepted.
    pub timeout: Option<Span>,
    /// The time in which an attempt must be accepted.
    pub start_within: Option<Span>,
    /// The longest time without a report on an attempt that is in progress.
    pub heartbeat: Option<Span>,
    /// When and how often a failed attempt is retried.
    pub retry_policy: Option<RetryPolicy>,
    /// Who is asked next.
    pub fallback_agents: Vec<AgentId>,
    /// The message that carries the request, when there is one already.
    pub message_id: Option<MessageId>,
    /// When the request is delivered, if not at once.
    pub deliver_at: Option<Timestamp>,
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
    Fail {
        /// Why.
        error: Value,
        /// Whether the same agent may succeed with another attempt. Absent: as `error.retryable` says, else yes.
        retryable: Option<bool>,
    },
    /// It is wanted no more.
    Cancel {
        /// Why.
        reason: Option<String>,
    },
}

/// What can be asked of tasks.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// Ask a participant for work.
    Delegate(DelegateTask),
    /// Tell how a task goes.
    Report(TaskReport),
    /// A timer: an attempt is over time.
    Deadline {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
    },
    /// The engine: the request of an attempt could not be delivered, or is gone from its inbox.
    Undelivered {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
        /// Why.
        why: String,
    },
}

impl DelegateTask {
    /// The task that a `task_request` asks for. Its type is `payload.task_type`, or `task` when there is none.
    pub fn from_message(message: Message) -> Self {
        let step = message.step().map(str::to_owned);
        let task_type = message.payload.get("task_type").and_then(Value::as_str).unwrap_or("task").to_owned();
        Self {
            task_type,
            delegator: Some(message.sender.agent_id),
            delegatee: message.recipient.agent_id,
            payload: message.payload,
            step,
            priority: message.priority,
            timeout: message.routing.timeout,
            start_within: message.routing.start_within,
            heartbeat: message.routing.heartbeat,
            retry_policy: message.routing.retry_policy,
            fallback_agents: message.routing.fallback_agents,
            message_id: Some(message.message_id),
            deliver_at: message.deliver_at,
        }
    }
}

/// The facet.
pub(crate) enum Tasks {}

impl Facet for Tasks {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Delegate(task) => match &task.delegator {
                Some(delegator) => access::as_agent(principal, session, delegator),
                None => {
                    access::commands(principal, session, "delegate a task without naming itself as delegator")
                }
            },
            Command::Report(report) => authorize_report(principal, session, report),
            Command::Deadline { .. } | Command::Undelivered { .. } => {
                access::timers_alone(principal, session)
            }
        }
    }

    fn is_timer(command: &Command) -> bool {
        matches!(command, Command::Deadline { .. } | Command::Undelivered { .. })
    }

    fn must_settle(command: &Command) -> bool {
        matches!(command, Command::Report(_))
    }

    fn writer(command: &Command) -> Option<&AgentId> {
        match command {
            Command::Delegate(task) => task.delegator.as_ref(),
            Command::Report(report) => report.by.as_ref(),
            Command::Deadline { .. } | Command::Undelivered { .. } => None,
        }
    }

    /// A process that lost its lease must not get around that by leaving its name out.
    fn default_writer(
        principal: &Principal,
        session: &Session,
        fence: Option<Fence>,
        command: &Command,
    ) -> Option<AgentId> {
        let Command::Report(report) = command else { return None };
        let task = session.tasks.get(&report.task)?;
        let is_agent = principal.role == Role::Agent;
        if matches!(report.change, TaskChange::Cancel { .. }) {
            return task.delegator.clone().filter(|agent| is_agent && principal.acts_as(agent));
        }
        // Without keys everybody acts as everybody: a process whose lease expired is known by the token alone.
        let is_leased = session.participant(&task.assignee).is_some_and(|assignee| assignee.lease.is_some());
        if fence.is_some() || ((is_agent || is_leased) && principal.acts_as(&task.assignee)) {
            return Some(task.assignee.clone());
        }
        (!principal.commands(session)).then(|| task.delegatee.clone())
    }

    /// A report by an agent that did not sign it gets its name, so that only the assignee's counts. The orchestrator,
    /// and a caller who writes as no agent, may report on a task manually.
    fn sign(command: &mut Command, session: &Session, writer: Option<&AgentId>) {
        if let Command::Report(report) = command
            && report.by.is_none()
            && writer != session.orchestrator.as_ref()
        {
            report.by = writer.cloned();
        }
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::Delegate(new) => {
                let task_id = delegation::delegate(draft, new)?;
                let message_id = draft.session().tasks.get(&task_id).map(|task| task.message_id.clone());
                Ok(Receipt::Task { task_id, message_id })
            }
            Command::Report(report) => {
                let task_id = report.task.clone();
                report::report(draft, report, Told::NotYet)?;
                Ok(Receipt::Task { task_id, message_id: None })
            }
            Command::Deadline { task, attempt } => {
                report::deadline(draft, &task, attempt)?;
                Ok(Receipt::Nothing)
            }
            Command::Undelivered { task, attempt, why } => {
                report::undelivered(draft, &task, attempt, &why)?;
                Ok(Receipt::Nothing)
            }
        }
    }
}

fn authorize_report(principal: &Principal, session: &Session, report: &TaskReport) -> Result<(), Rejection> {
    let Some(task) = session.tasks.get(&report.task) else {
        return Ok(()); // The decision says that there is no such task.
    };
    if principal.commands(session) {
        return Ok(());
    }
    if matches!(report.change, TaskChange::Cancel { .. }) {
        return match &task.delegator {
            Some(delegator) => access::as_agent(principal, session, delegator),
            None => access::commands(principal, session, "cancel this task"),
        };
    }
    if principal.acts_as(&task.assignee) || principal.acts_as(&task.delegatee) {
        return Ok(());
    }
    let detail = format!("the task belongs to {}, and this key may not act as that agent", task.assignee);
    Err(Rejection::Forbidden(detail))
}
