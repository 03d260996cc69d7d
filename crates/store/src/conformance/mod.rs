//! The conformance suite: what the contract says a store must do, as tests that every backend runs.
//!
//! A backend's test file says how it is opened, by a [`Backend`], and names it to [`conformance_tests!`](crate::conformance_tests).
//! A second [`open`](Backend::open) on the same backend stands for another process.

#![allow(missing_docs, reason = "a test's name says what it tests")]

pub mod journals;
pub mod timers;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use sessiond_core::{
    AgentId, Kind, MessageId, Priority, Revision, SessionId, Status, TaskId, Timer, TimerAction, Timestamp,
};

use crate::{Append, Done, Enqueue, Error, Op, Record, Refusal, Store, SummaryRow, Write};

/// One store of its own, and how it is opened.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Opens the store; each time as if by another process.
    async fn open(&self) -> Result<Arc<dyn Store>, Error>;

    /// Has the store say that it is of this format.
    async fn set_format(&self, format: u32);
}

/// Makes a test of everything in the suite. `$fresh` names an async function that makes an empty backend.
#[macro_export]
macro_rules! conformance_tests {
    ($fresh:ident) => {
        $crate::conformance_tests! { @list $fresh
            journals:
                a_session_begins_at_revision_1_and_goes_on_without_gaps
                an_append_with_a_gap_in_its_numbers_is_an_error_and_nothing_of_its_batch_is_kept
                a_session_begins_with_an_event_and_a_row_in_lists
                an_append_at_another_revision_is_refused_with_the_present_one
                a_refused_operation_keeps_none_of_the_others_from_being_done
                a_refused_append_leaves_nothing_behind
                an_append_without_events_writes_what_follows_and_keeps_the_revision
                an_answer_is_kept_with_its_append_and_refuses_the_same_request_again
                events_are_read_from_a_number_on_up_to_a_limit
                opening_reads_the_newest_snapshot_and_the_events_after_it
                a_snapshot_of_another_format_is_passed_over
                an_older_snapshot_does_not_replace_a_newer_one
                a_snapshot_needs_its_session_and_its_revision
                trimming_drops_events_and_tells_readers_where_the_journal_begins
                trimming_is_refused_without_a_snapshot_that_replaces_the_events
                a_long_journal_is_trimmed_and_deleted_at_once_for_every_reader
                deleting_a_session_removes_all_that_is_its_own
                a_deleted_session_begins_again_at_revision_1;
            timers:
                a_timer_is_due_at_its_time_and_the_soonest_comes_first
                the_time_of_the_next_timer_is_told_beyond_those_that_are_due
                a_timer_set_again_replaces_the_one_of_its_key
                a_timer_is_cleared_by_its_session
                a_fired_timer_is_cleared_unless_it_was_set_anew
                a_timer_is_moved_while_it_exists
                timers_of_two_sessions_with_one_key_are_two;
        }
    };
    (@list $fresh:ident $($module:ident: $($name:ident)+;)+) => { $(
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let backend = super::$fresh().await;
                    $crate::conformance::$module::$name(&backend).await;
                }
            )+
        }
    )+ };
}

async fn open(backend: &dyn Backend) -> Arc<dyn Store> {
    backend.open().await.expect("the store opens")
}

/// Writes a batch of which everything is to be done.
async fn done(store: &Arc<dyn Store>, ops: Vec<Op>) -> Vec<Done> {
    let answers = store.write(ops).await.expect("the batch is written");
    answers
        .into_iter()
        .map(|answer| answer.expect("the operation is done"))
        .collect()
}

/// Writes one operation that is to be done.
async fn do_one(store: &Arc<dyn Store>, op: Op) -> Done {
    done(store, vec![op]).await.remove(0)
}

/// Writes one operation that is to be refused.
async fn refused(store: &Arc<dyn Store>, op: Op) -> Refusal {
    let mut answers = store.write(vec![op]).await.expect("the batch is written");
    answers.remove(0).expect_err("the operation is refused")
}

fn session(id: &str) -> SessionId {
    SessionId::parse(id).expect("a session id")
}

fn agent(name: &str) -> AgentId {
    AgentId::parse(format!("test://{name}")).expect("an agent id")
}

fn message_id(id: &str) -> MessageId {
    MessageId::parse(id).expect("a message id")
}

fn task_id(id: &str) -> TaskId {
    TaskId::parse(id).expect("a task id")
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn record(seq: Revision) -> Record {
    Record {
        seq,
        json: format!(r#"{{"seq":{seq}}}"#).into(),
    }
}

fn row(id: &str) -> SummaryRow {
    SummaryRow {
        session_id: session(id),
        kind: Kind::Workflow,
        name: None,
        status: Status::Active,
        revision: 0,
        owner: "owner".into(),
        client_id: None,
        orchestrator: None,
        members: Vec::new(),
        labels: BTreeMap::new(),
        parent: None,
        forked_from: None,
        created_at: at(1_000),
        updated_at: at(0),
        expires_at: None,
        ended_at: None,
        steps: (0, 0),
        tasks: (0, 0),
    }
}

/// An append of `records` events at `expected_revision`, with a row in lists when it begins the session.
fn append(id: &str, expected_revision: Revision, records: u64) -> Append {
    let numbers = expected_revision + 1..=expected_revision + records;
    Append {
        session_id: session(id),
        expected_revision,
        records: numbers.map(record).collect(),
        updated_at: at(1_000),
        summary: (expected_revision == 0).then(|| Box::new(row(id))),
        tasks: Vec::new(),
        writes: Vec::new(),
        answer: None,
    }
}

fn op(append: Append) -> Op {
    Op::Append(Box::new(append))
}

/// An append that begins a session with its row in lists.
fn begin(summary: SummaryRow) -> Op {
    let mut append = append(summary.session_id.as_str(), 0, 1);
    append.updated_at = summary.updated_at;
    append.summary = Some(Box::new(summary));
    op(append)
}

fn with(mut append: Append, writes: Vec<Write>) -> Op {
    append.writes = writes;
    op(append)
}

fn timer(key: &str, millis: i64) -> Timer {
    Timer {
        key: key.into(),
        at: at(millis),
        action: TimerAction::Expire,
    }
}

/// A message to `test://to` from `test://from`, outside any session, of medium priority.
fn message(id: &str) -> Enqueue {
    Enqueue {
        message_id: message_id(id),
        recipient: agent("to"),
        sender: agent("from"),
        session_id: None,
        in_reply_to: None,
        priority: Priority::Medium,
        body: format!(r#"{{"id":"{id}"}}"#).into(),
        at: at(1_000),
        not_before: at(1_000),
        inbox_limit: 100,
        optional: false,
    }
}

fn enqueue(message: Enqueue) -> Op {
    Op::Enqueue {
        message: Box::new(message),
        answer: None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_test_of_the_suite_is_in_its_list() {
        let list = include_str!("mod.rs");
        let sources = [include_str!("journals.rs"), include_str!("timers.rs")];
        let mut tests = 0;
        for line in sources.iter().flat_map(|source| source.lines()) {
            let Some(rest) = line.strip_prefix("pub async fn ") else {
                continue;
            };
            let name = rest.split('(').next().unwrap_or_default();
            let listed = |entry: &str| entry.trim().trim_end_matches(';') == name;
            assert!(
                list.lines().any(listed),
                "{name} is not in the list of conformance_tests!"
            );
            tests += 1;
        }
        assert!(tests > 20);
    }
}
