//! Readers: connections that only read, beside the writer and beside each other.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use sessiond_store::Error;
use tokio::sync::Semaphore;

use crate::fault::Fault;
use crate::{connection, forks};

/// A few connections, opened when they are first needed.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    connections: u32,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, connections: usize) -> Arc<Self> {
        let connections = u32::try_from(connections.max(1)).unwrap_or(u32::MAX);
        let permits = Arc::new(Semaphore::new(connections as usize));
        Arc::new(Self { path, idle: Mutex::default(), permits, connections })
    }

    /// Reads, off the threads that serve. All that `read` sees is of one moment.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| Error::Closed)?;
        let readers = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            // The read goes on when nobody waits for it any more, and counts until it ends.
            let _permit = permit;
            let _use = forks::enter();
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
        let result = task.await.map_err(|error| Error::Failed(format!("a read did not end: {error}")))?;
        Ok(result?)
    }

    /// Waits for the reads that have begun, refuses new ones and closes the connections.
    pub(crate) async fn end(&self) {
        // They have been refused already when there is no permit to be had.
        let _all = self.permits.acquire_many(self.connections).await;
        self.close();
    }

    /// Refuses new reads and closes the connections that rest.
    pub(crate) fn close(&self) {
        self.permits.close();
        self.idle.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::{FILE, Options, Sqlite};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_read_that_nobody_waits_for_counts_until_it_ends() {
        let dir = tempfile::tempdir().unwrap();
        let _store = Sqlite::open(dir.path(), Options::default()).unwrap();
        let readers = Readers::new(dir.path().join(FILE), 1);
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (release, released) = mpsc::channel::<()>();
        let first = readers.clone();
        let reading = tokio::spawn(async move {
            let read = first.read(move |_| {
                let _ = begun.send(());
                let _ = released.recv();
                Ok(())
            });
            read.await
        });
        begins.await.unwrap();
        reading.abort();
        assert!(reading.await.unwrap_err().is_cancelled());
        let second = readers.read(|_| Ok(2));
        tokio::pin!(second);
        let early = tokio::time::timeout(Duration::from_millis(200), &mut second).await;
        assert!(early.is_err(), "two reads run at once");
        release.send(()).unwrap();
        assert_eq!(second.await.unwrap(), 2);
        assert_eq!(readers.idle.lock().len(), 1);
    }
}
