//! The store: where journals, inboxes, timers and everything else that must survive live.
//!
//! [`Store`] is the contract, with a trait for what each area reads, and `conformance` (a feature) the suite that every
//! backend must pass. A backend is a crate of its own. The contract is written for both an embedded database and
//! PostgreSQL: writes are batches of operations that share one durable transaction, optimistic on revisions and fencing
//! tokens, and readers hear of the writes of other processes by [`Change`] notices.

#[cfg(feature = "conformance")]
pub mod conformance;
mod contract;
mod metrics;
mod records;

pub use contract::{
    Answers, Error, Inboxes, Journals, Lists, Messages, Registry, Schedules, Store, Tasks, Telemetry, Timers,
};
pub use metrics::record_commit;
pub use records::{
    AgentRecord, Answer, Append, Change, Counts, Delivery, Done, Enqueue, Exhausted, Inbox, KeyRecord,
    ListQuery, Loaded, MessageQuery, MessageRecord, MessageState, Op, Page, Point, Reading, Record, Records,
    Refusal, ScheduleChange, ScheduleQuery, ScheduleRow, Snapshot, Sort, Stats, SummaryRow, TaskQuery,
    TaskRow, TimeRange, TimerRow, Visibility, Write,
};
