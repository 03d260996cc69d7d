//! Rows of tasks: which session a task belongs to, and what an agent has to do.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sessiond_core::TaskId;
use sessiond_store::{Error, Page, TaskQuery, TaskRow, Tasks};

use crate::Sqlite;
use crate::cursor;
use crate::fault::Fault;
use crate::lists::{self, Filter};
use crate::rows::{name, task_status};
use crate::tx::Tx;

#[async_trait]
impl Tasks for Sqlite {
    async fn task(&self, task_id: &TaskId) -> Result<Option<TaskRow>, Error> {
        let id = task_id.clone();
        self.readers.read(move |connection| get(connection, &id)).await
    }

    async fn tasks(&self, query: TaskQuery) -> Result<Page<TaskRow>, Error> {
        self.readers.read(move |connection| list(connection, &query)).await
    }
}

pub(crate) fn put(tx: &mut Tx<'_>, session: i64, task: &TaskRow) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO tasks (task_id, session, assignee, status) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (task_id) DO UPDATE SET assignee = excluded.assignee, status = excluded.status
         WHERE session = excluded.session",
        params![task.task_id.as_str(), session, task.assignee.as_str(), task.status.as_str()],
    )?;
    Ok(())
}

pub(crate) fn get(connection: &Connection, task_id: &TaskId) -> Result<Option<TaskRow>, Fault> {
    let sql = "SELECT t.task, t.task_id, s.id, t.assignee, t.status
               FROM tasks t JOIN sessions s ON s.session = t.session WHERE t.task_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([task_id.as_str()], task).optional()?)
}

pub(crate) fn list(connection: &Connection, query: &TaskQuery) -> Result<Page<TaskRow>, Fault> {
    let mut filter = Filter::default();
    if let Some(visibility) = &query.visible_to {
        lists::visible(connection, &mut filter, visibility)?;
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
