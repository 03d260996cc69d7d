//! The format of the database file: numbered SQL files, and the number of the last one that was applied.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sessiond_store::{Done, Error};

use crate::fault::{Fault, damaged};
use crate::tx::{Outcome, Tx};

/// The files, in order. A file that was released is never changed: a change of format is a new file.
const FILES: &[&str] = &[
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
    include_str!("schema/0007.sql"),
];

/// The format that this program writes.
pub(crate) const FORMAT: u32 = FILES.len() as u32;

/// Refuses a store that a newer program wrote, before anything in it is changed.
pub(crate) fn check(connection: &Connection) -> Result<(), Fault> {
    match format(connection)? {
        found if found > FORMAT => Err(Error::Newer { found, known: FORMAT }.into()),
        _ => Ok(()),
    }
}

/// Refuses a database of any format but the present one.
pub(crate) fn check_present(connection: &Connection) -> Result<(), Fault> {
    check(connection)?;
    match format(connection)? {
        FORMAT => Ok(()),
        found => {
            Err(Error::Failed(format!("the store has format {found}, which only a writer brings up to date"))
                .into())
        }
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

/// Writes a row that nobody reads.
pub(crate) fn probe(tx: &Tx<'_>) -> Outcome {
    // SQLite writes nothing for a value that stays what it was.
    tx.run(
        "INSERT INTO meta (key, value) VALUES ('probes', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1",
        [],
    )?;
    Ok(Ok(Done::Ok))
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
    use sessiond_store::{ListQuery, Lists, Sort, Visibility};

    use super::*;
    use crate::{FILE, Options, Sqlite};

    /// A session of the first format: id, kind, status, steps done and all, tasks done and all, and the events of its calls.
    type First<'a> = (&'a str, &'a str, &'a str, [u32; 4], &'a [&'a str]);

    /// A store as the first format has it.
    fn first_format(file: &std::path::Path, sessions: &[First<'_>]) {
        let connection = Connection::open(file).unwrap();
        connection.execute_batch(FILES[0]).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
                 INSERT INTO meta (key, value) VALUES ('format', 1);",
            )
            .unwrap();
        for (id, kind, status, [steps_done, steps, tasks_done, tasks], events) in sessions {
            connection
                .execute("INSERT INTO sessions (revision, first, updated_at, id) VALUES (7, 1, 7, ?1)", [id])
                .unwrap();
            connection
                .execute(
                    "INSERT INTO summaries (session, kind, status, owner, members, labels, created_at, steps_done,
                         steps, tasks_done, tasks, sort_name, search)
                     VALUES (last_insert_rowid(), ?2, ?7, 'o', '[]', '{}', 5, ?3, ?4, ?5, ?6, ?1, ?1)",
                    (id, kind, steps_done, steps, tasks_done, tasks, status),
                )
                .unwrap();
            for (seq, event) in (1_u32..).zip(*events) {
                let insert = "INSERT INTO events (session, seq, event) SELECT session, ?2, ?3 FROM sessions WHERE id = ?1";
                connection.execute(insert, (id, seq, event)).unwrap();
            }
        }
    }

    #[tokio::test]
    async fn steps_and_tasks_of_the_first_format_become_progress() {
        let dir = tempfile::tempdir().unwrap();
        // The first process leaves call 3 open, the second one calls 4 and 6.
        let calls: &[&str] = &[
            r#"{"seq":1,"type":"session_created","data":{"calls":[{"call":99}]}}"#,
            r#"{"seq":2,"type":"execution_began","data":{"writer":1,"process":"p"}}"#,
            r#"{"seq":3,"type":"calls_recorded","data":{"calls":[{"call":1,"node":"n"},{"call":2,"node":"n","status":"failed"}]}}"#,
            r#"{"seq":4,"type":"calls_recorded","data":{"calls":[{"call":1,"status":"timeout"},{"call":3,"node":"n"}]}}"#,
            r#"{"seq":5,"type":"execution_began","data":{"writer":2,"process":"p"}}"#,
            r#"{"seq":6,"type":"calls_recorded","data":{"calls":[{"call":4,"node":"n"},{"call":5,"node":"n"},{"call":6,"node":"n"}]}}"#,
            r#"{"seq":7,"type":"calls_recorded","data":{"calls":[{"call":5,"status":"completed"}]}}"#,
        ];
        let sessions: [(_, _, _, _, &[&str]); 7] = [
            ("a-plan", "workflow", "active", [1, 3, 4, 5], &[]),
            ("b-steps", "workflow", "completed", [2, 2, 0, 0], &[]),
            ("c-tasks", "assistant", "active", [0, 0, 1, 2], &[]),
            ("d-calls", "execution", "active", [0, 0, 0, 0], calls),
            ("e-ended-calls", "execution", "failed", [0, 0, 0, 0], calls),
            ("f-no-calls", "execution", "completed", [0, 0, 0, 0], &calls[..2]),
            ("g-calls-and-tasks", "execution", "completed", [0, 0, 1, 2], calls),
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
            vec![Progress { failed: 2, ..of("calls", 4, 6) }],
            vec![Progress { failed: 2, ..of("calls", 6, 6) }],
            vec![],
            vec![Progress { failed: 2, ..of("calls", 6, 6) }, of("tasks", 1, 2)],
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

    #[tokio::test]
    async fn turns_that_the_fifth_format_has_in_its_progress_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        let connection = Connection::open(dir.path().join(FILE)).unwrap();
        FILES[..5].iter().for_each(|file| connection.execute_batch(file).unwrap());
        connection
            .execute_batch(
                r#"CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
                 INSERT INTO meta (key, value) VALUES ('format', 5);
                 INSERT INTO sessions (session, revision, first, updated_at, id)
                     VALUES (1, 7, 1, 7, 'a'), (2, 7, 1, 7, 'b'), (3, 7, 1, 7, 'c');
                 INSERT INTO summaries (session, kind, status, owner, members, labels, created_at, progress, sort_name, search)
                     VALUES (1, 'assistant', 'active', 'o', '[]', '{}', 5,
                             '[{"unit":"turns","done":1,"total":2,"failed":0},{"unit":"tasks","done":1,"total":9,"failed":0}]', 'a', 'a'),
                            (2, 'assistant', 'active', 'o', '[]', '{}', 6, '[{"unit":"turns","done":3,"total":3,"failed":0}]', 'b', 'b'),
                            (3, 'assistant', 'active', 'p', '[]', '{}', 7, '[]', 'c', 'c');
                 INSERT INTO counts (kind, status, n) VALUES ('assistant', 'active', 3), ('workflow', 'active', 0);"#,
            )
            .unwrap();
        drop(connection);
        let store = Sqlite::open(dir.path(), Options::default()).unwrap();
        let (all, own) = (
            store.stats(None).await.unwrap(),
            store.stats(Some(Visibility { owner: "o".into(), agents: vec![] })).await.unwrap(),
        );
        assert_eq!((all.sessions, all.active, all.turns), (3, 3, 5));
        assert_eq!((own.sessions, own.active, own.turns), (2, 2, 5));
        let rows =
            store.list(ListQuery { sort: Sort::Name, limit: 9, ..ListQuery::default() }).await.unwrap();
        assert_eq!(rows.items.iter().map(|row| row.turns).collect::<Vec<_>>(), [2, 3, 0]);
    }
}
