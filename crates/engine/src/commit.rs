//! Group commit: what waits while one transaction is made durable goes into the next one together.

use std::sync::Arc;

use sessiond_store::{Done, Error, Op, Refusal, Store};
use tokio::sync::{mpsc, oneshot};

/// The most operations in one transaction. More would only make the first of them wait longer.
const GROUP: usize = 1024;
/// Operations that may wait; a caller beyond that waits itself.
const QUEUE: usize = 8192;

/// What became of an operation.
pub(crate) type Outcome = Result<Result<Done, Refusal>, Error>;

struct Job {
    op: Op,
    reply: oneshot::Sender<Outcome>,
}

/// A handle on the committer; cheap to clone.
#[derive(Clone)]
pub(crate) struct Committer {
    jobs: mpsc::Sender<Job>,
}

/// An operation on its way to the disk.
pub(crate) struct Pending(oneshot::Receiver<Outcome>);

impl Pending {
    /// Waits until the operation is durable or refused.
    pub(crate) async fn done(self) -> Outcome {
        self.0.await.unwrap_or(Err(Error::Closed))
    }
}

impl Committer {
    /// Starts the committer of a store. It ends when the last handle is dropped.
    pub(crate) fn start(store: Arc<dyn Store>) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        tokio::spawn(run(store, queue));
        Self { jobs }
    }

    /// Hands an operation in. Operations that one task hands in one after the other take effect in that order.
    pub(crate) async fn submit(&self, op: Op) -> Pending {
        let (reply, outcome) = oneshot::channel();
        // A committer that is gone drops the sender, which the receiver reports as closed.
        let _ = self.jobs.send(Job { op, reply }).await;
        Pending(outcome)
    }

    /// Hands an operation in and waits until it is durable or refused.
    pub(crate) async fn write(&self, op: Op) -> Outcome {
        self.submit(op).await.done().await
    }
}

async fn run(store: Arc<dyn Store>, mut queue: mpsc::Receiver<Job>) {
    let mut jobs = Vec::new();
    while queue.recv_many(&mut jobs, GROUP).await > 0 {
        let (ops, replies): (Vec<_>, Vec<_>) = jobs.drain(..).map(|job| (job.op, job.reply)).unzip();
        metrics::histogram!("sessiond_commit_operations").record(ops.len() as f64);
        let started = std::time::Instant::now();
        let outcomes = store.write(ops).await;
        metrics::histogram!("sessiond_commit_seconds").record(started.elapsed());
        match outcomes {
            Ok(outcomes) => {
                for (reply, outcome) in replies.into_iter().zip(outcomes) {
                    // A caller that no longer waits has nothing to be told.
                    let _ = reply.send(Ok(outcome));
                }
            }
            Err(error) => {
                tracing::error!(%error, "a group of {} writes failed; none of them is in the store", replies.len());
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }
}
