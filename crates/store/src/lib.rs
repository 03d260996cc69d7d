//! The store: where journals, inboxes, timers and everything else that must survive live.
//!
//! [`Store`] is the contract, [`sqlite`] the embedded backend, and `conformance` (a feature) the suite that every backend must
//! pass. The contract is written for both an embedded database and PostgreSQL: writes are batches of operations that
//! share one durable transaction, optimistic on revisions and fencing tokens, and readers hear of the writes of other
//! processes by [`Change`] notices.

#[cfg(feature = "conformance")]
pub mod conformance;
mod contract;
mod records;
pub mod sqlite;

pub use contract::{Error, Store};
pub use records::{
    AgentRecord, Answer, Append, Change, Counts, Delivery, Done, Enqueue, Exhausted, Inbox, KeyRecord,
    ListQuery, Loaded, MessageQuery, MessageRecord, MessageState, Op, Page, Point, Reading, Record, Records,
    Refusal, Snapshot, Sort, SummaryRow, TaskQuery, TaskRow, TimerRow, Write,
};
