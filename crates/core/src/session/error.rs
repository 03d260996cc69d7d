//! Why a command is refused. What these look like over HTTP is the business of the `api` crate.

use crate::lifecycle::Status;
use crate::participants::Fence;
use crate::questions::QuestionStatus;
use crate::tasks::TaskStatus;
use crate::values::{
    AgentId, Exceeded, Invalid, QuestionId, Revision, Span, TaskId, Timestamp, TurnId, Violation,
};
use crate::workflow::StepStatus;

/// Why a command is refused. Nothing has changed when one is returned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// There is no such session, or the caller may not know of it.
    #[error("there is no such session")]
    SessionNotFound,
    /// The id is taken.
    #[error("a session with this id already exists")]
    SessionExists,
    /// The session has ended.
    #[error("the session is {0} and can no longer be changed")]
    SessionEnded(Status),
    /// It is an assistant's session, and its time is over.
    #[error("the session has expired, and its conversation was removed: create another one")]
    SessionExpired,
    /// The caller read an older revision than the present one.
    #[error(
        "the session is at revision {actual}, not {expected}: read it again, and decide on its current state"
    )]
    RevisionStale {
        /// What the caller expected.
        expected: Revision,
        /// What it is.
        actual: Revision,
    },
    /// The caller may see the session, but not do this.
    #[error("{0}")]
    Forbidden(String),
    /// Fields of the request are wrong.
    #[error("{}", .0.first().map_or("invalid input", |v| v.detail.as_str()))]
    Invalid(Vec<Violation>),
    /// The session would pass a limit.
    #[error(transparent)]
    LimitReached(#[from] Exceeded),
    /// That agent takes part already.
    #[error("{0} already takes part")]
    ParticipantExists(AgentId),
    /// That agent does not take part.
    #[error("{0} does not take part in this session")]
    ParticipantNotFound(AgentId),
    /// The agent is needed by a step that has not ended.
    #[error("step '{step}' still needs {agent}")]
    ParticipantRequired {
        /// Who should go.
        agent: AgentId,
        /// The step that names it.
        step: String,
    },
    /// The session has no workflow.
    #[error("the session has no workflow: set one first")]
    NoWorkflow,
    /// No step has that name.
    #[error("there is no step '{0}'")]
    StepNotFound(String),
    /// The step is not active, so nothing can be advanced.
    #[error("step '{name}' is {status}, not active")]
    StepNotActive {
        /// The step.
        name: String,
        /// What it is.
        status: StepStatus,
    },
    /// No step, or several, are active, and the request names none.
    #[error("{}", if .0.is_empty() { "no step is active".to_owned() } else { format!("several steps are active: name one of {}", .0.join(", ")) })]
    StepAmbiguous(Vec<String>),
    /// Nothing that could be tried again has failed.
    #[error("{0}")]
    NothingToRetry(String),
    /// There is no such task.
    #[error("there is no such task")]
    TaskNotFound,
    /// The task has ended.
    #[error("task {task} is {status} and accepts no more reports")]
    TaskClosed {
        /// The task.
        task: TaskId,
        /// What it is.
        status: TaskStatus,
    },
    /// The report speaks of an attempt, or comes from an agent, that the task has moved on from.
    #[error("task {task} is at attempt {attempt} of {assignee}: earlier attempts can no longer report")]
    AttemptStale {
        /// The task.
        task: TaskId,
        /// The present attempt.
        attempt: u32,
        /// Who has it now.
        assignee: AgentId,
    },
    /// Another holder has the lease.
    #[error("another process holds the lease until the lease expires or is released")]
    LeaseHeld,
    /// The fencing token is not the present one: its holder was declared dead, or has been replaced.
    #[error("{}", match presented {
        Some(token) => format!("fencing token {token} is not the current one ({present}): another process has claimed the lease"),
        None => format!("the agent is leased: show its current fencing token, {present}"),
    })]
    FenceStale {
        /// What the caller showed, if anything.
        presented: Option<Fence>,
        /// What is in force.
        present: Fence,
    },
    /// The batch comes from a process that another has taken over from.
    #[error("{}", match present {
        0 => "the execution has no writer: begin the execution first".to_owned(),
        _ => format!("writer {presented} is not the current one ({present}): another process has resumed the session"),
    })]
    WriterStale {
        /// What the caller showed.
        presented: u64,
        /// Whose batches are taken; 0 before the execution has begun.
        present: u64,
    },
    /// Another process runs the execution.
    #[error(
        "{process} runs this execution, and keeps it until it ends, leaves it, or does not renew its lease for {ttl}: wait for that, \
         or begin with `take_over`, which ends that run at its next call"
    )]
    ExecutionRunning {
        /// The process that writes it.
        process: String,
        /// How long its lease lasts without a renewal.
        ttl: Span,
    },
    /// A batch before this one has not been recorded.
    #[error("batch {presented} is not the next batch: send batch {expected} first")]
    BatchGap {
        /// Which batch came.
        presented: u64,
        /// Which one is next.
        expected: u64,
    },
    /// There is no such question.
    #[error("there is no such question in this session")]
    QuestionNotFound,
    /// The id belongs to another question.
    #[error("question {0} was asked before with another kind, text or schema: choose another id")]
    QuestionExists(QuestionId),
    /// The question waits for no answer.
    #[error("question {question} is {status} and takes no answer")]
    QuestionClosed {
        /// The question.
        question: QuestionId,
        /// What it is.
        status: QuestionStatus,
    },
    /// There is no such turn.
    #[error("there is no such turn in this session")]
    TurnNotFound,
    /// A turn is open, and the message is not to wait.
    #[error(
        "a turn is open: wait for its end, or send the message with `busy` set to `enqueue`, `interrupt` or `rollback`"
    )]
    TurnActive,
    /// The turn has ended, or another runner has it.
    #[error("turn {0} has ended, or another process answers it")]
    TurnClosed(TurnId),
    /// There is no such file.
    #[error("there is no such file in this session")]
    FileNotFound,
    /// A time that has passed.
    #[error("{0} is in the past")]
    InThePast(Timestamp),
    /// The journal does not fold: a fault of the engine, or a damaged import.
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
}

impl Rejection {
    /// One wrong field.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation::new(pointer, detail)])
    }

    /// The same, of a request that is a member of another one.
    pub(crate) fn within(self, member: &str) -> Self {
        match self {
            Self::Invalid(mut violations) => {
                for violation in &mut violations {
                    violation.pointer.insert_str(0, member);
                }
                Self::Invalid(violations)
            }
            other => other,
        }
    }
}

impl From<Invalid> for Rejection {
    fn from(Invalid(violations): Invalid) -> Self {
        Self::Invalid(violations)
    }
}

/// An event that does not fit the state before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {seq} does not follow from the journal before it: {detail}")]
pub struct Corrupt {
    /// The event's number.
    pub seq: Revision,
    /// Why.
    pub detail: String,
}
