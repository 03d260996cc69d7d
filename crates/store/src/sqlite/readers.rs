//! Readers: connections that only read, beside the writer and beside each other.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection;
use crate::Error;

/// A few connections, opened when they are first needed.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Readers {
    pub(super) fn new(path: PathBuf, connections: usize) -> Arc<Self> {
        Arc::new(Self { path, idle: Mutex::default(), permits: Semaphore::new(connections.max(1)) })
    }

    /// Reads, off the threads that serve. All that `read` sees is of one moment.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _permit = self.permits.acquire().await.map_err(|_| Error::Closed)?;
        let readers = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let idle = readers.idle.lock().pop();
            let connection = match idle {
                Some(connection) => connection,
                None => connection::reader(&readers.path)?,
            };
            connection.prepare_cached("BEGIN")?.execute([])?;
            let result = read(&connection);
            // A connection whose transaction does not end is dropped with it.
            connection.prepare_cached("COMMIT")?.execute([])?;
            if !readers.permits.is_closed() {
                readers.idle.lock().push(connection);
            }
            result
        });
        task.await.map_err(|error| Error::Failed(format!("a read did not end: {error}")))?
    }

    /// Refuses new reads and closes the connections that rest.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().clear();
    }
}
