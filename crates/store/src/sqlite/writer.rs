//! The writer: one thread that owns the one connection that writes. What waits when it becomes free shares a
//! transaction, and so one flush of the disk.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, TryRecvError};

use rusqlite::{CachedStatement, Connection};
use sessiond_core::SessionId;
use tokio::sync::oneshot;
use tracing::{debug, error};

use super::notices::Notice;
use super::{garbage, inbox, journal, registry, telemetry, timers};
use crate::{Done, Error, Op, Refusal};

/// What a write answers.
pub(super) type Answers = Result<Vec<Result<Done, Refusal>>, Error>;
/// What an operation answers. An error undoes the transaction; a refusal has changed nothing.
pub(super) type Outcome = Result<Result<Done, Refusal>, Error>;

/// What the thread is asked.
pub(super) enum Request {
    /// Write this batch.
    Write(Vec<Op>, oneshot::Sender<Answers>),
    /// End, after all that was asked before.
    Close(oneshot::Sender<()>),
}

/// Operations that share a transaction at most, so that the first of them do not wait for too many others.
const JOINED_OPS: usize = 4096;
/// Session keys to remember. A key is 8 bytes and an id some 40.
const KEYS: usize = 65_536;

/// What an operation works with.
///
/// There are no savepoints: an operation checks all that could refuse it before its first statement that changes
/// something, so that a refused one has nothing to undo. A savepoint for each would cost more than most operations.
pub(super) struct Tx<'a> {
    pub(super) connection: &'a Connection,
    pub(super) keys: &'a mut Keys,
    pub(super) notice: &'a mut Notice,
    /// Whether there is something for [`garbage::sweep`] to do.
    pub(super) garbage: &'a mut bool,
}

impl<'a> Tx<'a> {
    /// A statement, prepared once.
    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'a>, Error> {
        Ok(self.connection.prepare_cached(sql)?)
    }

    /// Runs a statement and answers how many rows it changed.
    pub(super) fn run(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, Error> {
        Ok(self.prepare(sql)?.execute(values)?)
    }
}

/// The keys of sessions that were written lately. One is never given out twice, so an entry may be outdated (its
/// session is gone) but never wrong, if only committed ones are entered: what is rolled back is given out again.
#[derive(Default)]
pub(super) struct Keys {
    committed: HashMap<SessionId, i64>,
    fresh: Vec<(SessionId, i64)>,
}

impl Keys {
    pub(super) fn get(&self, id: &SessionId) -> Option<i64> {
        self.committed.get(id).copied()
    }

    pub(super) fn learn(&mut self, id: &SessionId, session: i64) {
        self.fresh.push((id.clone(), session));
    }

    pub(super) fn forget(&mut self, id: &SessionId) {
        self.committed.remove(id);
        self.fresh.retain(|(known, _)| known != id);
    }

    fn committed(&mut self) {
        if self.committed.len() + self.fresh.len() > KEYS {
            self.committed.clear();
        }
        self.committed.extend(self.fresh.drain(..));
    }

    fn rolled_back(&mut self) {
        self.fresh.clear();
    }
}

/// The thread.
pub(super) struct Writer {
    connection: Connection,
    keys: Keys,
    origin: i64,
    garbage: bool,
}

impl Writer {
    /// `origin` marks the notices of this process.
    pub(super) fn new(connection: Connection, origin: i64) -> Self {
        Self { connection, keys: Keys::default(), origin, garbage: true }
    }

