//! The writer: one thread that owns the one connection that writes. Batches that wait when it becomes free share a
//! transaction, and so one flush of the disk.

use std::time::Instant;

use rusqlite::Connection;
use sessiond_store::{Done, Error, Op, Refusal, record_commit};
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::oneshot;
use tracing::{debug, error, warn};

use crate::connection::Files;
use crate::fault::Fault;
use crate::notices::Notice;
use crate::tx::{Keys, Outcome, Tx};
use crate::{
    answers, connection, forks, garbage, inboxes, journals, registry, schedules, schema, telemetry, timers,
};

/// What a write answers.
pub(crate) type Answers = Result<Vec<Result<Done, Refusal>>, Error>;

/// What the thread is asked.
pub(crate) enum Request {
    /// Write this batch.
    Write(Vec<Op>, oneshot::Sender<Answers>),
    /// Let what was deleted leave the files, and answer whether it has.
    Erase(oneshot::Sender<bool>),
    /// End, after all that was asked before.
    Close(oneshot::Sender<()>),
}

/// Batches that may wait; a caller beyond that waits itself.
pub(crate) const QUEUE: usize = 8192;
/// No batch joins a transaction that has as many operations, so that the first of them do not wait for too many others.
const GROUP: usize = 1024;

/// The thread.
pub(crate) struct Writer {
    connection: Connection,
    files: Files,
    keys: Keys,
    origin: i64,
    garbage: bool,
    /// Whether the files may hold texts that were deleted or replaced.
    deleted: bool,
}

impl Writer {
    /// `origin` marks the notices of this process.
    pub(crate) fn new(connection: Connection, files: Files, origin: i64) -> Self {
        Self { connection, files, keys: Keys::default(), origin, garbage: true, deleted: true }
    }

    /// Works until it is told to end, or nobody is left who could ask.
    pub(crate) fn run(mut self, mut requests: Receiver<Request>) {
        loop {
            let first = match requests.try_recv() {
                Ok(request) => request,
                Err(TryRecvError::Disconnected) => return self.close(),
                Err(TryRecvError::Empty) if self.garbage => {
                    self.sweep();
                    continue;
                }
                Err(TryRecvError::Empty) => match requests.blocking_recv() {
                    Some(request) => request,
                    None => return self.close(),
                },
            };
            let mut batches = Vec::new();
            let mut close = None;
            let mut erase = Vec::new();
            let mut ops = 0;
            let mut next = Some(first);
            while let Some(request) = next.take() {
                match request {
                    Request::Write(batch, answer) => {
                        ops += batch.len();
                        batches.push((batch, answer));
                        if ops < GROUP {
                            next = requests.try_recv().ok();
                        }
                    }
                    Request::Erase(done) => erase.push(done),
                    Request::Close(done) => close = Some(done),
                }
            }
            self.write(batches);
            if !erase.is_empty() {
                let erased = self.erase();
                // Nobody waits for it any more: it is done all the same.
                for done in erase {
                    let _ = done.send(erased);
                }
            }
            if let Some(done) = close {
                self.close();
                // Nobody waits for the end of a store that was dropped.
                let _ = done.send(());
                return;
            }
        }
    }

    /// Puts all that is in the log into the database itself. When this is the last connection, SQLite then removes the
    /// log; other processes may keep it.
    fn close(self) {
        let _use = forks::enter();
        let moved = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err((_, cause)) = self.connection.close() {
            warn!(%cause, "the database was not closed in order");
        }
        if let Err(cause) = moved {
            warn!(%cause, "the log could not be moved into the database; the next start does it");
        }
    }

    /// Writes a group of batches, and answers each.
    fn write(&mut self, batches: Vec<(Vec<Op>, oneshot::Sender<Answers>)>) {
        if batches.is_empty() {
            return;
        }
        let group: Vec<&[Op]> = batches.iter().map(|(ops, _)| ops.as_slice()).collect();
        let operations = group.iter().map(|ops| ops.len()).sum();
        let began = Instant::now();
        let in_use = forks::enter();
        let answers = self.group(&group);
        drop(in_use);
        record_commit(operations, began.elapsed());
        for ((_, sender), answer) in batches.into_iter().zip(answers) {
            // A caller that has gone away does not want its answer; what it asked is done all the same.
            let _ = sender.send(answer);
        }
    }

