//! Writing sessions' rows in lists, and the counts of sessions.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sessiond_core::{AgentId, SessionId};
use sessiond_store::{Counts, Error, Stats, SummaryRow};

use crate::fault::Fault;
use crate::rows::{int, kind, optional_time, status, uint};
use crate::tx::Tx;

struct Old {
    kind: String,
    status: String,
    members: String,
    labels: String,
    counted: Counted,
}

/// What a session adds to the counts: its turns, its files, and their bytes.
type Counted = [i64; 3];

/// Writes a session's row. When only its progress has changed, which is so for most appends, nothing that an index or
/// another table holds is touched.
pub(crate) fn put(tx: &mut Tx<'_>, session: i64, row: &SummaryRow, new: bool) -> Result<(), Fault> {
    let row = Columns::of(row)?;
    let old = if new { None } else { old(tx, session)? };
    let progressed = !new && row.put_progress(tx, session)?;
    match &old {
        Some(old) if old.kind == row.kind && old.status == row.status && old.counted == row.counted => {}
        _ => {
            if let Some(old) = &old {
                count(tx, &old.kind, &old.status, -1, old.counted.map(|n| -n))?;
            }
            count(tx, row.kind, row.status, 1, row.counted)?;
        }
    }
    if progressed {
        return Ok(());
    }
    if old.as_ref().is_none_or(|old| old.members != row.members) {
        put_members(tx, session, row.row, old.is_some())?;
    }
    if old.as_ref().is_none_or(|old| old.labels != row.labels) {
        put_labels(tx, session, row.row, old.is_some())?;
    }
    row.put(tx, session)
}

/// A row as its columns hold it.
struct Columns<'a> {
    row: &'a SummaryRow,
    kind: &'static str,
    status: &'static str,
    members: String,
    labels: String,
    progress: String,
    counted: Counted,
}

impl<'a> Columns<'a> {
    fn of(row: &'a SummaryRow) -> Result<Self, Error> {
        let unwritable =
            |error: serde_json::Error| Error::Failed(format!("a row in lists cannot be written: {error}"));
        Ok(Self {
            row,
            kind: row.kind.as_str(),
            status: row.status.as_str(),
            members: serde_json::to_string(&row.members).map_err(unwritable)?,
            labels: serde_json::to_string(&row.labels).map_err(unwritable)?,
            progress: serde_json::to_string(&row.progress).map_err(unwritable)?,
            counted: [int(row.turns), int(row.files), int(row.file_bytes)],
        })
    }

    /// Writes the progress, if nothing else has changed; and answers whether that is so.
    fn put_progress(&self, tx: &Tx<'_>, session: i64) -> Result<bool, Fault> {
        let Self { row, kind, status, members, labels, progress, counted: [turns, files, file_bytes] } = self;
        let changed = tx.run(
            "UPDATE summaries SET progress = ?2, turns = ?18, files = ?19, file_bytes = ?20 WHERE session = ?1 AND kind = ?3 AND status = ?4 AND name IS ?5
             AND owner = ?6 AND client_id IS ?7 AND orchestrator IS ?8 AND members = ?9 AND labels = ?10
             AND parent IS ?11 AND forked_from IS ?12 AND forked_revision IS ?13 AND created_at = ?14
             AND expires_at IS ?15 AND ended_at IS ?16 AND questions = ?17",
            params![
                session,
                progress,
                kind,
                status,
                row.name,
                row.owner,
                row.client_id,
                row.orchestrator.as_ref().map(AgentId::as_str),
                members,
                labels,
                row.parent.as_ref().map(SessionId::as_str),
                row.forked_from.as_ref().map(|fork| fork.session_id.as_str()),
                row.forked_from.as_ref().map(|fork| int(fork.revision)),
                row.created_at.millis(),
                row.expires_at.map(|time| time.millis()),
                row.ended_at.map(|time| time.millis()),
                row.open_questions,
                turns,
                files,
                file_bytes,
            ],
        )?;
        Ok(changed == 1)
    }

