//! Writing sessions' rows in lists, and the counts of sessions.

use rusqlite::{Connection, OptionalExtension, params};
use sessiond_core::{AgentId, SessionId};
use sessiond_store::{Counts, Error, SummaryRow};

use crate::fault::Fault;
use crate::rows::{int, kind, status, uint};
use crate::tx::Tx;

struct Old {
    kind: String,
    status: String,
    members: String,
    labels: String,
}

pub(crate) fn put(tx: &mut Tx<'_>, session: i64, row: &SummaryRow, new: bool) -> Result<(), Fault> {
    let unwritable =
        |error: serde_json::Error| Error::Failed(format!("a row in lists cannot be written: {error}"));
    let members = serde_json::to_string(&row.members).map_err(unwritable)?;
    let labels = serde_json::to_string(&row.labels).map_err(unwritable)?;
    let old = if new { None } else { old(tx, session)? };
    let (kind, status) = (row.kind.as_str(), row.status.as_str());
    if old.as_ref().is_none_or(|old| old.kind != kind || old.status != status) {
        if let Some(old) = &old {
            count(tx, &old.kind, &old.status, -1)?;
        }
        count(tx, kind, status, 1)?;
    }
    if old.as_ref().is_none_or(|old| old.members != members) {
        put_members(tx, session, row, old.is_some())?;
    }
    if old.as_ref().is_none_or(|old| old.labels != labels) {
        put_labels(tx, session, row, old.is_some())?;
    }
    let name = row.name.as_deref();
    let id = row.session_id.as_str();
    let client = row.client_id.as_deref();
    let orchestrator = row.orchestrator.as_ref().map(AgentId::as_str);
    let search = [id, name.unwrap_or(""), client.unwrap_or(""), orchestrator.unwrap_or("")];
    tx.run(
        "INSERT OR REPLACE INTO summaries (session, kind, status, name, owner, client_id, orchestrator, members,
             labels, parent, forked_from, forked_revision, created_at, expires_at, ended_at, steps_done, steps,
             tasks_done, tasks, sort_name, search)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
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
            row.steps.0,
            row.steps.1,
            row.tasks.0,
            row.tasks.1,
            name.unwrap_or(id).to_lowercase(),
            search.join("\n").to_lowercase(),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx<'_>, session: i64) -> Result<(), Fault> {
    if let Some(old) = old(tx, session)? {
        count(tx, &old.kind, &old.status, -1)?;
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

fn old(tx: &Tx<'_>, session: i64) -> Result<Option<Old>, Fault> {
    let old = tx
        .prepare("SELECT kind, status, members, labels FROM summaries WHERE session = ?1")?
        .query_row([session], |row| {
            Ok(Old { kind: row.get(0)?, status: row.get(1)?, members: row.get(2)?, labels: row.get(3)? })
        });
    Ok(old.optional()?)
}

fn count(tx: &Tx<'_>, kind: &str, status: &str, by: i64) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO counts (kind, status, n) VALUES (?1, ?2, ?3)
         ON CONFLICT (kind, status) DO UPDATE SET n = n + excluded.n",
        (kind, status, by),
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
