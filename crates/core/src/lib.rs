//! The session state machine of sessiond.
//!
//! A session is an append-only journal of [`Event`]s numbered 1, 2, 3 … with no gaps, and the [`Session`] that
//! folding it gives. [`decide`] says whether a [`Command`] is allowed and which events and [`Effect`]s it makes;
//! [`Session::apply`] folds one event. Nothing here does IO, reads a clock, draws randomness or is async: time,
//! ids and randomness come in with a [`Moment`].
//!
//! Three floors: `values/` is what everything is made of; then a folder for each facet, with what it keeps in the state
//! (`state.rs`), what can happen to it (`events.rs`), what can be asked of it (`mod.rs`) and how that is decided
//! (`rules.rs`); and `session/` is the frame that all facets share.

pub mod aggregation;
pub mod calls;
pub mod context;
pub mod conversation;
pub mod files;
pub mod lifecycle;
pub mod messages;
pub mod participants;
pub mod questions;
pub mod schedules;
pub mod session;
pub mod signals;
pub mod summary;
pub mod tasks;
mod values;
pub mod workflow;

pub use calls::{
    CallBatch, CallBegan, CallEnded, CallEntry, CallError, CallKind, CallStatus, Calls, CallsRecorded,
    ExecutionBegan, ExecutionContinued, ExecutionEnd, ExecutionInterrupted, ExecutionLease, OpenCall, Usage,
};
pub use context::{Context, ContextUpdated, ContextWrite};
pub use conversation::{
    AddTurn, Ahead, AnswerMode, AnswerTool, Assistant, AssistantSet, Busy, CallTool, Citation, Compact,
    Conversation, ConversationCleared, ConversationCompacted, EndTurn, HeadMoved, Place, RunningTurn, Source,
    ToolAnswered, ToolCalled, ToolStatus, ToolStep, ToolUse, Turn, TurnBegan, TurnEnded, TurnProgressed,
    TurnQueued, TurnSettings, TurnStatus,
};
pub use files::{File, FileAdded, Files, FilesRemoved};
pub use lifecycle::{
    ForkPoint, Kind, Outcome, SessionCompleted, SessionCreated, SessionExpired, SessionFailed, SessionForked,
    SessionImported, SessionRetried, SessionTerminated, SessionUpdated, Status,
};
pub use messages::{
    Backoff, DeliveryMode, Message, MessageSent, MessageType, Party, Priority, RetryPolicy, Routing,
    TaskReference,
};
pub use participants::{
    Fence, Lease, LeaseClaimed, LeaseExpired, LeaseReleased, NewParticipant, Participant, ParticipantAdded,
    ParticipantRemoved, ParticipantStatus, lease_timer,
};
pub use questions::{
    AskQuestion, Asker, Question, QuestionAnswered, QuestionAsked, QuestionClosed, QuestionKind,
    QuestionStatus, Questions,
};
pub use schedules::{LastRun, Overlap, RunOutcome, Schedule, SchedulePlan, Timing};
pub use session::{
    AgentPattern, Command, Corrupt, CreateSession, Decision, Effect, Envelope, Event, EventBody, Inputs,
    MessageKind, Moment, Principal, Progress, Receipt, Rejection, Role, Session, TOKEN_PREFIX, Timer,
    TimerAction, apply_checked, authorize, authorize_fork, authorize_writer, check_limits, create, decide,
    fold_checked, fork, import,
};
pub use signals::{Signal, SignalSent, Signals};
pub use tasks::{
    Attempt, DelegateTask, SentRequest, Task, TaskChange, TaskDelegated, TaskReport, TaskStatus, TaskUpdated,
};
pub use values::json::{json_bytes, merge_patch, present};
pub use values::strict;
pub use values::{
    AgentId, Exceeded, FileId, Invalid, InvalidId, InvalidSpan, Json, Limit, MessageId, QuestionId, Revision,
    ScheduleId, SessionId, Span, TaskId, Timestamp, TurnId, Violation, limits,
};
pub use workflow::{
    Join, JoinWord, NewStep, OnFailure, Step, StepChange, StepQuestion, StepStatus, TaskTemplate, Workflow,
    WorkflowAdvanced, WorkflowUpdate, WorkflowUpdated,
};
