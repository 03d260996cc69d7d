//! Schedules.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sessiond_core::{Revision, ScheduleId, Timestamp};
use sessiond_store::{Answer, Done, Error, Page, Refusal, ScheduleQuery, ScheduleRow, Schedules};

use crate::fault::Fault;
use crate::lists::Filter;
use crate::rows::{int, limit, name, optional_time, uint};
use crate::tx::{Outcome, Tx};
use crate::{Sqlite, answers, cursor};

const COLUMNS: &str = "schedule_id, owner, revision, next_at, body";

#[async_trait]
impl Schedules for Sqlite {
    async fn schedule(&self, schedule_id: &ScheduleId) -> Result<Option<ScheduleRow>, Error> {
        let id = schedule_id.clone();
        self.readers.read(move |connection| get(connection, &id)).await
    }

    async fn schedules(&self, query: ScheduleQuery) -> Result<Page<ScheduleRow>, Error> {
        self.readers.read(move |connection| list(connection, query)).await
    }

    async fn due_schedules(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<(Vec<ScheduleRow>, Option<Timestamp>), Error> {
        self.readers.read(move |connection| due(connection, now, limit)).await
    }
}

fn get(connection: &Connection, id: &ScheduleId) -> Result<Option<ScheduleRow>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM schedules WHERE schedule_id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id.as_str()], read).optional()?)
}

fn list(connection: &Connection, query: ScheduleQuery) -> Result<Page<ScheduleRow>, Fault> {
    let mut filter = Filter::default();
    if let Some(owner) = query.owner {
        filter.and("owner = ?", [owner]);
    }
    if let Some(text) = &query.cursor {
        let (_, after) = cursor::place(text, "schedules")?;
        filter.and("schedule_id > ?", [after]);
    }
    let sql = format!("SELECT {COLUMNS} FROM schedules {} ORDER BY schedule_id LIMIT ?", filter.clause());
    filter.page(connection, &sql, query.limit, |row| {
        let found = read(row)?;
        let cursor = cursor::of_place("schedules", 0, found.schedule_id.as_str());
        Ok((found, cursor))
    })
}

fn due(
    connection: &Connection,
    now: Timestamp,
    rows: usize,
) -> Result<(Vec<ScheduleRow>, Option<Timestamp>), Fault> {
    let sql =
        format!("SELECT {COLUMNS} FROM schedules WHERE next_at <= ?1 ORDER BY next_at, schedule_id LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    // One more than asked for, because the first that is left over is the next one.
    let found = statement.query_map((now.millis(), limit(rows.saturating_add(1))), read)?;
    let mut found = found.collect::<Result<Vec<_>, _>>()?;
    if found.len() > rows {
        let next = found.pop().and_then(|left_over| left_over.next_at);
        return Ok((found, next));
    }
    let next: Option<i64> = connection
        .prepare_cached("SELECT min(next_at) FROM schedules WHERE next_at > ?1")?
        .query_row([now.millis()], |row| row.get(0))?;
    Ok((found, next.map(Timestamp::from_millis)))
}

fn read(row: &Row<'_>) -> rusqlite::Result<ScheduleRow> {
    Ok(ScheduleRow {
        schedule_id: name(row, 0)?,
        owner: row.get(1)?,
        revision: uint(row, 2)?,
        next_at: optional_time(row, 3)?,
        body: row.get_ref(4)?.as_str()?.into(),
    })
}

/// At which revision a schedule is; 0 when there is none.
pub(crate) fn revision(tx: &Tx<'_>, id: &ScheduleId) -> Result<Revision, Fault> {
    let sql = "SELECT revision FROM schedules WHERE schedule_id = ?1";
    Ok(tx.prepare(sql)?.query_row([id.as_str()], |row| uint(row, 0)).optional()?.unwrap_or(0))
}

pub(crate) fn put(
    tx: &mut Tx<'_>,
    row: &ScheduleRow,
    expected: Revision,
    most: u64,
    answer: Option<&Answer>,
) -> Outcome {
    if let Some(kept) = answers::kept(tx.connection, answer)? {
        return Ok(Err(Refusal::Answered(kept)));
    }
    let actual = revision(tx, &row.schedule_id)?;
    if actual != expected {
        return Ok(Err(Refusal::Conflict { actual }));
    }
    if actual == 0 {
        let owned: u64 = tx
            .prepare("SELECT count(*) FROM schedules WHERE owner = ?1")?
            .query_row([&row.owner], |found| uint(found, 0))?;
        if owned >= most {
            return Ok(Err(Refusal::LimitReached));
        }
    }
    write(tx, row)?;
    if let Some(answer) = answer {
        answers::insert(tx, answer)?;
    }
    Ok(Ok(Done::Ok))
}

/// Writes a schedule in the place of what is there.
pub(crate) fn write(tx: &mut Tx<'_>, row: &ScheduleRow) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO schedules (schedule_id, owner, revision, next_at, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (schedule_id) DO UPDATE SET owner = excluded.owner, revision = excluded.revision,
             next_at = excluded.next_at, body = excluded.body",
        params![
            row.schedule_id.as_str(),
            row.owner,
            int(row.revision),
            row.next_at.map(Timestamp::millis),
            &*row.body,
        ],
    )?;
    tx.notice.timers();
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: &ScheduleId, expected: Option<Revision>) -> Outcome {
    let actual = revision(tx, id)?;
    if actual == 0 {
        return Ok(Err(Refusal::NotFound));
    }
    if expected.is_some_and(|expected| expected != actual) {
        return Ok(Err(Refusal::Conflict { actual }));
    }
    tx.run("DELETE FROM schedules WHERE schedule_id = ?1", [id.as_str()])?;
    tx.notice.timers();
    Ok(Ok(Done::Ok))
}