    fn put(&self, tx: &Tx<'_>, session: i64) -> Result<(), Fault> {
        let Self { row, kind, status, members, labels, progress, counted: [turns, files, file_bytes] } = self;
        let name = row.name.as_deref();
        let id = row.session_id.as_str();
        let client = row.client_id.as_deref();
        let orchestrator = row.orchestrator.as_ref().map(AgentId::as_str);
        let search = [id, name.unwrap_or(""), client.unwrap_or(""), orchestrator.unwrap_or("")];
        tx.run(
            "INSERT OR REPLACE INTO summaries (session, kind, status, name, owner, client_id, orchestrator, members,
                 labels, parent, forked_from, forked_revision, created_at, expires_at, ended_at, progress, sort_name,
                 search, questions, turns, files, file_bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                 ?21, ?22)",
            params![
                session,
                kind,
                status,
                name,
                row.owner,
                client,
                orchestrator,
                members,
                labels,
                row.parent.as_ref().map(SessionId::as_str),
                row.forked_from.as_ref().map(|fork| fork.session_id.as_str()),
                row.forked_from.as_ref().map(|fork| int(fork.revision)),
                row.created_at.millis(),
                row.expires_at.map(|time| time.millis()),
                row.ended_at.map(|time| time.millis()),
                progress,
                name.unwrap_or(id).to_lowercase(),
                search.join("\n").to_lowercase(),
                row.open_questions,
                turns,
                files,
                file_bytes,
            ],
        )?;
        Ok(())
    }
}

pub(crate) fn delete(tx: &mut Tx<'_>, session: i64) -> Result<(), Fault> {
    if let Some(old) = old(tx, session)? {
        count(tx, &old.kind, &old.status, -1, old.counted.map(|n| -n))?;
    }
    for sql in [
        "DELETE FROM summaries WHERE session = ?1",
        "DELETE FROM members WHERE session = ?1",
        "DELETE FROM labels WHERE session = ?1",
    ] {
        tx.run(sql, [session])?;
    }
    Ok(())
}

pub(crate) fn counts(connection: &Connection) -> Result<Counts, Fault> {
    let mut statement = connection.prepare_cached("SELECT kind, status, n FROM counts WHERE n > 0")?;
    let rows = statement.query_map([], |row| Ok(((kind(row, 0)?, status(row, 1)?), uint(row, 2)?)))?;
    Ok(Counts { sessions: rows.collect::<Result<_, _>>()? })
}

/// All sessions in numbers, each of which is at hand.
pub(crate) fn stats(connection: &Connection) -> Result<Stats, Fault> {
    let sql = "SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE status = 'active'), 0), coalesce(sum(turns), 0),
                   coalesce(sum(files), 0), coalesce(sum(file_bytes), 0),
                   (SELECT min(created_at) FROM summaries), (SELECT max(created_at) FROM summaries)
               FROM counts";
    Ok(connection.prepare_cached(sql)?.query_row([], read_stats)?)
}

/// Reads a row of numbers.
pub(crate) fn read_stats(row: &Row<'_>) -> rusqlite::Result<Stats> {
    Ok(Stats {
        sessions: uint(row, 0)?,
        active: uint(row, 1)?,
        turns: uint(row, 2)?,
        files: uint(row, 3)?,
        file_bytes: uint(row, 4)?,
        oldest: optional_time(row, 5)?,
        newest: optional_time(row, 6)?,
    })
}

fn old(tx: &Tx<'_>, session: i64) -> Result<Option<Old>, Fault> {
    let old = tx
        .prepare("SELECT kind, status, members, labels, turns, files, file_bytes FROM summaries WHERE session = ?1")?
        .query_row([session], |row| {
            Ok(Old {
                kind: row.get(0)?,
                status: row.get(1)?,
                members: row.get(2)?,
                labels: row.get(3)?,
                counted: [row.get(4)?, row.get(5)?, row.get(6)?],
            })
        });
    Ok(old.optional()?)
}

fn count(tx: &Tx<'_>, kind: &str, status: &str, by: i64, counted: Counted) -> Result<(), Fault> {
    let [turns, files, bytes] = counted;
    tx.run(
        "INSERT INTO counts (kind, status, n, turns, files, file_bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (kind, status) DO UPDATE SET n = n + excluded.n, turns = turns + excluded.turns,
             files = files + excluded.files, file_bytes = file_bytes + excluded.file_bytes",
        (kind, status, by, turns, files, bytes),
    )?;
    Ok(())
}

fn put_members(tx: &Tx<'_>, session: i64, row: &SummaryRow, replace: bool) -> Result<(), Fault> {
    if replace {
        tx.run("DELETE FROM members WHERE session = ?1", [session])?;
    }
    let mut insert = tx.prepare("INSERT OR IGNORE INTO members (session, agent_id) VALUES (?1, ?2)")?;
    for member in &row.members {
        insert.execute((session, member.as_str()))?;
    }
    Ok(())
}

fn put_labels(tx: &Tx<'_>, session: i64, row: &SummaryRow, replace: bool) -> Result<(), Fault> {
    if replace {
        tx.run("DELETE FROM labels WHERE session = ?1", [session])?;
    }
    let mut insert = tx.prepare("INSERT INTO labels (session, key, value) VALUES (?1, ?2, ?3)")?;
    for (key, value) in &row.labels {
        insert.execute((session, key, value))?;
    }
    Ok(())
}
