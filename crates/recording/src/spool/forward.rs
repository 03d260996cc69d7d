//! Sends a session's journal on: in order, each event once, and again and again while the server does not answer.

use std::future::pending;
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
use super::hold::{Held, Sent};
use super::operation::{Operation, bytes_of};
use super::{ANSWER, Spool, TTL};
use crate::journal;
use crate::lost::lost;

/// Events that are read at a time.
const PAGE: usize = 100;

/// Bytes a millisecond that a slow line takes.
const SLOW: u64 = 100;

/// Sends a session until the server has everything and nobody holds it. What `left` says was written by an earlier
/// process.
pub async fn forward(spool: Arc<Spool>, held: Arc<Held>, cursor: Cursor, left: bool) {
    let stop = spool.stop.clone();
    let mut sender = Sender::new(spool, held, cursor);
    let work = async {
        if left {
            sender.count().await;
        }
        sender.send_all().await;
    };
    if stop.run_until_cancelled(work).await.is_some() && !sender.is_handed_over {
        // Not to be broken off between the session and its cursor.
        sender.finish().await;
    }
}

struct Sender {
    spool: Arc<Spool>,
    held: Arc<Held>,
    cursor: Cursor,
    /// When the lease is renewed that the writer has at the server, unless a batch renews it before.
    renewal: Instant,
    /// The revision at which the server's session has this writer's last change; none until the server has said so.
    revision: Option<Revision>,
    /// Whether another process of the spool sends the session from now on.
    is_handed_over: bool,
}

/// Where the server stands after it has done what it was asked for.
struct Answered {
    place: Place,
    revision: Option<Revision>,
    /// Whether the writer has its lease.
    leased: bool,
}

