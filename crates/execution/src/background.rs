//! The threads that write what is recorded. They belong to the process, not to whichever runtime a caller has, so a
//! record outlives the runtime that it was made in.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;

use parking_lot::Mutex;
use sessiond_api::{Code, Problem};
use sessiond_client::Client;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

use crate::config::Server;
use crate::spool::Spool;

/// The runtime of this process, and the engines that it runs.
struct Background {
    process: u32,
    runtime: Arc<Runtime>,
    stores: Arc<Stores>,
}

/// The stores that this process has open.
#[derive(Default)]
struct Stores {
    engines: Mutex<HashMap<PathBuf, Client>>,
    spools: Mutex<HashMap<PathBuf, Arc<Spool>>>,
    /// Two that open one spool at a time would each find the other's lock on what waits in it.
    opening: tokio::sync::Mutex<()>,
}

static BACKGROUND: Mutex<Option<Background>> = Mutex::new(None);

fn background() -> (Arc<Runtime>, Arc<Stores>) {
    let mut background = BACKGROUND.lock();
    if let Some(known) = background.take() {
        if known.process == process::id() {
            let handles = (known.runtime.clone(), known.stores.clone());
            *background = Some(known);
            return handles;
        }
        // This is a forked process: the threads stayed with its parent, and there is nobody here to end them.
        std::mem::forget(known);
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("sessiond")
        .enable_all()
        .build()
        .expect("a process that cannot start a thread cannot record");
    let new = Background { process: process::id(), runtime: Arc::new(runtime), stores: Arc::default() };
    let handles = (new.runtime.clone(), new.stores.clone());
    *background = Some(new);
    handles
}

/// Runs a future on the background's threads.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    background().0.spawn(future)
}

/// Runs what may hold up its thread on a thread of the background that may be held up.
pub fn spawn_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    background().0.spawn_blocking(work)
}

/// Runs a future on the background's threads, and waits for it from any runtime.
pub async fn run<T: Send + 'static>(
    future: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    spawn(future).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a task of the background ended");
        Err(Problem::new(Code::Internal, "the recording of this execution broke off"))
    })
}

/// Runs a future on the background's threads, and holds up this thread until it is done.
pub fn wait<T, E>(future: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Problem> + Send + 'static,
{
    let (done, result) = std::sync::mpsc::sync_channel(1);
    spawn(async move {
        let _ = done.send(future.await);
    });
    result.recv().unwrap_or_else(|_| {
        Err(Problem::new(Code::Internal, "the recording of this execution broke off").into())
    })
}

/// The background's runtime.
pub fn handle() -> Handle {
    background().0.handle().clone()
}

/// The engine of this process on the store in `dir`; all executions of a process share it.
pub async fn engine(dir: &Path) -> Result<Client, Problem> {
    let dir = made(dir)?;
    let stores = background().1;
    if let Some(client) = stores.engines.lock().get(&dir) {
        return Ok(client.clone());
    }
    run(async move {
        let client = Client::open(&dir).await?;
        Ok(stores.engines.lock().entry(dir).or_insert(client).clone())
    })
    .await
}

/// The spool of this process for a server, in a program's directory.
pub async fn spool(dir: &Path, server: &Server) -> Result<Arc<Spool>, Problem> {
    let path = made(&Spool::path(dir, server))?;
    let stores = background().1;
    if let Some(spool) = stores.spools.lock().get(&path) {
        return Ok(spool.clone());
    }
    let server = server.clone();
    run(async move {
        let _opening = stores.opening.lock().await;
        if let Some(spool) = stores.spools.lock().get(&path) {
            return Ok(spool.clone());
        }
        let spool = Spool::open(path.clone(), &server).await?;
        stores.spools.lock().insert(path, spool.clone());
        Ok(spool)
    })
    .await
}

/// A directory by its one name, made when it is missing.
fn made(dir: &Path) -> Result<PathBuf, Problem> {
    std::fs::create_dir_all(dir).map_err(|error| {
        Problem::new(Code::Internal, format!("cannot make the directory {}: {error}", dir.display()))
    })?;
    dir.canonicalize().map_err(|error| {
        Problem::new(Code::Internal, format!("cannot open the directory {}: {error}", dir.display()))
    })
}

/// Closes the engines of this process. What is recorded must be closed before.
pub async fn close() {
    let stores = background().1;
    let spools: Vec<Arc<Spool>> = stores.spools.lock().drain().map(|(_, spool)| spool).collect();
    for spool in spools {
        let _ = run(async move {
            spool.close().await;
            Ok(())
        })
        .await;
    }
    let engines: Vec<Client> = stores.engines.lock().drain().map(|(_, client)| client).collect();
    for client in engines {
        let _ = run(async move {
            client.close().await;
            Ok(())
        })
        .await;
    }
}
