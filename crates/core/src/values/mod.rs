//! What every facet is made of: names, times, JSON, limits and the checks of what comes from outside. Nothing here
//! knows of a session.

pub(crate) mod check;
mod id;
pub(crate) mod json;
pub(crate) mod limit;
pub mod limits;
pub mod strict;
mod time;

pub use check::{Invalid, Violation};
pub use id::{
    AgentId, FileId, InvalidId, MessageId, QuestionId, Revision, ScheduleId, SessionId, TaskId, TurnId,
};
pub use json::Json;
pub use limit::{Exceeded, Limit};
pub use time::{InvalidSpan, Span, Timestamp};
