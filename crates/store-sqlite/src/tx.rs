//! The transaction that an operation writes in, and the keys of sessions that it knows.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection};
use sessiond_core::SessionId;
use sessiond_store::{Done, Refusal};

use crate::fault::Fault;
use crate::notices::Notice;

/// Session keys to remember. A key is 8 bytes and an id some 40.
const KEYS: usize = 65_536;

/// What an operation answers. An error undoes the transaction; a refusal has changed nothing.
pub(crate) type Outcome = Result<Result<Done, Refusal>, Fault>;

/// What an operation works with.
///
/// There are no savepoints: an operation checks all that could refuse it before its first statement that changes
/// something, so that a refused one has nothing to undo. A savepoint for each would cost more than most operations.
pub(crate) struct Tx<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) keys: &'a mut Keys,
    pub(crate) notice: &'a mut Notice,
    /// Whether there is something for [`garbage::sweep`](crate::garbage::sweep) to do.
    pub(crate) garbage: &'a mut bool,
    /// Whether something was deleted or replaced whose text is to leave the files.
    pub(crate) deleted: &'a mut bool,
}

impl<'a> Tx<'a> {
    /// A statement, prepared once.
    pub(crate) fn prepare(&self, sql: &str) -> Result<CachedStatement<'a>, Fault> {
        Ok(self.connection.prepare_cached(sql)?)
    }

    /// Runs a statement and answers how many rows it changed.
    pub(crate) fn run(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, Fault> {
        Ok(self.prepare(sql)?.execute(values)?)
    }
}

/// The keys of sessions that were written lately. One is never given out twice, so an entry may be outdated (its
/// session is gone) but never wrong, if only committed ones are entered: what is rolled back is given out again.
#[derive(Default)]
pub(crate) struct Keys {
    committed: HashMap<SessionId, i64>,
    fresh: Vec<(SessionId, i64)>,
}

impl Keys {
    pub(crate) fn get(&self, id: &SessionId) -> Option<i64> {
        self.committed.get(id).copied()
    }

    pub(crate) fn learn(&mut self, id: &SessionId, session: i64) {
        self.fresh.push((id.clone(), session));
    }

    pub(crate) fn forget(&mut self, id: &SessionId) {
        self.committed.remove(id);
        self.fresh.retain(|(known, _)| known != id);
    }

    pub(crate) fn committed(&mut self) {
        if self.committed.len() + self.fresh.len() > KEYS {
            self.committed.clear();
        }
        self.committed.extend(self.fresh.drain(..));
    }

    pub(crate) fn rolled_back(&mut self) {
        self.fresh.clear();
    }
}
