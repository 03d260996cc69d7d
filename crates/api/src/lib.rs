//! The wire: what is written over HTTP, and what it means to the core.
//!
//! One file a noun, with the noun's operations and wire types; `operations.rs` lists the nouns. A request type is what a
//! caller writes; it converts into the core's command. A view is what a caller reads; it is made from the core's state. What
//! is the same in both is defined once, in the core.
//! Names and durations are parsed while a request is read, so a request that exists has valid ones.

mod a2a;
mod agent;
mod aggregation;
mod calls;
mod context;
mod conversation;
mod documents;
mod error;
mod event;
mod exact;
mod files;
mod inbox;
mod key;
mod mcp;
mod message;
mod openai;
pub mod operations;
mod participants;
mod questions;
mod schedules;
mod server;
mod session;
mod signals;
mod task;
mod telemetry;
mod workflow;

use sessiond_core::strict::Strict;

/// What is on the wire as it is in the journal.
pub use sessiond_core::{
    CallEntry, EventBody, ForkPoint, Json, LastRun, Lease, Message, Outcome, Party, RetryPolicy, Routing,
};

pub use agent::{
    Agent, AgentDescriptor, AgentHealth, AgentPage, AgentTask, Authentication, Endpoints, Heartbeat,
    ListAgents, RegisterAgent, Registered, Webhook, WebhookStatus,
};
pub use aggregation::{
    AgentResult, Aggregate, Aggregation, Conflict, ConflictValue, SynthesisMethod, Unresolved,
};
pub use calls::{BeginExecution, Calls, Execution, RecordCalls, Recorded, Renewed, Writer};
pub use conversation::{
    AddTurn, Chat, ChatAnswer, ClearConversation, Conversation, GetTurn, ListTurns, MoveHead, RetryTurn,
    Turn, TurnPage, TurnSummary,
};
pub use error::{Code, FieldError, Problem};
pub use event::{Event, EventPage, ListEvents, UnreadableEvent};
pub use files::{
    AddedFile, AddedFiles, File, FileCounts, FileForm, FileList, Passage, PassageList, SearchFiles, Uploaded,
};
pub use inbox::{AckMessages, Acknowledged, Connected, InboxMessage, InboxPage, ReceiveMessages};
pub use key::{CreateKey, CreatedKey, Key, KeyPage, Whoami};
pub use message::{ListMessages, MessageInfo, MessagePage, MessageState, Sent};
pub use participants::{AddParticipant, ClaimLease, ClaimedLease, Participant, RenewLease};
pub use questions::{
    AnswerQuestion, AskQuestion, GetQuestion, ListQuestions, ListSessionQuestions, Question, QuestionPage,
    WithdrawQuestion,
};
pub use schedules::{
    CreateSchedule, ListSchedules, PreviewSchedule, Schedule, SchedulePage, UpcomingTimes, UpdateSchedule,
};
pub use server::Health;
pub use session::{
    Complete, Counts, CreateSession, FailSession, Fork, Imported, IssuedToken, ListSessions, Progress, Retry,
    Session, SessionPage, SessionSort, SessionStats, SessionSummary, SessionToken, Terminate, UpdateSession,
};
pub use signals::{ListSignals, SendSignal, Signal, SignalPage};
pub use task::{
    Attempt, CancelTask, CompleteTask, DelegateTask, FailTask, ListTasks, ProgressTask, Task, TaskPage,
    TaskReportMeta,
};
pub use telemetry::{ListPoints, Point, PointPage, PutPoints, Reading};
pub use workflow::{Advance, NewStep, Step, TaskTemplate, UpdateWorkflow, Workflow};

/// Reads a request, and says by a JSON pointer which member is wrong.
pub fn parse<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    exact::check(json)?;
    parse_verbatim(json)
}

/// As [`parse`], for a request whose values are kept as their text, with integers of any size.
pub fn parse_verbatim<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(Strict::request(&mut reader))
        .map_err(|error| error::unreadable(&error))?;
    reader.end().map_err(|error| {
        Problem::new(Code::MalformedRequest, format!("the body is not one JSON document: {error}"))
    })?;
    Ok(value)
}

/// Reads a request from a JSON value, and says by a JSON pointer which member is wrong.
pub fn from_value<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Strict::request(value)).map_err(|error| error::unreadable(&error))
}

/// Refuses a JSON text with an integer that a tree of JSON would change.
pub fn check_integers(json: &[u8]) -> Result<(), Problem> {
    exact::check(json)
}

/// Refuses a value that was read before with a number that may have been changed by that.
pub fn check_numbers(value: &serde_json::Value) -> Result<(), Problem> {
    exact::check_value(value)
}
