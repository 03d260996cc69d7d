//! Journals: appending to them, reading them, trimming and deleting them.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use sessiond_core::{Revision, SessionId, limits};
use sessiond_store::{Append, Done, Error, Journals, Loaded, Record, Records, Refusal, Snapshot, Write};

use crate::Sqlite;
use crate::fault::Fault;
use crate::position::{Position, position};
use crate::rows::{int, limit, uint};
use crate::tx::{Outcome, Tx};
use crate::{answers, garbage, inboxes, schedules, summaries, tasks, timers};

#[async_trait]
impl Journals for Sqlite {
    async fn load(&self, session_id: &SessionId, format: u32) -> Result<Option<Loaded>, Error> {
        let id = session_id.clone();
        self.readers.read(move |connection| load(connection, &id, format)).await
    }

    async fn events(
        &self,
        session_id: &SessionId,
        after: Revision,
        limit: usize,
    ) -> Result<Option<Records>, Error> {
        let id = session_id.clone();
        self.readers.read(move |connection| events(connection, &id, after, limit)).await
    }
}

/// Whether an append is one that the contract allows, whatever the store holds.
pub(crate) fn check(append: &Append) -> Result<(), Error> {
    let wrong = |what: &str| Err(Error::Failed(format!("an append to {} {what}", append.session_id)));
    let mut expected = append.expected_revision;
    for record in &append.records {
        expected += 1;
        if record.seq != expected {
            return wrong("has a gap in its numbers");
        }
    }
    if append.expected_revision == 0 && append.records.is_empty() {
        return wrong("begins it without an event");
    }
    if append.expected_revision == 0 && append.summary.is_none() {
        return wrong("begins it without its row in lists");
    }
    Ok(())
}

