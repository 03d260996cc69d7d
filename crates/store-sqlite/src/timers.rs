//! Timers.

use async_trait::async_trait;
use rusqlite::{Connection, params};
use sessiond_core::{SessionId, Timer, Timestamp};
use sessiond_store::{Done, Error, Refusal, TimerRow, Timers};

use crate::Sqlite;
use crate::fault::Fault;
use crate::position::position;
use crate::rows::{json, limit, name, time};
use crate::tx::{Outcome, Tx};

#[async_trait]
impl Timers for Sqlite {
    async fn due_timers(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<(Vec<TimerRow>, Option<Timestamp>), Error> {
        self.readers.read(move |connection| due(connection, now, limit)).await
    }
}

pub(crate) fn set(tx: &mut Tx<'_>, session: i64, timer: &Timer) -> Result<(), Fault> {
    let action = serde_json::to_string(&timer.action)
        .map_err(|error| Error::Failed(format!("a timer's action cannot be written: {error}")))?;
    tx.run(
        "INSERT INTO timers (session, key, at, action) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (session, key) DO UPDATE SET at = excluded.at, action = excluded.action",
        params![session, timer.key, timer.at.millis(), action],
    )?;
    tx.notice.timers();
    Ok(())
}

pub(crate) fn clear(tx: &mut Tx<'_>, session: i64, key: &str) -> Result<(), Fault> {
    tx.run("DELETE FROM timers WHERE session = ?1 AND key = ?2", (session, key))?;
    Ok(())
}

/// Whether the session's timer stands at that time.
pub(crate) fn stands(tx: &mut Tx<'_>, id: &SessionId, key: &str, at: Timestamp) -> Result<bool, Fault> {
    let Some(found) = position(tx.connection, id)? else {
        return Ok(false);
    };
    let sql = "SELECT 1 FROM timers WHERE session = ?1 AND key = ?2 AND at = ?3";
    Ok(tx.prepare(sql)?.exists((found.session, key, at.millis()))?)
}

pub(crate) fn postpone(
    tx: &mut Tx<'_>,
    id: &SessionId,
    key: &str,
    from: Option<Timestamp>,
    at: Timestamp,
) -> Outcome {
    let Some(found) = position(tx.connection, id)? else {
        return Ok(Err(Refusal::NotFound));
    };
    let moved = tx.run(
        "UPDATE timers SET at = ?3 WHERE session = ?1 AND key = ?2 AND (?4 IS NULL OR at = ?4)",
        (found.session, key, at.millis(), from.map(Timestamp::millis)),
    )?;
    if moved == 0 {
        return Ok(Err(Refusal::NotFound));
    }
    tx.notice.timers();
    Ok(Ok(Done::Ok))
}

pub(crate) fn clear_fired(tx: &mut Tx<'_>, id: &SessionId, key: &str, at: Timestamp) -> Outcome {
    if let Some(found) = position(tx.connection, id)? {
        tx.run(
            "DELETE FROM timers WHERE session = ?1 AND key = ?2 AND at = ?3",
            (found.session, key, at.millis()),
        )?;
    }
    Ok(Ok(Done::Ok))
}

pub(crate) fn due(
    connection: &Connection,
    now: Timestamp,
    rows: usize,
) -> Result<(Vec<TimerRow>, Option<Timestamp>), Fault> {
    let sql = "SELECT s.id, t.key, t.at, t.action FROM timers t JOIN sessions s ON s.session = t.session
               WHERE t.at <= ?1 ORDER BY t.at, t.session, t.key LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    // One more than asked for, because the first that is left over is the next one.
    let timers = statement.query_map((now.millis(), limit(rows.saturating_add(1))), |row| {
        Ok(TimerRow {
            session_id: name(row, 0)?,
            timer: Timer { key: row.get(1)?, at: time(row, 2)?, action: json(row, 3)? },
        })
    })?;
    let mut timers = timers.collect::<Result<Vec<_>, _>>()?;
    if timers.len() > rows {
        let next = timers.pop().map(|left_over| left_over.timer.at);
        return Ok((timers, next));
    }
    let next: Option<i64> = connection
        .prepare_cached("SELECT min(at) FROM timers WHERE at > ?1")?
        .query_row([now.millis()], |row| row.get(0))?;
    Ok((timers, next.map(Timestamp::from_millis)))
}
