//! The session that a record is written to.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_client::{Client, Conditions};
use sessiond_core::{CallEntry, ContextWrite, ExecutionEnd, Revision, SessionId};
use tokio::sync::{Mutex, Notify};

use crate::journal::size;
use crate::lost::lost;
use crate::place::Place;
use crate::spool::Hold;

/// How long nothing is written before the session is watched.
const IDLE: Duration = Duration::from_millis(20);

/// The store that a session is recorded in, and its hold on a spool when a server is to have it.
#[derive(Clone)]
pub struct Store {
    /// The store.
    pub client: Client,
    /// The hold.
    pub hold: Option<Arc<Hold>>,
    place: Place,
}

/// Finds the session when something is first written, and writes batches to it in order.
#[derive(Clone)]
pub struct Destination {
    client: Client,
    place: Place,
    id: SessionId,
    opened: Arc<Mutex<Opened>>,
    /// Rung when it is opened.
    ready: Arc<Notify>,
    /// What sends it on to a server, if anything does.
    hold: Option<Arc<Hold>>,
}

enum Opened {
    /// Not yet; this is how.
    Not(Opening),
    /// It has ended well: it is read, and not written.
    Ended,
    /// As this writer, which has written so many batches; the last of them, or its beginning, has this revision.
    As { writer: u64, batch: u64, revision: Revision },
}

/// How the session is found.
pub enum Opening {
    /// It is made.
    New {
        /// What it is to be, with the process that writes it.
        create: Box<api::CreateSession>,
        /// Under which a repeat of the request is known.
        key: String,
    },
    /// It is there, and is taken up.
    Again(api::BeginExecution),
}

/// What is written at once.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Calls that began and ended, in order.
    pub calls: Vec<CallEntry>,
    /// Values of the context that were written, in order.
    pub writes: Vec<ContextWrite>,
    /// The calls whose error ended the program.
    pub fatal: Vec<u64>,
    /// How the session ends, if it does.
    pub end: Option<ExecutionEnd>,
}

impl Store {
    /// A store on this machine, whose sessions stay there.
    pub fn local(client: Client) -> Self {
        Self { place: Place::of(&client), client, hold: None }
    }

    /// A spool, from which a session is sent on.
    pub fn sent_on(hold: Arc<Hold>) -> Self {
        Self { hold: Some(hold.clone()), ..Self::local(hold.local().clone()) }
    }

    /// Fails when the store's file was removed since: what was recorded is nowhere then.
    ///
    /// # Errors
    /// `session_not_found`.
    pub fn check(&self) -> Result<(), Problem> {
        self.place.check()
    }
}

impl Destination {
    /// A session, which is made or taken up when [`Destination::open`] or a batch first needs it.
    pub fn new(store: &Store, id: SessionId, opening: Opening) -> Self {
        Self::through(store, id, Opened::Not(opening))
    }

    /// A session that has ended well, and is only read.
    pub fn ended(store: &Store, id: SessionId) -> Self {
        Self::through(store, id, Opened::Ended)
    }

    fn through(store: &Store, id: SessionId, opened: Opened) -> Self {
        let Store { client, hold, place } = store.clone();
        Self { client, place, id, opened: Arc::new(Mutex::new(opened)), ready: Arc::default(), hold }
    }

    /// The session's id.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// Makes the session, or takes it up, unless that was done.
    pub async fn open(&self) -> Result<(), Problem> {
        let mut opened = self.opened.lock().await;
        if matches!(*opened, Opened::Ended) {
            return Ok(());
        }
        self.writer(&mut opened).await.map(|_| ())
    }

    /// Waits until nothing more of this writer is taken, and says why: another process took the session over, somebody
    /// ended or deleted it, or the server that it is sent on to has found so. It reads nothing of what this writer writes
    /// itself.
    pub async fn lost(&self) -> Problem {
        // A writer that writes on finds it out by that, and does not begin to watch after each batch.
        tokio::time::sleep(IDLE).await;
        let Some(hold) = &self.hold else { return self.lost_here().await };
        tokio::select! {
            problem = self.lost_here() => {
                // Another process of this spool may have it, and sends it from now on.
                hold.leave();
                problem
            }
            problem = hold.lost() => problem,
        }
    }

