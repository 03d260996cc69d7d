//! The session state machine of sessiond.
//!
//! A session is an append-only journal of [`Event`]s numbered 1, 2, 3 … with no gaps, and the [`Session`] that
//! folding it gives. [`decide`] says whether a [`Command`] is allowed and which events and [`Effect`]s it makes;
//! [`Session::apply`] folds one event. Nothing here does IO, reads a clock, draws randomness or is async: time,
//! ids and randomness come in with a [`Moment`].
//!
//! One file a noun: `session.rs` holds the state and the fold, `command.rs` what can be asked, `event.rs` what
//! can have happened, `effect.rs` what must follow a commit, and one file a facet the rules of that facet. A workflow
//! is checked in `plan.rs` and moves in `progress.rs`; a task begins in `delegation.rs`, goes on and ends in
//! `report.rs`, and speaks through `notice.rs`; what agents write to each other comes in through `send.rs`. `call.rs` is
//! what is told of one call of an execution, `calls.rs` the state and the rules of all.

pub mod access;
pub mod aggregation;
mod begin;
mod call;
mod calls;
mod check;
mod command;
mod context;
mod decide;
mod delegation;
mod effect;
mod error;
mod event;
mod fold;
mod id;
mod json;
mod lifecycle;
pub mod limits;
mod message;
mod notice;
mod participants;
mod plan;
mod progress;
mod report;
mod send;
mod session;
pub mod summary;
mod task;
mod time;
mod workflow;

pub use access::{AgentPattern, Principal, Role};
pub use begin::{create, fork};
pub use call::{CallBegan, CallEnded, CallEntry, CallError, CallKind, CallStatus, Usage};
pub use calls::{Calls, OpenCall};
pub use command::{
    CallBatch, Command, ContextChange, CreateSession, DelegateTask, Envelope, ExecutionEnd, NewParticipant,
    NewStep, TaskChange, TaskReport, WorkflowUpdate,
};
pub use context::{Context, merge_patch};
pub use decide::{Decision, Moment, Receipt, authorize_writer, decide};
pub use effect::{Effect, Timer, TimerAction};
pub use error::{Corrupt, Rejection, Violation};
pub use event::{Event, EventBody, StepChange, TaskUpdate};
pub use fold::{apply_checked, check_limits, fold_checked};
pub use id::{AgentId, InvalidId, MessageId, Revision, SessionId, TaskId};
pub use json::Json;
pub use lifecycle::{ForkPoint, Kind, Outcome, Status};
pub use message::{
    Backoff, DeliveryMode, Message, MessageType, Party, Priority, RetryPolicy, Routing, TaskReference,
};
pub use participants::{Fence, Lease, Participant, ParticipantStatus};
pub use session::Session;
pub use task::{Attempt, Task, TaskStatus};
pub use time::{InvalidSpan, Span, Timestamp};
pub use workflow::{OnFailure, Step, StepStatus, TaskTemplate, Workflow};
