//! The file of an index: how it is opened, and its format.
//!
//! It has a rollback journal, not a write-ahead log: there is one file for each session, so that deleting it deletes its text; a
//! log would keep removed text until its next checkpoint. Readers wait for a writer only while it commits.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::IndexError;

/// How long a connection tries to get a lock that another has.
const PATIENCE: Duration = Duration::from_secs(5);
/// Marks the file as an index of this program.
const APPLICATION: i32 = 0x7364_6978;
/// The format of the file, and of the terms in it: a change of the segmentation is a change of the format.
const FORMAT: i32 = 2;

const SCHEMA: &str = include_str!("schema.sql");

/// Opens an index. Also says whether it was made by this call.
pub(super) fn open(path: &Path) -> Result<(Connection, bool), IndexError> {
    let failed = |error: std::io::Error| IndexError::from_io(path, &error);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Of two processes that find an old file, only one is to replace it.
    let directory = File::open(parent).map_err(failed)?;
    directory.lock().map_err(failed)?;
    match connect(path).and_then(|connection| Ok((is_present(&connection)?, connection))) {
        Ok((true, connection)) => return Ok((connection, false)),
        Ok((false, _)) => {}
        Err(rusqlite::Error::SqliteFailure(error, _))
            if matches!(
                error.code,
                rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt
            ) => {}
        Err(error) if path.exists() => return Err(IndexError::from_sqlite(path, &error)),
        Err(_) => {}
    }
    remove(path)?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let made = connect(path).and_then(|mut connection| {
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        let transaction = connection.transaction()?;
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.commit()?;
        Ok(connection)
    });
    made.map(|connection| (connection, true)).map_err(|error| IndexError::from_sqlite(path, &error))
}

/// Removes an index with everything that SQLite has beside it.
pub(super) fn remove(path: &Path) -> Result<(), IndexError> {
    for suffix in ["-journal", "-wal", "-shm", ""] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(Path::new(&name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(IndexError::from_io(path, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Text is not to be in files that nobody deletes, nor in what remains of a page.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.pragma_update(None, "cache_size", -8_192)?;
    // A writer keeps its pages until it commits, up to 64 MB, because readers wait once it writes them.
    connection.pragma_update(None, "cache_spill", 16_384)?;
    connection.execute_batch(
        "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, terms, row);
         CREATE VIRTUAL TABLE temp.occurrences USING fts5vocab(main, terms, instance);",
    )?;
    Ok(connection)
}

/// Whether the file has the present format.
fn is_present(connection: &Connection) -> rusqlite::Result<bool> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    Ok(number("application_id")? == APPLICATION && number("user_version")? == FORMAT)
}