    /// Works until it is told to end, or nobody is left who could ask.
    pub(super) fn run(mut self, requests: Receiver<Request>) {
        loop {
            let first = match requests.try_recv() {
                Ok(request) => request,
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) if self.garbage => {
                    self.sweep();
                    continue;
                }
                Err(TryRecvError::Empty) => match requests.recv() {
                    Ok(request) => request,
                    Err(_) => return,
                },
            };
            let mut batches = Vec::new();
            let mut close = None;
            let mut ops = 0;
            let mut next = Some(first);
            while let Some(request) = next.take() {
                match request {
                    Request::Write(batch, answer) => {
                        ops += batch.len();
                        batches.push((batch, answer));
                        if ops < JOINED_OPS {
                            next = requests.try_recv().ok();
                        }
                    }
                    Request::Close(done) => close = Some(done),
                }
            }
            self.write(batches);
            if let Some(done) = close {
                drop(self.connection);
                // Nobody waits for the end of a store that was dropped.
                let _ = done.send(());
                return;
            }
        }
    }

    /// Writes batches in one transaction. When that fails, each is tried alone, so that none fails for another's sake.
    fn write(&mut self, batches: Vec<(Vec<Op>, oneshot::Sender<Answers>)>) {
        if batches.is_empty() {
            return;
        }
        let joined: Vec<&[Op]> = batches.iter().map(|(ops, _)| ops.as_slice()).collect();
        let answers: Vec<Answers> = match self.transaction(&joined) {
            Ok(answers) => answers.into_iter().map(Ok).collect(),
            Err(error @ (Error::Unavailable(_) | Error::Closed)) => {
                joined.iter().map(|_| Err(error.clone())).collect()
            }
            Err(error) if joined.len() == 1 => vec![Err(error)],
            Err(_) => {
                joined.iter().map(|ops| Ok(self.transaction(&[ops])?.pop().unwrap_or_default())).collect()
            }
        };
        for ((_, sender), answer) in batches.into_iter().zip(answers) {
            // A caller that has gone away does not want its answer; what it asked is done all the same.
            let _ = sender.send(answer);
        }
    }

    fn transaction(&mut self, batches: &[&[Op]]) -> Result<Vec<Vec<Result<Done, Refusal>>>, Error> {
        let result = self.attempt(batches);
        match &result {
            Ok(_) => self.keys.committed(),
            Err(cause) => {
                error!(%cause, "a write failed and is rolled back");
                self.keys.rolled_back();
                self.roll_back();
            }
        }
        result
    }

    fn attempt(&mut self, batches: &[&[Op]]) -> Result<Vec<Vec<Result<Done, Refusal>>>, Error> {
        let connection = &self.connection;
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut notice = Notice::default();
        let mut tx = Tx { connection, keys: &mut self.keys, notice: &mut notice, garbage: &mut self.garbage };
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            let batch = batch.iter().map(|op| perform(&mut tx, op));
            answers.push(batch.collect::<Result<Vec<_>, Error>>()?);
        }
        notice.write(connection, self.origin)?;
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(answers)
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

fn perform(tx: &mut Tx<'_>, op: &Op) -> Outcome {
    match op {
        Op::Append(append) => journal::append(tx, append),
        Op::PutSnapshot { session_id, snapshot } => journal::put_snapshot(tx, session_id, snapshot),
        Op::Trim { session_id, through } => journal::trim(tx, session_id, *through),
        Op::DeleteSession { session_id } => journal::delete(tx, session_id),
        Op::MoveTimer { session_id, key, from, at } => timers::postpone(tx, session_id, key, *from, *at),
        Op::ClearTimer { session_id, key, at } => timers::clear_fired(tx, session_id, key, *at),
        Op::Enqueue { message, answer } => inbox::enqueue_alone(tx, message, answer.as_ref()),
        Op::Connect { agent_id, now } => inbox::connect(tx, agent_id, *now),
        Op::Take { agent_id, fence, now, again_at, limit, max_attempts } => {
            let take =
                inbox::Take { now: *now, again_at: *again_at, limit: *limit, max_attempts: *max_attempts };
            inbox::take(tx, agent_id, *fence, &take)
        }
        Op::Ack { agent_id, fence, message_ids, now } => inbox::ack(tx, agent_id, *fence, message_ids, *now),
        Op::Release { agent_id, deliveries, now } => inbox::release(tx, agent_id, deliveries, *now),
        Op::Bury { agent_id, message_id, onward, now } => {
            inbox::bury(tx, agent_id, message_id, onward.as_deref(), *now)
        }
        Op::Requeue { agent_id, message_id, inbox_limit, now } => {
            inbox::requeue(tx, agent_id, message_id, *inbox_limit, *now)
        }
        Op::PutAgent { record, expected_owner } => registry::put_agent(tx, record, expected_owner.as_deref()),
        Op::DeleteAgent { agent_id, expected_owner } => {
            registry::delete_agent(tx, agent_id, expected_owner.as_deref())
        }
        Op::PutKey { key, answer } => registry::put_key(tx, key, answer.as_ref()),
        Op::PutAnswer(answer) => registry::put_answer(tx, answer),
        Op::PutPoints { session_id, points, keep, answer } => {
            telemetry::put(tx, session_id, points, *keep, answer.as_ref())
        }
        Op::Purge { answers_before, messages_before } => {
            garbage::purge(tx, *answers_before, *messages_before)
        }
    }
}
