//! The format of the database file: numbered SQL files, and the number of the last one that was applied.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sessiond_store::Error;

use crate::fault::{Fault, damaged};

/// The files, in order. A file that was released is never changed: a change of format is a new file.
const FILES: &[&str] = &[include_str!("schema/0001.sql"), include_str!("schema/0002.sql")];

/// The format that this program writes.
pub(crate) const FORMAT: u32 = FILES.len() as u32;

/// Refuses a store that a newer program wrote, before anything in it is changed.
pub(crate) fn check(connection: &Connection) -> Result<(), Fault> {
    match format(connection)? {
        found if found > FORMAT => Err(Error::Newer { found, known: FORMAT }.into()),
        _ => Ok(()),
    }
}

/// Brings the database to the present format. Two processes may try at once: the second finds it done.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), Fault> {
    if format(connection)? == FORMAT {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = format(&transaction)?;
    if found > FORMAT {
        return Err(Error::Newer { found, known: FORMAT }.into());
    }
    for file in &FILES[found as usize..] {
        transaction.execute_batch(file)?;
    }
    transaction
        .execute_batch("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID")?;
    transaction.execute(
        "INSERT INTO meta (key, value) VALUES ('format', ?1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [FORMAT],
    )?;
    Ok(transaction.commit()?)
}

/// The format of the store; 0 when it is empty.
fn format(connection: &Connection) -> Result<u32, Fault> {
    let has_meta = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'";
    if connection.query_row(has_meta, [], |_| Ok(())).optional()?.is_none() {
        return Ok(0);
    }
    connection
        .query_row("SELECT value FROM meta WHERE key = 'format'", [], |row| row.get(0))
        .optional()?
        .ok_or_else(|| damaged("it does not say which format it has").into())
}

#[cfg(test)]
mod tests {
    use sessiond_core::Progress;
    use sessiond_store::{ListQuery, Lists, Sort};

    use super::*;
    use crate::{FILE, Options, Sqlite};

    /// A store as the first format has it, with these sessions: id, kind, steps done and all, tasks done and all.
    fn first_format(file: &std::path::Path, sessions: &[(&str, &str, [u32; 4])]) {
        let connection = Connection::open(file).unwrap();
        connection.execute_batch(FILES[0]).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
                 INSERT INTO meta (key, value) VALUES ('format', 1);",
            )
            .unwrap();
        for (id, kind, [steps_done, steps, tasks_done, tasks]) in sessions {
            connection
                .execute("INSERT INTO sessions (revision, first, updated_at, id) VALUES (7, 1, 7, ?1)", [id])
                .unwrap();
            connection
                .execute(
                    "INSERT INTO summaries (session, kind, status, owner, members, labels, created_at, steps_done,
                         steps, tasks_done, tasks, sort_name, search)
                     VALUES (last_insert_rowid(), ?2, 'active', 'o', '[]', '{}', 5, ?3, ?4, ?5, ?6, ?1, ?1)",
                    (id, kind, steps_done, steps, tasks_done, tasks),
                )
                .unwrap();
        }
    }

    #[tokio::test]
    async fn steps_and_tasks_of_the_first_format_become_progress() {
        let dir = tempfile::tempdir().unwrap();
        let sessions = [
            ("a-plan", "workflow", [1, 3, 4, 5]),
            ("b-steps", "workflow", [2, 2, 0, 0]),
            ("c-tasks", "assistant", [0, 0, 1, 2]),
            ("d-calls", "execution", [0, 0, 0, 0]),
        ];
        first_format(&dir.path().join(FILE), &sessions);
        let of = |unit: &'static str, done, total| Progress {
            unit: unit.into(),
            done,
            total: Some(total),
            failed: 0,
        };
        let expected = [
            vec![of("steps", 1, 3), of("tasks", 4, 5)],
            vec![of("steps", 2, 2)],
            vec![of("tasks", 1, 2)],
            vec![],
        ];
        // The second opening finds the store as it is now.
        for _ in 0..2 {
            let store = Sqlite::open(dir.path(), Options::default()).unwrap();
            let query = ListQuery { sort: Sort::Name, limit: 9, ..ListQuery::default() };
            let rows = store.list(query).await.unwrap().items;
            let found: Vec<_> = rows.into_iter().map(|row| row.progress).collect();
            assert_eq!(found, expected);
        }
        let connection = Connection::open(dir.path().join(FILE)).unwrap();
        assert_eq!(format(&connection).unwrap(), FORMAT);
    }
}