pub(crate) fn append(tx: &mut Tx<'_>, append: &Append) -> Outcome {
    for answer in &append.answers {
        if let Some(kept) = answers::get(tx.connection, &answer.scope, &answer.key)? {
            return Ok(Err(Refusal::Answered(kept)));
        }
    }
    let mut accepted = Vec::new();
    if append.fires.is_some() || append.schedule.is_some() || inboxes::concerns(&append.writes) {
        let actual = position(tx.connection, &append.session_id)?.map_or(0, |position| position.revision);
        if actual != append.expected_revision {
            return Ok(Err(Refusal::Conflict { actual }));
        }
        if let Some((key, at)) = &append.fires
            && !timers::stands(tx, &append.session_id, key, *at)?
        {
            return Ok(Err(Refusal::NotFound));
        }
        if let Some(change) = &append.schedule
            && schedules::revision(tx, &change.row.schedule_id)? != change.expected
        {
            return Ok(Err(Refusal::NotFound));
        }
        match inboxes::plan(tx, &append.writes)? {
            Ok(plan) => accepted = plan,
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    // From here on nothing but a conflict refuses, and that shows in the first statement.
    let session = match advance(tx, append)? {
        Ok(session) => session,
        Err(actual) => return Ok(Err(Refusal::Conflict { actual })),
    };
    if !append.records.is_empty() {
        let mut insert = tx.prepare("INSERT INTO events (session, seq, event) VALUES (?1, ?2, ?3)")?;
        for record in &append.records {
            insert.execute(params![session, int(record.seq), &*record.json])?;
        }
    }
    if let Some(summary) = &append.summary {
        summaries::put(tx, session, summary, append.expected_revision == 0)?;
    }
    for task in &append.tasks {
        tasks::put(tx, session, task)?;
    }
    if let Some(change) = &append.schedule {
        schedules::write(tx, &change.row)?;
    }
    if let Some((key, _)) = &append.fires {
        // Before what follows, which may set it anew.
        timers::clear(tx, session, key)?;
    }
    let mut accepted = accepted.into_iter();
    for write in &append.writes {
        match write {
            Write::SetTimer(timer) => timers::set(tx, session, timer)?,
            Write::ClearTimer(key) => timers::clear(tx, session, key)?,
            Write::Enqueue(message) => {
                if accepted.next().unwrap_or(false) {
                    inboxes::insert(tx, message)?;
                }
            }
            Write::Hold { recipient, message_id } => inboxes::hold(tx, recipient, message_id)?,
            Write::Withdraw { recipient, message_id, dead } => {
                inboxes::withdraw(tx, recipient, message_id, *dead, append.updated_at)?
            }
        }
    }
    for answer in &append.answers {
        answers::insert(tx, answer)?;
    }
    let revision = append.expected_revision + append.records.len() as u64;
    tx.notice.session(&append.session_id, revision);
    Ok(Ok(Done::Ok))
}

/// Moves the session to its new revision and answers its key, or where it is instead.
fn advance(tx: &mut Tx<'_>, append: &Append) -> Result<Result<i64, Revision>, Fault> {
    let id = &append.session_id;
    let revision = append.expected_revision + append.records.len() as u64;
    if append.expected_revision == 0 {
        if let Some(found) = position(tx.connection, id)? {
            return Ok(Err(found.revision));
        }
        tx.run(
            "INSERT INTO sessions (id, revision, first, updated_at) VALUES (?1, ?2, 1, ?3)",
            params![id.as_str(), int(revision), append.updated_at.millis()],
        )?;
        let session = tx.connection.last_insert_rowid();
        tx.keys.learn(id, session);
        return Ok(Ok(session));
    }
    let mut update = tx
        .prepare("UPDATE sessions SET revision = ?1, updated_at = ?2 WHERE session = ?3 AND revision = ?4")?;
    let (to, at, from) = (int(revision), append.updated_at.millis(), int(append.expected_revision));
    if let Some(session) = tx.keys.get(id)
        && update.execute((to, at, session, from))? == 1
    {
        return Ok(Ok(session));
    }
    // The key was not known, or it is that of a session that was deleted since, or the revision is another.
    match position(tx.connection, id)? {
        Some(found) if found.revision == append.expected_revision => {
            update.execute((to, at, found.session, from))?;
            tx.keys.forget(id);
            tx.keys.learn(id, found.session);
            Ok(Ok(found.session))
        }
        found => Ok(Err(found.map_or(0, |found| found.revision))),
    }
}

pub(crate) fn put_snapshot(tx: &mut Tx<'_>, id: &SessionId, snapshot: &Snapshot) -> Outcome {
    let found = match position(tx.connection, id)? {
        Some(found) if found.revision >= snapshot.revision => found,
        _ => return Ok(Err(Refusal::NotFound)),
    };
    tx.run(
        "INSERT INTO snapshots (session, format, revision, state) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (session, format) DO UPDATE SET revision = excluded.revision, state = excluded.state
         WHERE excluded.revision >= revision",
        params![found.session, snapshot.format, int(snapshot.revision), snapshot.state],
    )?;
    Ok(Ok(Done::Ok))
}

pub(crate) fn trim(tx: &mut Tx<'_>, id: &SessionId, through: Revision) -> Outcome {
    let Some(found) = position(tx.connection, id)? else {
        return Ok(Err(Refusal::NotFound));
    };
    let newest: Option<i64> = tx
        .prepare("SELECT max(revision) FROM snapshots WHERE session = ?1")?
        .query_row([found.session], |row| row.get(0))?;
    if newest.is_none_or(|newest| newest < int(through)) {
        return Ok(Err(Refusal::NotFound));
    }
    if through >= found.first {
        tx.run("UPDATE sessions SET first = ?2 WHERE session = ?1", (found.session, int(through + 1)))?;
        garbage::add(tx, found.session, int(through))?;
    }
    Ok(Ok(Done::Ok))
}

/// Puts other texts in place of events.
pub(crate) fn replace(tx: &mut Tx<'_>, id: &SessionId, records: &[Record]) -> Outcome {
    let Some(found) = position(tx.connection, id)? else {
        return Ok(Err(Refusal::NotFound));
    };
    *tx.deleted = true;
    for record in records {
        tx.run(
            "UPDATE events SET event = ?3 WHERE session = ?1 AND seq = ?2",
            params![found.session, int(record.seq), &*record.json],
        )?;
    }
    Ok(Ok(Done::Ok))
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: &SessionId, expected: Option<Revision>) -> Outcome {
    let Some(found) = position(tx.connection, id)? else {
        return Ok(Err(Refusal::NotFound));
    };
    if expected.is_some_and(|expected| expected != found.revision) {
        return Ok(Err(Refusal::Conflict { actual: found.revision }));
    }
    answers::delete_of_session(tx, id)?;
    summaries::delete(tx, found.session)?;
    inboxes::delete_of_session(tx, id)?;
    for sql in [
        "DELETE FROM sessions WHERE session = ?1",
        "DELETE FROM snapshots WHERE session = ?1",
        "DELETE FROM timers WHERE session = ?1",
        "DELETE FROM tasks WHERE session = ?1",
        "DELETE FROM telemetry WHERE session = ?1",
    ] {
        tx.run(sql, [found.session])?;
    }
    garbage::add(tx, found.session, garbage::WHOLE_SESSION)?;
    tx.keys.forget(id);
    tx.notice.session(id, 0);
    Ok(Ok(Done::Ok))
}

pub(crate) fn load(connection: &Connection, id: &SessionId, format: u32) -> Result<Option<Loaded>, Fault> {
    let Some(found) = position(connection, id)? else {
        return Ok(None);
    };
    let snapshot = connection
        .prepare_cached("SELECT revision, state FROM snapshots WHERE session = ?1 AND format = ?2")?
        .query_row((found.session, format), |row| {
            Ok(Snapshot { revision: uint(row, 0)?, format, state: row.get(1)? })
        })
        .optional()?;
    let after = snapshot.as_ref().map_or(0, |snapshot| snapshot.revision);
    Ok(Some(Loaded {
        records: read(connection, &found, after, usize::MAX, usize::MAX)?,
        snapshot,
        revision: found.revision,
    }))
}

pub(crate) fn events(
    connection: &Connection,
    id: &SessionId,
    after: Revision,
    limit: usize,
) -> Result<Option<Records>, Fault> {
    let Some(found) = position(connection, id)? else {
        return Ok(None);
    };
    Ok(Some(Records {
        records: read(connection, &found, after, limit, limits::PAGE_BYTES)?,
        first: found.first,
        revision: found.revision,
    }))
}

fn read(
    connection: &Connection,
    found: &Position,
    after: Revision,
    rows: usize,
    bytes: usize,
) -> Result<Vec<Record>, Fault> {
    // What was trimmed may lie in the table for a while until it is swept up.
    let after = after.max(found.first - 1);
    let sql = "SELECT seq, event FROM events WHERE session = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query((found.session, int(after), limit(rows)))?;
    let (mut records, mut left) = (Vec::new(), bytes);
    while let Some(row) = found.next()? {
        let json = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        match left.checked_sub(json.len()) {
            Some(rest) => left = rest,
            None if records.is_empty() => left = 0,
            None => break,
        }
        records.push(Record { seq: uint(row, 0)?, json: json.into() });
    }
    Ok(records)
}
