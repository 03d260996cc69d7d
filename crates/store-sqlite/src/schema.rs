//! The format of the database file: numbered SQL files, and the number of the last one that was applied.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sessiond_store::Error;

use crate::fault::{Fault, damaged};

/// The files, in order. A file that was released is never changed: a change of format is a new file.
const FILES: &[&str] = &[include_str!("schema/0001.sql")];

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
