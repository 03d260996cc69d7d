//! Telemetry points.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sessiond_core::SessionId;
use sessiond_store::{Answer, Done, Error, Point, Reading, Refusal, Telemetry};

use crate::Sqlite;
use crate::answers;
use crate::fault::Fault;
use crate::position::position;
use crate::rows::{int, limit, time, uint};
use crate::tx::{Outcome, Tx};

#[async_trait]
impl Telemetry for Sqlite {
    async fn points(
        &self,
        session_id: &SessionId,
        series: Option<&str>,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<Reading>, u64), Error> {
        let (id, series) = (session_id.clone(), series.map(str::to_owned));
        self.readers.read(move |connection| points(connection, &id, series.as_deref(), after, limit)).await
    }
}

/// Old points that one write removes at most, besides as many as it adds. It is more than one write leaves behind
/// when `keep` stays the same; the rest, when it was lowered, goes with the next writes.
const REMOVED: i64 = 2_000;

pub(crate) fn put(
    tx: &mut Tx<'_>,
    id: &SessionId,
    points: &[Point],
    keep: u64,
    answer: Option<&Answer>,
) -> Outcome {
    let Some(found) = position(tx.connection, id)? else {
        return Ok(Err(Refusal::NotFound));
    };
    if let Some(kept) = answers::kept(tx.connection, answer)? {
        return Ok(Err(Refusal::Answered(kept)));
    }
    let session = found.session;
    let (mut first, mut next) = range(tx.connection, session)?;
    let mut insert = tx.prepare(
        "INSERT INTO points (session, id, series, time, step, value, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for point in points {
        insert.execute(params![
            session,
            int(next),
            point.series,
            point.time.millis(),
            point.step,
            point.value,
            point.text
        ])?;
        next += 1;
    }
    first = first.max(next.saturating_sub(keep));
    tx.run(
        "DELETE FROM points WHERE session = ?1 AND id < ?2
         AND id < (SELECT min(id) FROM points WHERE session = ?1) + ?3",
        (session, int(first), limit(points.len()).saturating_add(REMOVED)),
    )?;
    tx.run(
        "INSERT INTO telemetry (session, first, next) VALUES (?1, ?2, ?3)
         ON CONFLICT (session) DO UPDATE SET first = excluded.first, next = excluded.next",
        (session, int(first), int(next)),
    )?;
    if let Some(answer) = answer {
        answers::insert(tx, answer)?;
    }
    tx.notice.session(id, found.revision);
    Ok(Ok(Done::Ok))
}

pub(crate) fn points(
    connection: &Connection,
    id: &SessionId,
    series: Option<&str>,
    after: u64,
    rows: usize,
) -> Result<(Vec<Reading>, u64), Fault> {
    let Some(found) = position(connection, id)? else {
        return Ok((Vec::new(), 1));
    };
    let (first, _) = range(connection, found.session)?;
    // What is not kept any more may lie in the table for a while.
    let after = int(after.max(first - 1));
    let columns = "SELECT id, series, time, step, value, text FROM points WHERE session = ?1 AND id > ?2";
    let readings = match series {
        Some(series) => connection
            .prepare_cached(&format!("{columns} AND series = ?4 ORDER BY id LIMIT ?3"))?
            .query_map((found.session, after, limit(rows), series), reading)?
            .collect::<Result<_, _>>()?,
        None => connection
            .prepare_cached(&format!("{columns} ORDER BY id LIMIT ?3"))?
            .query_map((found.session, after, limit(rows)), reading)?
            .collect::<Result<_, _>>()?,
    };
    Ok((readings, first))
}

/// The number of the oldest point that is kept, and of the next one to come.
fn range(connection: &Connection, session: i64) -> Result<(u64, u64), Fault> {
    let range = connection
        .prepare_cached("SELECT first, next FROM telemetry WHERE session = ?1")?
        .query_row([session], |row| Ok((uint(row, 0)?, uint(row, 1)?)))
        .optional()?;
    Ok(range.unwrap_or((1, 1)))
}

fn reading(row: &Row<'_>) -> rusqlite::Result<Reading> {
    Ok(Reading {
        id: uint(row, 0)?,
        point: Point {
            series: row.get(1)?,
            time: time(row, 2)?,
            step: row.get(3)?,
            value: row.get(4)?,
            text: row.get(5)?,
        },
    })
}
