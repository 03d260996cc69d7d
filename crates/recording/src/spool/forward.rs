//! Sends a session's journal on: in order, each event once, and again and again while the server does not answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use sessiond_api as api;
use sessiond_api::{Code, Event, EventBody, ListEvents, Problem};
use sessiond_client::Conditions;
use sessiond_core::{Revision, SessionId};
use tokio::time::Instant;

use super::cursor::{Cursor, Place};
use super::operation::{Operation, bytes_of};
use super::{ANSWER, Held, Spool};
use crate::journal;

/// Events that are read at a time.
const PAGE: usize = 100;

/// Bytes a millisecond that a slow line takes.
const SLOW: u64 = 100;

/// Sends a session until the server has everything and nobody holds it. What `left` says was written by an earlier
/// process.
pub async fn forward(spool: Arc<Spool>, held: Arc<Held>, cursor: Cursor, left: bool) {
    let stop = spool.stop.clone();
    let mut sender = Sender { spool, held, cursor };
    let work = async {
        if left {
            sender.count().await;
        }
        sender.send_all().await;
    };
    if stop.run_until_cancelled(work).await.is_some() {
        // Not to be broken off between the session and its cursor.
        sender.finish().await;
    }
}

struct Sender {
    spool: Arc<Spool>,
    held: Arc<Held>,
    cursor: Cursor,
}

impl Sender {
    /// Counts what an earlier process left.
    async fn count(&self) {
        let (local, id) = (self.spool.local(), &self.held.id);
        let mut after = self.cursor.place().sent;
        while let Ok(page) = local.events(id, ListEvents { after: Some(after), limit: Some(PAGE) }).await {
            let Some(last) = page.events.last().map(|event| event.seq) else { break };
            after = last;
            let bytes = page.events.iter().map(bytes).sum();
            self.spool.waiting.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Sends until nobody holds the session any more and the server has everything.
    async fn send_all(&mut self) {
        let mut patience = patience();
        loop {
            match self.send_page().await {
                Ok(true) => patience = self::patience(),
                Ok(false) if self.spool.release(&self.held) => return,
                Ok(false) => self.held.wake.notified().await,
                Err(problem) if problem.retryable => {
                    self.away(&problem);
                    let wait = patience.next().unwrap_or(LONGEST);
                    tokio::time::sleep(wait.max(Duration::from_secs(problem.retry_after.unwrap_or(0)))).await;
                }
                Err(problem) => {
                    let (session, server) = (&self.held.id, &self.spool.server);
                    tracing::error!(%session, %server, %problem, "the server does not take the record; it stays here");
                    self.held.sent.send_modify(|sent| sent.refused = Some(problem));
                    self.held.wake.notified().await;
                }
            }
        }
    }

    /// Sends the next events, if there are any.
    async fn send_page(&mut self) -> Result<bool, Problem> {
        let query = ListEvents { after: Some(self.cursor.place().sent), limit: Some(PAGE) };
        let page = match self.spool.local.events(&self.held.id, query).await {
            Ok(page) => page,
            // It is about to be made, or was dropped.
            Err(problem) if problem.code == Code::SessionNotFound => return Ok(false),
            Err(problem) => return Err(problem),
        };
        let mut events = page.events.as_slice();
        while !events.is_empty() {
            let (operation, taken) = Operation::next(events)?;
            let bytes = operation.bytes();
            let (sent, rest) = events.split_at(taken);
            let place = self.send(operation, &sent[0]).await?;
            let until = sent.last().map_or(place.sent, |event| event.seq);
            self.cursor.advance(Place { sent: until, ..place })?;
            self.spool.waiting.fetch_sub(bytes, Ordering::Relaxed);
            self.spool.away.send_if_modified(|away| away.take().is_some());
            self.held.sent.send_modify(|sent| (sent.until, sent.refused) = (until, None));
            events = rest;
        }
        Ok(!page.events.is_empty())
    }

    /// Asks the server for one thing, and says where it stands then. Asked again, it has no second effect.
    async fn send(&self, operation: Operation, first: &Event) -> Result<Place, Problem> {
        let (id, place) = (&self.held.id, self.cursor.place());
        let server = self.spool.remote();
        // The time tells this session from one that had its id before.
        let once = || Conditions::once(format!("spool {id} {} {}", first.time, first.seq));
        if let Operation::Create(create) = &operation
            && let Some(parent) = &create.parent
        {
            self.after(parent).await;
        }
        let _sender = self.spool.senders.acquire().await;
        // A server that does not answer is away, as one that cannot be reached.
        let patience = ANSWER + Duration::from_millis(operation.bytes() / SLOW);
        let request = async {
            Ok(match operation {
                Operation::Create(create) => {
                    let writer = u64::from(create.process.is_some());
                    server.create_session(*create, once()).await?;
                    Place { writer, batch: 0, ..place }
                }
                Operation::Begin(begin) => {
                    let writer = server.begin_execution(id, begin, once()).await?.writer;
                    Place { writer, batch: 0, ..place }
                }
                Operation::Record(batch) => {
                    let batch = api::RecordCalls { writer: place.writer, batch: place.batch + 1, ..batch };
                    server.record_calls(id, batch, Conditions::default()).await?;
                    Place { batch: place.batch + 1, ..place }
                }
                Operation::Terminate(terminate) => {
                    match server.terminate_session(id, terminate, once()).await {
                        // The server ended it for the same reason: the session that it belongs to has failed.
                        Err(problem) if problem.code != Code::SessionEnded => return Err(problem),
                        _ => place,
                    }
                }
                Operation::Nothing => place,
            })
        };
        self.spool.within(patience, request).await
    }

    /// Waits until the server has the session that this one belongs to, when that waits here too.
    async fn after(&self, parent: &SessionId) {
        let Some(parent) = self.spool.held(parent) else { return };
        let mut sent = parent.sent.subscribe();
        drop(parent);
        let _ = sent.wait_for(|sent| sent.until > Revision::default() || sent.refused.is_some()).await;
    }

    fn away(&self, problem: &Problem) {
        let server = &self.spool.server;
        let is_new = self.spool.away.send_if_modified(|away| {
            let is_new = away.is_none();
            away.get_or_insert_with(Instant::now);
            is_new
        });
        if is_new {
            tracing::warn!(%server, %problem, "the server is away; what is recorded waits on this machine's disk");
        }
    }

    /// Drops what the server has and nobody holds.
    async fn finish(&self) {
        match self.spool.local.drop_copy(&self.held.id).await {
            Err(problem) if problem.code != Code::SessionNotFound => {
                // The next process that opens the spool finds that there is nothing left to send.
                tracing::debug!(session = %self.held.id, %problem, "a session that was sent could not be dropped");
            }
            _ => self.cursor.remove(),
        }
    }
}

/// Bytes of the calls that an event holds.
fn bytes(event: &Event) -> u64 {
    match journal::body(event) {
        Ok(Some(EventBody::CallsRecorded(recorded))) => bytes_of(&recorded.calls),
        _ => 0,
    }
}

const LONGEST: Duration = Duration::from_secs(5);

/// Waits that grow, for ever.
fn patience() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(LONGEST)
        .without_max_times()
        .with_jitter()
        .build()
}
