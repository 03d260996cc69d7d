//! What is removed a little at a time, so that no removal keeps the writes behind it waiting for long.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sessiond_core::Timestamp;
use sessiond_store::Done;

use crate::fault::Fault;
use crate::rows::limit;
use crate::tx::{Outcome, Tx};

/// Instead of the last event to remove: the session is gone, and so goes all that is kept under its key.
pub(crate) const WHOLE_SESSION: i64 = i64::MAX;

/// Rows that one transaction removes of each kind.
const CHUNK: i64 = 2_000;

/// Notes that a session's events up to and including `through` cannot be reached any more, and removes the first few.
pub(crate) fn add(tx: &mut Tx<'_>, session: i64, through: i64) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO garbage (session, through) VALUES (?1, ?2)
         ON CONFLICT (session) DO UPDATE SET through = max(through, excluded.through)",
        (session, through),
    )?;
    *tx.deleted = true;
    if !remove(tx.connection, session, through)? {
        *tx.garbage = true;
    }
    Ok(())
}

/// Removes some of what was noted, and answers whether there is more.
pub(crate) fn sweep(connection: &mut Connection) -> Result<bool, Fault> {
    let next = "SELECT session, through FROM garbage LIMIT 1";
    if connection.prepare_cached(next)?.query_row([], |_| Ok(())).optional()?.is_none() {
        return Ok(false);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let noted: Option<(i64, i64)> =
        transaction.prepare_cached(next)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if let Some((session, through)) = noted {
        remove(&transaction, session, through)?;
    }
    transaction.commit()?;
    Ok(noted.is_some())
}

/// Removes a chunk, and the note with the last one. Answers whether that was the last.
fn remove(connection: &Connection, session: i64, through: i64) -> Result<bool, Fault> {
    let mut removed = connection
        .prepare_cached(
            "DELETE FROM events WHERE session = ?1 AND seq <= ?2
             AND seq < (SELECT min(seq) FROM events WHERE session = ?1) + ?3",
        )?
        .execute((session, through, CHUNK))?;
    if through == WHOLE_SESSION {
        removed += connection
            .prepare_cached(
                "DELETE FROM points WHERE session = ?1
                 AND id < (SELECT min(id) FROM points WHERE session = ?1) + ?2",
            )?
            .execute((session, CHUNK))?;
    }
    let done = limit(removed) < CHUNK;
    if done {
        connection.prepare_cached("DELETE FROM garbage WHERE session = ?1")?.execute([session])?;
    }
    Ok(done)
}

/// Removes answers and messages that ended long ago: at most a chunk of each.
pub(crate) fn purge(tx: &mut Tx<'_>, answers_before: Timestamp, messages_before: Timestamp) -> Outcome {
    let answers = tx.run(
        "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers WHERE at < ?1 ORDER BY at LIMIT ?2)",
        (answers_before.millis(), CHUNK),
    )?;
    let ended = "SELECT message FROM messages WHERE ended_at < ?1 ORDER BY ended_at, message LIMIT ?2";
    let before = (messages_before.millis(), CHUNK);
    tx.run(&format!("DELETE FROM bodies WHERE message IN ({ended})"), before)?;
    let messages = tx.run(&format!("DELETE FROM messages WHERE message IN ({ended})"), before)?;
    Ok(Ok(Done::Count((answers + messages) as u64)))
}
