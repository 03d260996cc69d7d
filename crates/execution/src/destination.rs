//! The session that a record is written to.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_client::{Call, Client};
use sessiond_core::{CallEntry, SessionId};
use tokio::sync::Mutex;

use crate::ambient;
use crate::context::Context;

/// Finds the session when something is first written, and writes batches to it in order.
#[derive(Clone)]
pub struct Destination {
    client: Client,
    id: SessionId,
    context: Context,
    opened: Arc<Mutex<Opened>>,
}

enum Opened {
    /// Not yet; this is how.
    Not(Box<Opening>),
    /// It has ended well: it is read, and not written.
    Ended,
    /// As this writer, which has written so many batches.
    As { writer: u64, batch: u64 },
}

/// How the session is found.
pub struct Opening {
    /// Under which a repeat of the request is known.
    pub key: String,
    /// The session to make; none when it is there.
    pub create: Option<api::CreateSession>,
    /// Who writes.
    pub process: String,
    /// The last call that is kept of what is recorded.
    pub keep: Option<u64>,
}

impl Destination {
    /// A session, which is made or taken up when [`Destination::open`] or a batch first needs it.
    pub fn new(client: Client, id: SessionId, context: Context, opening: Opening) -> Self {
        Self { client, id, context, opened: Arc::new(Mutex::new(Opened::Not(Box::new(opening)))) }
    }

    /// A session that has ended well, and is only read.
    pub fn ended(client: Client, id: SessionId) -> Self {
        Self { client, id, context: Context::default(), opened: Arc::new(Mutex::new(Opened::Ended)) }
    }

    /// Makes the session, or takes it up, unless that was done.
    pub async fn open(&self) -> Result<(), Problem> {
        let mut opened = self.opened.lock().await;
        if matches!(*opened, Opened::Ended) {
            return Ok(());
        }
        self.writer(&mut opened).await.map(|_| ())
    }

    /// Writes a batch, which is not empty. One that was written already, but whose answer was lost, has no second effect,
    /// so it is written again when that may help.
    pub async fn write(&self, calls: Vec<CallEntry>) -> Result<(), Problem> {
        let mut opened = self.opened.lock().await;
        let (writer, batch) = self.writer(&mut opened).await?;
        let request = api::RecordCalls { writer, batch: batch + 1, calls: Arc::new(calls) };
        (|| self.client.record_calls(&self.id, request.clone(), Call::default()))
            .retry(patience())
            .when(|problem| problem.retryable)
            .await?;
        *opened = Opened::As { writer, batch: batch + 1 };
        Ok(())
    }

    /// Writes what has changed in the context since it was last written.
    pub async fn context(&self) -> Result<(), Problem> {
        let Some(patch) = self.context.take_changes() else { return Ok(()) };
        // Under one key, a patch whose answer was lost is not laid over what somebody else wrote after it.
        let key = format!("context {}", ambient::id());
        (|| self.client.patch_context(&self.id, patch.clone(), Call::once(key.clone())))
            .retry(patience())
            .when(|problem| problem.retryable)
            .await?;
        Ok(())
    }

    async fn writer(&self, opened: &mut Opened) -> Result<(u64, u64), Problem> {
        let opening = match opened {
            Opened::As { writer, batch } => return Ok((*writer, *batch)),
            Opened::Ended => {
                let detail = "the session has completed; fork it to go on";
                return Err(Problem::new(api::Code::SessionEnded, detail));
            }
            Opened::Not(opening) => opening,
        };
        if let Some(create) = &opening.create {
            // The key is this execution's own: another's session under the same id is not taken for this one.
            self.client.create_session(create.clone(), Call::once(opening.key.clone())).await?;
        }
        let request = api::BeginExecution { process: opening.process.clone(), keep: opening.keep };
        let begun = self.client.begin_execution(&self.id, request, Call::default()).await?;
        *opened = Opened::As { writer: begun.writer, batch: 0 };
        Ok((begun.writer, 0))
    }
}

/// How long something is tried again that the store may do in a moment.
fn patience() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(5))
        .with_max_delay(Duration::from_secs(1))
        .with_max_times(12)
        .with_jitter()
}
