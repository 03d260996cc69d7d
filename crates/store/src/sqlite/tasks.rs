//! Rows of tasks: which session a task belongs to, and what an agent has to do.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sessiond_core::TaskId;

use super::cursor;
use super::lists::{self, Filter};
use super::rows::{name, task_status};
use super::writer::Tx;
use crate::{Error, Page, TaskQuery, TaskRow};

pub(super) fn put(tx: &mut Tx<'_>, session: i64, task: &TaskRow) -> Result<(), Error> {
    tx.run(
        "INSERT INTO tasks (task_id, session, assignee, status) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (task_id) DO UPDATE SET assignee = excluded.assignee, status = excluded.status
         WHERE session = excluded.session",
        params![task.task_id.as_str(), session, task.assignee.as_str(), task.status.as_str()],
    )?;
    Ok(())
}

pub(super) fn get(connection: &Connection, task_id: &TaskId) -> Result<Option<TaskRow>, Error> {
    let sql = "SELECT t.task, t.task_id, s.id, t.assignee, t.status
               FROM tasks t JOIN sessions s ON s.session = t.session WHERE t.task_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([task_id.as_str()], task).optional()?)
}

pub(super) fn list(connection: &Connection, query: &TaskQuery) -> Result<Page<TaskRow>, Error> {
    let mut filter = Filter::default();
    if let Some((owner, agents)) = &query.visible_to {
        lists::visible(connection, &mut filter, owner, agents)?;
    }
    if let Some(assignee) = &query.assignee {
        filter.and("t.assignee = ?", [assignee.as_str().to_owned()]);
    }
    if let Some(status) = query.status {
        filter.and("t.status = ?", [status.as_str().to_owned()]);
    }
    if let Some(text) = &query.cursor {
        filter.and("t.task < ?", [cursor::number(text, "t")?]);
    }
    let sql = format!(
        "SELECT t.task, t.task_id, h.id, t.assignee, t.status FROM tasks t
         JOIN sessions h ON h.session = t.session JOIN summaries s ON s.session = t.session {} ORDER BY t.task DESC LIMIT ?",
        filter.clause()
    );
    filter.page(connection, &sql, query.limit, |row| Ok((task(row)?, cursor::of_number("t", row.get(0)?))))
}

fn task(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    Ok(TaskRow {
        task_id: name(row, 1)?,
        session_id: name(row, 2)?,
        assignee: name(row, 3)?,
        status: task_status(row, 4)?,
    })
}
