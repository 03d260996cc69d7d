//! Opening connections: the file and its rights, and the settings that durability and speed rest on.

use std::cell::Cell;
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use sessiond_store::Error;

use crate::fault::Fault;
use crate::rows::int;
use crate::schema;

/// How long a connection tries to get a lock that another process has.
const PATIENCE: Duration = Duration::from_secs(5);
/// Every statement of the store stays prepared, and so do the usual lists.
const STATEMENTS: usize = 256;
/// Pages are of 4 KiB, the disk's own unit.
const PAGE_BYTES: u32 = 4096;

/// Makes the directory and the file, for their owner alone. SQLite gives its other files the rights of this one.
pub(crate) fn make(dir: &Path, file: &Path) -> Result<(), Fault> {
    let failed = |path: &Path, error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull => Error::Full,
        _ => Error::Failed(format!("{} cannot be opened: {error}", path.display())),
    };
    if dir.exists() && !dir.is_dir() {
        return Err(Error::Failed(format!("{} is not a directory: use another path", dir.display())).into());
    }
    if !dir.is_dir() {
        let mut builder = DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(dir);
        made.map_err(|error| failed(dir, error))?;
    }
    complete(file)?;
    if file.exists() {
        return Ok(());
    }
    let mut options = OpenOptions::new();
    let made = options.write(true).create(true).truncate(false).mode(0o600).open(file);
    made.map_err(|error| failed(file, error))?;
    // The names, too, are to survive a loss of power. The directory's own name is its parent's business, which may be
    // closed to this process.
    let synced = File::open(dir).and_then(|dir| dir.sync_all());
    synced.map_err(|error| failed(dir, error))?;
    if let Some(parent) = dir.canonicalize().ok().as_deref().and_then(Path::parent)
        && let Ok(parent) = File::open(parent)
    {
        let _ = parent.sync_all();
    }
    Ok(())
}

/// The write-ahead log of a database.
fn log(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Refuses a log without its database: SQLite would drop the log, and with it what was acknowledged.
fn complete(file: &Path) -> Result<(), Error> {
    let bytes = |path: &Path| path.metadata().map_or(0, |metadata| metadata.len());
    let log = log(file);
    if bytes(file) > 0 || bytes(&log) == 0 {
        return Ok(());
    }
    Err(Error::Failed(format!(
        "{} is missing or empty, but {} still has data that belongs to it: restore both from a backup, or move {} away \
         to begin with an empty store",
        file.display(),
        log.display(),
        log.display()
    )))
}

/// The store's files as they were when they were opened, to notice that they were removed or replaced.
pub(crate) struct Files {
    file: PathBuf,
    log: PathBuf,
    /// Device and number of each file. The log's is known once it is there.
    opened: (u64, u64),
    opened_log: Cell<Option<(u64, u64)>>,
}

impl Files {
    pub(crate) fn of(file: &Path) -> Result<Self, Fault> {
        let gone = || Error::Failed(format!("{} is gone", file.display()));
        let opened = identity(file).ok_or_else(gone)?;
        Ok(Self { file: file.to_owned(), log: log(file), opened, opened_log: Cell::default() })
    }

    /// Whether the files are where they were. The caller has begun a transaction, so the log exists.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let log = identity(&self.log);
        if self.opened_log.get().is_none() {
            self.opened_log.set(log);
        }
        let (path, same) = match identity(&self.file) {
            Some(present) if present == self.opened => (&self.log, log == self.opened_log.get()),
            _ => (&self.file, false),
        };
        if same {
            return Ok(());
        }
        Err(Error::Failed(format!(
            "{} was removed or replaced while it was in use: restore it and start again",
            path.display()
        )))
    }
}

fn identity(file: &Path) -> Option<(u64, u64)> {
    file.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Refuses a database that this process may only read: SQLite would open it all the same, and fail at each write.
fn writable(connection: &Connection, file: &Path) -> Result<(), Error> {
    match connection.is_readonly("main") {
        Ok(false) => Ok(()),
        _ => Err(Error::Failed(format!(
            "{} cannot be written: give this user the right to it",
            file.display()
        ))),
    }
}

/// The connection that writes. It brings the format up to date.
pub(crate) fn writer(file: &Path, max_bytes: Option<u64>) -> Result<Connection, Fault> {
    let mut connection = open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    writable(&connection, file)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    schema::check(&connection)?;
    write_ahead(&connection)?;
    // FULL syncs the log at each commit. That is what makes an acknowledged write survive a loss of power.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // What is deleted is overwritten: people rely on it.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    if let Some(bytes) = max_bytes {
        connection.pragma_update(None, "max_page_count", int(bytes.div_ceil(PAGE_BYTES.into())))?;
    }
    schema::migrate(&mut connection)?;
    Ok(connection)
}

/// A connection that reads.
pub(crate) fn reader(file: &Path) -> Result<Connection, Fault> {
    let connection = open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

fn open(file: &Path, mode: OpenFlags) -> Result<Connection, Fault> {
    // A connection is used by one thread at a time, so SQLite need not lock it.
    let mut connection = Connection::open_with_flags(file, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    set_patient(&mut connection, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Has a connection wait for the locks of others, or not.
pub(crate) fn set_patient(connection: &mut Connection, is_patient: bool) -> rusqlite::Result<()> {
    let handler: fn(i32) -> bool = wait;
    connection.busy_handler(is_patient.then_some(handler))
}

/// Turns the write-ahead log on, once for ever. SQLite does not wait for a lock here, so this does.
fn write_ahead(connection: &Connection) -> Result<(), Fault> {
    let mut tries = 0;
    loop {
        let mode =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode.map_err(|error| Fault::from(error).0) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let detail = format!(
                    "its file system has no shared memory, so the journal is '{mode}': use a local disk"
                );
                return Err(Error::Failed(detail).into());
            }
            Err(Error::Unavailable(_)) if wait(tries) => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Waits for another process's lock: often at first, because a commit takes less than a millisecond. SQLite's own
/// handler soon sleeps for 100 ms, in which the other may commit a hundred times.
fn wait(tries: i32) -> bool {
    let pause = if tries < 100 { 200 } else { 1_000 };
    std::thread::sleep(Duration::from_micros(pause));
    Duration::from_millis(u64::try_from(tries).unwrap_or(0)) < PATIENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_can_only_be_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(crate::FILE);
        make(dir.path(), &file).unwrap();
        drop(writer(&file, None).unwrap());
        // A process of the superuser may write whatever the file's rights say, so the connection is made to read only.
        let refused = writable(&reader(&file).unwrap(), &file).unwrap_err().to_string();
        assert!(refused.contains("cannot be written"), "{refused}");
    }
}