    async fn lost_here(&self) -> Problem {
        let revision = loop {
            let known = match *self.opened.lock().await {
                Opened::As { revision, .. } => Some(revision),
                Opened::Not(_) | Opened::Ended => None,
            };
            match known {
                Some(revision) => break revision,
                None => self.ready.notified().await,
            }
        };
        lost(&self.client, &self.id, revision).await
    }

    /// Writes a batch, unless there is nothing in it.
    pub async fn write(&self, batch: Batch) -> Result<(), Problem> {
        let Batch { calls, writes, fatal, end } = batch;
        if calls.is_empty() && writes.is_empty() && end.is_none() {
            return Ok(());
        }
        if let Some(hold) = &self.hold {
            hold.take(calls.iter().map(size).sum::<usize>() as u64)?;
        }
        let calls = Arc::new(calls);
        let mut whole = api::RecordCalls { calls, writes, fatal, end, ..api::RecordCalls::default() };
        let mut opened = self.opened.lock().await;
        if self.create_with(&mut opened, &whole).await? {
            return Ok(());
        }
        let (writer, batch) = self.writer(&mut opened).await?;
        (whole.writer, whole.batch) = (writer, batch + 1);
        match self.record(&mut opened, whole.clone()).await {
            // A context that the session does not take must not cost the calls.
            Err(_) if !whole.writes.is_empty() && !whole.calls.is_empty() => {
                let calls = api::RecordCalls { writes: Vec::new(), end: None, ..whole.clone() };
                self.record(&mut opened, calls).await?;
                let rest = api::RecordCalls { batch: batch + 2, calls: Arc::default(), ..whole };
                self.record(&mut opened, rest).await
            }
            result => result,
        }
    }

    /// Records a batch. One that was recorded already, but whose answer was lost, has no second effect, so it is sent
    /// again when that may help.
    async fn record(&self, opened: &mut Opened, batch: api::RecordCalls) -> Result<(), Problem> {
        let recorded = (|| self.client.record_calls(&self.id, batch.clone(), Conditions::default()))
            .retry(patience())
            .when(|problem| self.may_pass(problem))
            .await
            .map_err(|problem| self.refused(problem))?;
        let revision = recorded.revision;
        *opened = Opened::As { writer: batch.writer, batch: batch.batch, revision };
        self.written();
        Ok(())
    }

    /// Makes a session that is not there yet with its first batch, in one transaction; false when there is none to make,
    /// or when it is to be made alone because it does not take the batch.
    async fn create_with(&self, opened: &mut Opened, batch: &api::RecordCalls) -> Result<bool, Problem> {
        let Opened::Not(Opening::New { create, key }) = opened else { return Ok(false) };
        let batch = api::RecordCalls { writer: 1, batch: 1, ..batch.clone() };
        let create = api::CreateSession { batch: Some(batch), ..(**create).clone() };
        // Under a key of its own: the same session without the batch is another request.
        let once = Conditions::once(format!("{key}-1"));
        match self.create(create, once).await {
            Ok(session) => {
                self.opened_as(opened, 1, 1, session.revision);
                Ok(true)
            }
            Err(problem) if problem.retryable || problem.code == api::Code::SessionExists => Err(problem),
            Err(_) => Ok(false),
        }
    }

    async fn create(&self, create: api::CreateSession, once: Conditions) -> Result<api::Session, Problem> {
        (|| self.client.create_session(create.clone(), once.clone()))
            .retry(patience())
            .when(|problem| self.may_pass(problem))
            .await
            .map_err(|problem| self.explained(problem))
    }

    /// Whether a failed write is tried again here. Who waits for room on the disk must know that, and a store whose file is
    /// gone takes nothing any more.
    fn may_pass(&self, problem: &Problem) -> bool {
        problem.retryable && problem.code != api::Code::StoreFull && self.place.is_there()
    }

    /// Why a batch was not taken. Another process of this spool that has the session now sends it from now on.
    fn refused(&self, problem: Problem) -> Problem {
        if problem.code == api::Code::WriterStale
            && let Some(hold) = &self.hold
        {
            hold.leave();
        }
        self.explained(problem)
    }

