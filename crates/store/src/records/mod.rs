//! What is written to a store and read from it.

mod answers;
mod changes;
mod inboxes;
mod journals;
mod lists;
mod messages;
mod operations;
mod registry;
mod schedules;
mod tasks;
mod telemetry;
mod timers;

pub use answers::Answer;
pub use changes::Change;
pub use inboxes::{Delivery, Exhausted, Inbox};
pub use journals::{Append, Loaded, Record, Records, Snapshot, Write};
pub use lists::{Counts, ListQuery, Page, Sort, Stats, SummaryRow, TimeRange, Visibility};
pub use messages::{Enqueue, MessageQuery, MessageRecord, MessageState};
pub use operations::{Done, Op, Refusal};
pub use registry::{AgentRecord, KeyRecord};
pub use schedules::{ScheduleChange, ScheduleQuery, ScheduleRow};
pub use tasks::{TaskQuery, TaskRow};
pub use telemetry::{Point, Reading};
pub use timers::TimerRow;