    /// Writes batches in one transaction. When that fails by one of them, the others are not to fail with it: each is
    /// then written by itself. When the store itself takes no writes, there is no use in that.
    fn group(&mut self, batches: &[&[Op]]) -> Vec<Answers> {
        let cause = match self.transaction(batches) {
            Ok(answers) => return answers.into_iter().map(Ok).collect(),
            Err(cause) => cause,
        };
        error!(%cause, "a transaction of {} batches failed and is rolled back", batches.len());
        if batches.len() == 1 || takes_none(&cause) {
            return vec![Err(cause); batches.len()];
        }
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            match self.transaction(&[batch]) {
                Ok(mut one) => answers.push(Ok(one.pop().unwrap_or_default())),
                Err(cause) if takes_none(&cause) => {
                    answers.resize(batches.len(), Err(cause));
                    break;
                }
                Err(cause) => {
                    warn!(%cause, "one of those batches fails by itself too");
                    answers.push(Err(cause));
                }
            }
        }
        answers
    }

    fn transaction(&mut self, batches: &[&[Op]]) -> Result<Vec<Vec<Result<Done, Refusal>>>, Error> {
        let result = self.attempt(batches).map_err(Error::from);
        if result.is_ok() {
            self.keys.committed();
        } else {
            self.keys.rolled_back();
            self.roll_back();
        }
        result
    }

    fn attempt(&mut self, batches: &[&[Op]]) -> Result<Vec<Vec<Result<Done, Refusal>>>, Fault> {
        let connection = &self.connection;
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        // What goes into a file that has no name any more is lost with this process.
        self.files.check()?;
        let mut notice = Notice::default();
        let mut tx = Tx {
            connection,
            keys: &mut self.keys,
            notice: &mut notice,
            garbage: &mut self.garbage,
            deleted: &mut self.deleted,
        };
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            let batch = batch.iter().map(|op| perform(&mut tx, op));
            answers.push(batch.collect::<Result<Vec<_>, Fault>>()?);
        }
        notice.write(connection, self.origin)?;
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(answers)
    }

    /// Empties the log, in which deleted texts may stand, and answers whether that is done. Deleted texts in the database
    /// itself were overwritten when they were deleted. A reader, or another process that writes, may keep the log in use.
    fn erase(&mut self) -> bool {
        if !self.deleted {
            return true;
        }
        if self.garbage {
            return false;
        }
        let _use = forks::enter();
        // Who writes must not wait for a slow reader.
        let emptied = connection::set_patient(&mut self.connection, false).and_then(|()| {
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        });
        if let Err(cause) = connection::set_patient(&mut self.connection, true) {
            error!(%cause, "the writer no longer waits for other processes");
        }
        match emptied {
            Ok(0) => self.deleted = false,
            Ok(_) => {}
            Err(cause) => debug!(%cause, "the log could not be emptied"),
        }
        !self.deleted
    }

    fn roll_back(&self) {
        // Some failures have SQLite roll back by itself.
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            error!(%error, "a write could not be rolled back");
        }
    }

    fn sweep(&mut self) {
        let _use = forks::enter();
        match garbage::sweep(&mut self.connection) {
            Ok(more) => self.garbage = more,
            Err(cause) => {
                // It is tried again when something else was deleted, or at the next start.
                debug!(%cause, "what was deleted could not be swept up");
                self.garbage = false;
                self.roll_back();
            }
        }
    }
}

/// Whether the store takes no writes at all now.
fn takes_none(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Closed)
}

fn perform(tx: &mut Tx<'_>, op: &Op) -> Outcome {
    match op {
        Op::Append(append) => journals::append(tx, append),
        Op::PutSnapshot { session_id, snapshot } => journals::put_snapshot(tx, session_id, snapshot),
        Op::Trim { session_id, through } => journals::trim(tx, session_id, *through),
        Op::ReplaceEvents { session_id, records } => journals::replace(tx, session_id, records),
        Op::DeleteSession { session_id, expected_revision } => {
            journals::delete(tx, session_id, *expected_revision)
        }
        Op::MoveTimer { session_id, key, from, at } => timers::postpone(tx, session_id, key, *from, *at),
        Op::ClearTimer { session_id, key, at } => timers::clear_fired(tx, session_id, key, *at),
        Op::Enqueue { message, answer } => inboxes::enqueue_alone(tx, message, answer.as_ref()),
        Op::Connect { agent_id, now } => inboxes::connect(tx, agent_id, *now),
        Op::Offer { agent_id, now } => inboxes::offer(tx, agent_id, *now),
        Op::Extend { agent_id, message_ids, again_at } => {
            inboxes::extend(tx, agent_id, message_ids, *again_at)
        }
        Op::Take { agent_id, fence, now, again_at, limit, max_attempts } => {
            let take =
                inboxes::Take { now: *now, again_at: *again_at, limit: *limit, max_attempts: *max_attempts };
            inboxes::take(tx, agent_id, *fence, &take)
        }
        Op::Ack { agent_id, fence, message_ids, now } => {
            inboxes::ack(tx, agent_id, *fence, message_ids, *now)
        }
        Op::Release { agent_id, deliveries, now } => inboxes::release(tx, agent_id, deliveries, *now),
        Op::Bury { agent_id, message_id, onward, now } => {
            inboxes::bury(tx, agent_id, message_id, onward.as_deref(), *now)
        }
        Op::Requeue { agent_id, message_id, inbox_limit, now } => {
            inboxes::requeue(tx, agent_id, message_id, *inbox_limit, *now)
        }
        Op::PutAgent { record, expected_owner } => registry::put_agent(tx, record, expected_owner.as_deref()),
        Op::DeleteAgent { agent_id, expected_owner } => {
            registry::delete_agent(tx, agent_id, expected_owner.as_deref())
        }
        Op::PutKey { key, answer } => registry::put_key(tx, key, answer.as_ref()),
        Op::PutSchedule { row, expected, most, answer } => {
            schedules::put(tx, row, *expected, *most, answer.as_ref())
        }
        Op::DeleteSchedule { schedule_id, expected } => schedules::delete(tx, schedule_id, *expected),
        Op::PutAnswer(answer) => answers::put(tx, answer),
        Op::Probe => schema::probe(tx),
        Op::PutPoints { session_id, points, keep, answer } => {
            telemetry::put(tx, session_id, points, *keep, answer.as_ref())
        }
        Op::Expire { before, now } => inboxes::expire(tx, *before, *now),
        Op::Purge { answers_before, messages_before } => {
            garbage::purge(tx, *answers_before, *messages_before)
        }
    }
}
