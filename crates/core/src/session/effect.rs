//! What must follow a commit. Effects are data: the engine writes each as rows in the transaction of the events
//! that cause it, and a row stays until what it asks for is done.

use serde::{Deserialize, Serialize};

use crate::messages::Message;
use crate::participants::Fence;
use crate::values::{AgentId, FileId, MessageId, QuestionId, Revision, TaskId, Timestamp, TurnId};

/// What must follow a commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Put a message into its recipient's inbox.
    Deliver {
        /// The message.
        message: Box<Message>,
        /// Not before this time.
        not_before: Option<Timestamp>,
        /// What it is to the session.
        kind: MessageKind,
    },
    /// The request of an attempt was accepted: it comes again only when its agent connects anew, however long the work
    /// takes.
    Hold {
        /// Whose inbox.
        recipient: AgentId,
        /// Which message.
        message_id: MessageId,
    },
    /// Take a message back from an inbox, when it has not been acknowledged.
    Withdraw {
        /// Whose inbox.
        recipient: AgentId,
        /// Which message.
        message_id: MessageId,
        /// Whether it becomes a dead letter: it could not be delivered.
        dead: bool,
    },
    /// Set a timer; an older one with the same key goes.
    SetTimer(Timer),
    /// Remove a timer.
    ClearTimer(String),
}

/// What a message is to the session that it comes from, which decides what becomes of it in an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MessageKind {
    /// Somebody sends it: a full inbox refuses it.
    #[default]
    Message,
    /// The request of a task's attempt, which somebody asks for: a full inbox refuses it.
    Request,
    /// The request of a task's attempt, which follows from what happened: a retry, or the next step. It is accepted
    /// whatever the inbox holds, because what it follows from cannot be refused for it.
    Following,
    /// It says what stands in the journal anyway. An inbox without room drops it.
    Notice,
}

/// Something that happens to a session at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Names it within the session.
    pub key: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: TimerAction,
}

/// What a timer does. Each is safe to do twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum TimerAction {
    /// The session's time runs out.
    Expire,
    /// An attempt of a task is over time.
    TaskDeadline {
        /// Which task.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
    },
    /// A lease was not renewed.
    ExpireLease {
        /// In whose name.
        agent: AgentId,
        /// Its token.
        fence: Fence,
    },
    /// The lease of an execution's writer was not renewed.
    ExpireExecutionLease {
        /// The writer's number.
        writer: u64,
    },
    /// A question was not answered in time.
    QuestionDeadline {
        /// Which question.
        question: QuestionId,
    },
    /// The next turn of a conversation is to begin.
    BeginTurn,
    /// The process that answers a turn gave no sign of life.
    ExpireTurnLease {
        /// The number of the runner.
        runner: u64,
    },
    /// The texts of turns are to leave the journal: they were cleared or rolled back.
    RemoveTexts {
        /// The turn; all when absent.
        turn: Option<TurnId>,
        /// The last event that may have any.
        through: Revision,
    },
    /// The bytes and the text of files are to leave the disk, and their names the journal: they were removed.
    RemoveFiles {
        /// Which.
        files: Vec<FileId>,
    },
    /// The session ended without success, and so must those that belong to it.
    EndChildren,
}