    /// Why a write failed. A store whose file was removed or replaced takes no write, and says so in its log alone.
    fn explained(&self, problem: Problem) -> Problem {
        self.place.check().err().unwrap_or(problem)
    }

    async fn writer(&self, opened: &mut Opened) -> Result<(u64, u64), Problem> {
        let opening = match opened {
            Opened::As { writer, batch, .. } => return Ok((*writer, *batch)),
            Opened::Ended => {
                let detail = "the session has completed; fork it to go on";
                return Err(Problem::new(api::Code::SessionEnded, detail));
            }
            Opened::Not(opening) => opening,
        };
        let (writer, revision) = match opening {
            // The key is this execution's own: another's session under the same id is not taken for this one.
            Opening::New { create, key } => {
                let once = Conditions::once(key.clone());
                (1, self.create((**create).clone(), once).await?.revision)
            }
            Opening::Again(begin) => {
                let conditions = Conditions::default();
                let began = self.client.begin_execution(&self.id, begin.clone(), conditions).await?;
                (began.writer, began.session.revision)
            }
        };
        self.opened_as(opened, writer, 0, revision);
        Ok((writer, 0))
    }

    fn opened_as(&self, opened: &mut Opened, writer: u64, batch: u64, revision: Revision) {
        if let Some(hold) = &self.hold {
            hold.began(writer);
        }
        *opened = Opened::As { writer, batch, revision };
        self.ready.notify_one();
        self.written();
    }

    fn written(&self) {
        if let Some(hold) = &self.hold {
            hold.written();
        }
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

#[cfg(test)]
mod tests {
    use sessiond_core::Kind;

    use super::*;

    fn new(store: &Store, id: &SessionId) -> Destination {
        let create = api::CreateSession {
            session_id: Some(id.clone()),
            kind: Some(Kind::Execution),
            process: Some("test".into()),
            ..api::CreateSession::default()
        };
        Destination::new(store, id.clone(), Opening::New { create: Box::new(create), key: id.to_string() })
    }

    fn write(order: u64, key: &str, bytes: usize) -> ContextWrite {
        let value = Some("x".repeat(bytes).into());
        ContextWrite { order, call: None, branch: None, key: key.into(), value }
    }

    #[tokio::test]
    async fn a_session_that_is_first_written_when_it_ends_is_one_transaction() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::local(Client::open(dir.path()).await.unwrap());
        let id = SessionId::parse("sess_1").unwrap();
        let destination = new(&store, &id);
        let end = Some(ExecutionEnd::Completed);
        destination.write(Batch { writes: vec![write(1, "a", 1)], end, ..Batch::default() }).await.unwrap();
        let all = api::ListEvents { after: None, limit: None };
        let events = store.client.events(&id, all).await.unwrap().events;
        let last = events.last().unwrap();
        assert_eq!(last.kind, "session_completed");
        assert!(events.iter().all(|event| event.time == last.time), "one decision has one time");
        let other = Batch { end: Some(ExecutionEnd::Completed), ..Batch::default() };
        let refused = new(&store, &id).write(other).await.unwrap_err();
        assert_eq!(refused.code, api::Code::SessionExists);
        store.client.close().await;
    }

    #[tokio::test]
    async fn a_first_batch_that_the_session_does_not_take_is_recorded_without_its_context() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::local(Client::open(dir.path()).await.unwrap());
        let id = SessionId::parse("sess_1").unwrap();
        let calls =
            serde_json::json!([{ "call": 1, "node": "A", "position": 0, "key": "9f", "began_us": 10 }]);
        let calls = serde_json::from_value(calls).unwrap();
        let writes = vec![write(1, "a", sessiond_core::limits::CONTEXT_BYTES + 1)];
        let written = new(&store, &id).write(Batch { calls, writes, ..Batch::default() }).await;
        assert!(written.is_err());
        let session = store.client.session(&id).await.unwrap();
        assert_eq!(session.calls.map(|calls| calls.total), Some(1));
        store.client.close().await;
    }
}