impl Sender {
    fn new(spool: Arc<Spool>, held: Arc<Held>, cursor: Cursor) -> Self {
        Self { spool, held, cursor, renewal: Instant::now(), revision: None, is_handed_over: false }
    }

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
            match self.step().await {
                Ok(true) => patience = self::patience(),
                Ok(false) => return,
                Err(problem) if problem.retryable => {
                    self.away(&problem);
                    let wait = patience.next().unwrap_or(LONGEST);
                    tokio::time::sleep(wait.max(Duration::from_secs(problem.retry_after.unwrap_or(0)))).await;
                }
                Err(problem) => {
                    let (session, server) = (&self.held.id, &self.spool.server);
                    tracing::error!(%session, %server, %problem, "the server does not take the record; it stays here");
                    self.held.sent.send_modify(|sent| {
                        sent.leased &= !is_over(&problem);
                        sent.refused = Some(problem);
                    });
                    self.held.wake.notified().await;
                }
            }
        }
    }

    /// Sends what there is, or waits for it; false when there is nothing left to do.
    async fn step(&mut self) -> Result<bool, Problem> {
        if self.send_page().await? {
            return Ok(true);
        }
        if !self.held.is_run() {
            if self.spool.is_handed_over(&self.held).await {
                self.spool.hand_over(&self.held);
                self.is_handed_over = true;
                return Ok(false);
            }
            self.release().await?;
            if self.spool.release(&self.held) {
                return Ok(false);
            }
        }
        self.wait().await?;
        Ok(true)
    }

    /// Waits for something to send, and keeps the writer's lease meanwhile.
    async fn wait(&mut self) -> Result<(), Problem> {
        if !self.is_leased() {
            self.held.wake.notified().await;
            return Ok(());
        }
        tokio::select! {
            biased;
            () = self.held.wake.notified() => return Ok(()),
            problem = self.lost() => return Err(problem),
            () = tokio::time::sleep_until(self.renewal) => {}
        }
        let (server, writer) = (self.spool.remote(), self.cursor.place().writer);
        let renewal = Instant::now() + RENEW;
        let renew = server.renew_execution(&self.held.id, api::Writer { writer }, Conditions::default());
        let renewed = self.spool.within(ANSWER, renew).await?;
        self.answered();
        (self.renewal, self.revision) = (renewal, Some(renewed.revision));
        Ok(())
    }

    /// Waits until another process has taken the session over at the server, or somebody has ended it there.
    async fn lost(&self) -> Problem {
        let Some(revision) = self.revision else { return pending().await };
        // A writer that writes on finds it out by that, and does not begin to watch after each batch.
        tokio::time::sleep(IDLE).await;
        lost(self.spool.remote(), &self.held.id, revision).await
    }

    /// Lets others resume the session, which no program runs here any more.
    async fn release(&mut self) -> Result<(), Problem> {
        if !self.is_leased() {
            return Ok(());
        }
        let (server, writer) = (self.spool.remote(), self.cursor.place().writer);
        let release = server.release_execution(&self.held.id, api::Writer { writer }, Conditions::default());
        match self.spool.within(ANSWER, release).await {
            Err(problem) if problem.retryable => return Err(problem),
            // A lease that the server does not release expires.
            Err(problem) => {
                let session = &self.held.id;
                tracing::debug!(%session, %problem, "the server does not release a lease");
            }
            Ok(_) => self.answered(),
        }
        self.held.sent.send_modify(|sent| sent.leased = false);
        Ok(())
    }

    fn is_leased(&self) -> bool {
        self.held.sent.borrow().leased
    }

    /// The server is not away.
    fn answered(&self) {
        self.spool.away.send_if_modified(|away| away.take().is_some());
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
            let renewal = Instant::now() + RENEW;
            let Answered { place, revision, leased } = self.send(operation, &sent[0]).await?;
            let until = sent.last().map_or(place.sent, |event| event.seq);
            self.cursor.advance(Place { sent: until, ..place })?;
            if revision.is_some() {
                (self.renewal, self.revision) = (renewal, revision);
            }
            self.spool.waiting.fetch_sub(bytes, Ordering::Relaxed);
            self.answered();
            self.held.sent.send_modify(|sent| {
                *sent = Sent { until, refused: None, writer: place.writer, leased, awaits: false };
            });
            events = rest;
        }
        Ok(!page.events.is_empty())
    }

    /// Asks the server for one thing, and says where it stands then. Asked again, it has no second effect.
    async fn send(&self, operation: Operation, first: &Event) -> Result<Answered, Problem> {
        let (id, place, leased) = (&self.held.id, self.cursor.place(), self.is_leased());
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
                Operation::Create(mut create) => {
                    let leased = create.process.is_some();
                    create.lease = leased.then(|| self.spool.lease());
                    let revision = server.create_session(*create, once()).await?.revision;
                    let place = Place { writer: leased.into(), batch: 0, ..place };
                    Answered { place, revision: Some(revision), leased }
                }
                // The server let this process write before the session was brought here.
                Operation::Begin(_) if place.begun => {
                    Answered { place: Place { begun: false, ..place }, revision: None, leased }
                }
                Operation::Begin(begin) => {
                    let begin = api::BeginExecution { lease: Some(self.spool.lease()), ..begin };
                    let began = server.begin_execution(id, begin, once()).await.map_err(told_late)?;
                    let place = Place { writer: began.writer, batch: 0, ..place };
                    Answered { place, revision: Some(began.session.revision), leased: true }
                }
                Operation::Record(batch) => {
                    let batch = api::RecordCalls { writer: place.writer, batch: place.batch + 1, ..batch };
                    let leased = leased && batch.end.is_none();
                    let recorded = server.record_calls(id, batch, Conditions::default()).await?;
                    let place = Place { batch: place.batch + 1, ..place };
                    Answered { place, revision: Some(recorded.revision), leased }
                }
                Operation::Terminate(terminate) => {
                    match server.terminate_session(id, terminate, once()).await {
                        // The server ended it for the same reason: the session that it belongs to has failed.
                        Err(problem) if problem.code != Code::SessionEnded => return Err(problem),
                        _ => Answered { place, revision: None, leased: false },
                    }
                }
                Operation::Nothing => Answered { place, revision: None, leased },
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

/// Whether the server takes nothing more from this writer, or of the session.
fn is_over(problem: &Problem) -> bool {
    matches!(problem.code, Code::WriterStale | Code::SessionEnded | Code::SessionNotFound)
}

/// A program that began while the server was away has begun already. That another runs the session at the server is to it as
/// if that had taken over.
fn told_late(problem: Problem) -> Problem {
    match problem.code {
        Code::ExecutionRunning => Problem::new(Code::WriterStale, problem.detail),
        _ => problem,
    }
}

/// Bytes of the calls that an event holds.
fn bytes(event: &Event) -> u64 {
    match journal::body(event) {
        Ok(Some(EventBody::CallsRecorded(recorded))) => bytes_of(&recorded.calls),
        _ => 0,
    }
}

/// How often a writer's lease is renewed.
const RENEW: Duration = TTL.checked_div(3).expect("three is not zero");

/// How long nothing is sent before the server's session is watched.
const IDLE: Duration = Duration::from_millis(100);

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
