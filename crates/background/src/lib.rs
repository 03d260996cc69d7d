//! The threads of this process on which background work runs. They belong to the process, not to the runtime of a caller,
//! so that what is recorded outlives the runtime in which it was made.
//!
//! A process that is forked from this one has none of its threads. It gets threads of its own when it first needs them;
//! [`PerProcess`] does the same for other values.

mod process;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

pub use process::{Origin, PerProcess, forked};

static RUNTIME: PerProcess<Runtime> = PerProcess::new();

/// The background work ended before it gave a result: it panicked, or the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the background work ended before it gave a result")]
pub struct BrokenOff;

/// The background's runtime.
pub fn handle() -> Handle {
    let runtime = RUNTIME.get(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("sessiond")
            .enable_all()
            .build()
            .expect("a process that cannot start a thread cannot record")
    });
    runtime.handle().clone()
}

/// Runs a future on the background's threads.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    handle().spawn(future)
}

/// Runs blocking work on a thread of the background that may block.
pub fn spawn_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    handle().spawn_blocking(work)
}

/// Runs a future on the background's threads, and waits for it from any runtime.
pub async fn run<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> Result<T, BrokenOff> {
    spawn(future).await.map_err(|_| BrokenOff)
}

/// Runs a future on the background's threads, and blocks this thread until it is done.
pub fn wait<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Result<T, BrokenOff> {
    let (done, result) = std::sync::mpsc::sync_channel(1);
    spawn(async move {
        let _ = done.send(future.await);
    });
    result.recv().map_err(|_| BrokenOff)
}
