//! Work on the background's threads, whose failures are problems.

use sessiond_api::{Code, Problem};
use sessiond_background as background;
use tokio::task::JoinHandle;

/// Runs a future on the background's threads, and waits for it from any runtime.
pub async fn run<T: Send + 'static>(
    future: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    background::run(future).await.unwrap_or_else(|_| Err(broken_off()))
}

/// What a task of the background came to.
pub async fn joined<T>(task: JoinHandle<Result<T, Problem>>) -> Result<T, Problem> {
    task.await.unwrap_or_else(|_| Err(broken_off()))
}

/// Runs a future on the background's threads, and blocks this thread until it is done.
pub fn wait<T, E>(future: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Problem> + Send + 'static,
{
    background::wait(future).unwrap_or_else(|_| Err(broken_off().into()))
}

fn broken_off() -> Problem {
    tracing::error!("a task of the background ended before it gave a result");
    Problem::new(Code::Internal, "recording of this execution has stopped with an error")
}
