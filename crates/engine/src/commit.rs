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
        let outcomes = write(&*store, ops).await;
        metrics::histogram!("sessiond_commit_seconds").record(started.elapsed());
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // A caller that no longer waits has nothing to be told.
            let _ = reply.send(outcome);
        }
    }
}

/// Writes a group. When it fails by one of its operations, the others are not to fail with it: each is then written by
/// itself. When the store itself does not take writes, there is no use in that.
async fn write(store: &dyn Store, ops: Vec<Op>) -> Vec<Outcome> {
    let count = ops.len();
    // A group that fails is lost with its operations, so they are kept where there are others to save.
    let kept = if count > 1 { ops.clone() } else { Vec::new() };
    let error = match store.write(ops).await {
        Ok(outcomes) => return outcomes.into_iter().map(Ok).collect(),
        Err(error) => error,
    };
    tracing::error!(%error, "a group of {count} writes failed; none of them is in the store");
    if count == 1 || takes_none(&error) {
        return vec![Err(error); count];
    }
    let mut outcomes = Vec::with_capacity(count);
    for op in kept {
        match store.write(vec![op]).await {
            Ok(mut one) => outcomes.push(one.pop().ok_or(Error::Closed)),
            Err(error) if takes_none(&error) => {
                outcomes.resize(count, Err(error));
                break;
            }
            Err(error) => {
                tracing::error!(%error, "of the writes of that group this one fails");
                outcomes.push(Err(error));
            }
        }
    }
    outcomes
}

/// Whether the store takes no writes at all now.
fn takes_none(error: &Error) -> bool {
    matches!(error, Error::Full | Error::Unavailable(_) | Error::Closed)
}

#[cfg(test)]
mod tests {
    use sessiond_core::{AgentId, SessionId, Timestamp};
    use sessiond_store::Append;
    use sessiond_store_sqlite::{Options, Sqlite};

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_operation_that_fails_takes_none_of_its_group_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = Sqlite::open(dir.path(), Options::default()).unwrap();
        let connect = |name: &str| Op::Connect {
            agent_id: AgentId::parse(format!("test://{name}")).unwrap(),
            now: Timestamp::from_millis(1),
        };
        // It begins a session without an event, which is an error and no refusal.
        let bad = Op::Append(Box::new(Append {
            session_id: SessionId::parse("s").unwrap(),
            expected_revision: 0,
            records: Vec::new(),
            updated_at: Timestamp::from_millis(1),
            summary: None,
            tasks: Vec::new(),
            writes: Vec::new(),
            answers: Vec::new(),
            fires: None,
        }));
        let outcomes = write(&store, vec![connect("a"), bad, connect("b"), connect("a")]).await;
        assert!(matches!(outcomes[0], Ok(Ok(Done::Fence(1)))), "{outcomes:?}");
        assert!(matches!(outcomes[1], Err(Error::Failed(_))), "{outcomes:?}");
        assert!(matches!(outcomes[2], Ok(Ok(Done::Fence(1)))), "{outcomes:?}");
        assert!(matches!(outcomes[3], Ok(Ok(Done::Fence(2)))), "{outcomes:?}");
        store.close().await;
        let outcomes = write(&store, vec![connect("a"), connect("b")]).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Closed))), "{outcomes:?}");
    }
}
