//! A session's actor: the one place in this process where that session changes.
//!
//! It takes all commands that wait, decides each on the state after the one before, and hands what they make in as
//! one append. It answers, publishes and goes on only when that is durable. When the append is refused, nothing of it
//! is in the store, and its commands are decided anew.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use sessiond_core::{Effect, Envelope, Receipt, Rejection, Revision, Session, SessionId, Timestamp};
use sessiond_store::{Append, Op, Record, Refusal, Snapshot, SummaryRow};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::answers::Idempotency;
use crate::reply::Reply;
use crate::rows::{READ, append, read_event, summary};
use crate::{Engine, Error};

/// Commands that one turn of an actor takes at most.
const TURN: usize = 64;
/// Bytes of events after which a batch takes no further command.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Events that a watcher may lag behind before it reads from the store.
const FEED: usize = 256;
/// A larger event is read from the store by each watcher, so that what waits for a slow one has a limit in bytes too.
const FEED_BYTES: usize = 16 * 1024;
/// How long a command is decided anew because another process was faster each time. A process that writes without
/// a pause can be faster often, since the store's lock is not fair.
const CONTEND: Duration = Duration::from_secs(10);

/// A session in memory.
pub(crate) struct Slot {
    pub(crate) id: SessionId,
    state: RwLock<Arc<Session>>,
    mail: mpsc::Sender<Mail>,
    /// Made for the first watcher: its ring of slots is the largest part of a session that nobody watches.
    feed: Mutex<Option<broadcast::Sender<Feed>>>,
    /// When it was last used, in milliseconds since the epoch.
    used: AtomicI64,
    deleted: AtomicBool,
    /// Whether the actor has compared the state with the store since it is in memory.
    checked: watch::Sender<bool>,
    /// Cancelled when the session's token is replaced, and when the session is deleted.
    token: Mutex<CancellationToken>,
    /// How many removals are under way: each ends the session, and then deletes it.
    removals: watch::Sender<usize>,
}

/// A removal that is under way, until this is dropped.
pub(crate) struct Removal(Arc<Slot>);

impl Drop for Removal {
    fn drop(&mut self) {
        self.0.removals.send_modify(|removals| *removals -= 1);
    }
}

/// What watchers hear.
#[derive(Debug, Clone)]
pub(crate) enum Feed {
    /// An event is durable.
    Record(Record),
    /// An event of that number is durable, and too large to wait in memory.
    Stored(Revision),
    /// The session was deleted.
    Deleted,
}

enum Mail {
    Command(Box<Job>),
    /// Another process wrote.
    Refresh,
    Deleted,
    Close(oneshot::Sender<()>),
}

/// A timer that fires: its key, and the time that it stood at.
pub(crate) type Firing = (String, Timestamp);

struct Job {
    envelope: Envelope,
    idempotency: Option<Idempotency>,
    /// The timer that the command comes of. It is decided by itself.
    fires: Option<Firing>,
    /// When another process was first faster.
    contended: Option<Instant>,
    /// Whether it is decided by itself, because a batch that it was part of was refused.
    alone: bool,
    reply: oneshot::Sender<Result<Reply, Error>>,
}

impl Slot {
    /// Puts a session into memory, with its state as the store had it when it was read or written. Others may have changed or
    /// deleted it meanwhile, and their notices found nobody to tell: the actor's first act is to look at the store again,
    /// for which [`Slot::checked`] waits.
    pub(crate) fn start(engine: &Engine, session: Session, snapshot: Revision) -> Arc<Self> {
        let (mail, mailbox) = mpsc::channel(1024);
        let session = Arc::new(session);
        let slot = Arc::new(Self {
            id: session.id.clone(),
            state: RwLock::new(session.clone()),
            mail,
            feed: Mutex::default(),
            used: AtomicI64::new(engine.now().millis()),
            deleted: AtomicBool::new(false),
            checked: watch::Sender::new(false),
            token: Mutex::default(),
            removals: watch::Sender::new(0),
        });
        let actor = Actor {
            engine: engine.clone(),
            // The actor must not keep itself alive: when the last handle goes, its mailbox closes and it ends.
            slot: Arc::downgrade(&slot),
            summary: summary(&session),
            session,
            snapshot,
            over: false,
        };
        engine.shared.tasks.spawn(actor.run(mailbox));
        slot
    }

    /// The state after the last durable event.
    pub(crate) fn session(&self) -> Arc<Session> {
        self.state.read().clone()
    }

    /// What is published from now on. Whoever reads the state after it misses nothing: what was published before is
    /// in that state.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Feed> {
        self.feed.lock().get_or_insert_with(|| broadcast::Sender::new(FEED)).subscribe()
    }

    /// Waits until the state is that of the store. Says whether the session is there.
    pub(crate) async fn checked(&self) -> bool {
        let mut checked = self.checked.subscribe();
        // The sender is part of this slot.
        let _ = checked.wait_for(|checked| *checked).await;
        !self.is_deleted()
    }

    /// Another session took its place.
    pub(crate) fn replaced(&self) {
        self.set_deleted();
        let _ = self.mail.try_send(Mail::Deleted);
    }

    fn set_deleted(&self) {
        self.deleted.store(true, Ordering::Release);
        self.token.lock().cancel();
    }

    /// Takes over a state. What the token before its own opened is ended.
    fn set_session(&self, session: Arc<Session>) {
        let mut token = self.token.lock();
        let before = std::mem::replace(&mut *self.state.write(), session.clone());
        if before.token != session.token {
            std::mem::take(&mut *token).cancel();
        }
    }

    /// The state, and what is cancelled when its token ends.
    pub(crate) fn token(&self) -> (Arc<Session>, CancellationToken) {
        let token = self.token.lock();
        (self.session(), token.clone())
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.deleted.load(Ordering::Acquire)
    }

    /// Begins a removal. A watcher that sees how the session ends waits for what comes of it.
    pub(crate) fn remove(self: &Arc<Self>) -> Removal {
        self.removals.send_modify(|removals| *removals += 1);
        Removal(self.clone())
    }

    /// Waits until no removal is under way.
    pub(crate) async fn settled(&self) {
        let mut removals = self.removals.subscribe();
        // The sender is part of this slot.
        let _ = removals.wait_for(|removals| *removals == 0).await;
    }

    pub(crate) fn touch(&self, engine: &Engine) {
        self.used.store(engine.now().millis(), Ordering::Relaxed);
    }

    pub(crate) fn idle_since(&self) -> i64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Has a command decided and made durable. One that comes of a timer which no longer stands where it did changes
    /// nothing.
    pub(crate) async fn command(
        &self,
        envelope: Envelope,
        idempotency: Option<Idempotency>,
        fires: Option<Firing>,
    ) -> Result<Reply, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Job { envelope, idempotency, fires, contended: None, alone: false, reply };
        self.mail.send(Mail::Command(Box::new(job))).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Tells the actor that another process wrote.
    pub(crate) async fn refresh(&self) {
        let _ = self.mail.send(Mail::Refresh).await;
    }

    /// Tells watchers that the session is gone.
    pub(crate) async fn delete(&self) {
        self.set_deleted();
        let _ = self.mail.send(Mail::Deleted).await;
    }

    /// Ends the actor once what waits is done.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.mail.send(Mail::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

struct Actor {
    engine: Engine,
    slot: std::sync::Weak<Slot>,
    session: Arc<Session>,
    summary: SummaryRow,
    snapshot: Revision,
    /// Whether the session is no longer there, and the actor's work over.
    over: bool,
}

/// Commands that were decided one on top of the other, and the one append that they make.
#[derive(Default)]
struct Batch {
    decided: Vec<Decided>,
    append: Option<Append>,
    effects: Vec<Effect>,
    /// The state after the last of them, when there is an append.
    state: Option<Arc<Session>>,
    /// Whether the session's row in lists may differ after it.
    shows: bool,
}

/// A command that is decided. Nobody is told before what it was decided on is durable.
struct Decided {
    job: Box<Job>,
    verdict: Verdict,
}

enum Verdict {
    /// It is part of the append.
    Changes(Reply),
    /// It changes nothing.
    Unchanged(Reply),
    /// It is refused.
    Rejected(Rejection),
}

impl Actor {
    async fn run(mut self, mut mailbox: mpsc::Receiver<Mail>) {
        self.check().await;
        if self.over {
            return;
        }
        let mut mails = Vec::new();
        while mailbox.recv_many(&mut mails, TURN).await > 0 {
            let mut jobs = VecDeque::new();
            let mut closing = None;
            for mail in mails.drain(..) {
                match mail {
                    Mail::Command(job) => jobs.push_back(job),
                    Mail::Refresh => {
                        if let Err(error) = self.refresh().await {
                            tracing::warn!(session = %self.session.id, %error, "cannot follow another process");
                        }
                    }
                    Mail::Deleted => {
                        self.publish(Feed::Deleted);
                        return;
                    }
                    Mail::Close(done) => closing = Some(done),
                }
            }
            self.turn(jobs).await;
            if self.over {
                return;
            }
            if let Some(done) = closing {
                self.keep_snapshot(1).await;
                let _ = done.send(());
                return;
            }
            if self.session.revision >= self.snapshot + self.engine.shared.options.snapshot_every {
                self.keep_snapshot(1).await;
            }
        }
        // Replaying a few events costs less than a snapshot.
        self.keep_snapshot(32).await;
    }

    /// Compares the state with the store before anybody uses it.
    async fn check(&mut self) {
        if let Err(error) = self.refresh().await {
            if !matches!(error, Error::Rejected(Rejection::SessionNotFound)) {
                tracing::warn!(session = %self.session.id, %error, "a session cannot be compared with the store");
            }
            if !self.over {
                self.gone();
            }
        }
        if let Some(slot) = self.slot.upgrade() {
            slot.checked.send_replace(true);
        }
    }

    /// Decides what waits, makes it durable together, and answers.
    async fn turn(&mut self, mut jobs: VecDeque<Box<Job>>) {
        while !jobs.is_empty() {
            let batch = self.decide(&mut jobs);
            for job in self.settle(batch).await.into_iter().rev() {
                jobs.push_front(job);
            }
        }
    }

    /// Decides commands from the front, as many as go into one append.
    fn decide(&mut self, jobs: &mut VecDeque<Box<Job>>) -> Batch {
        let mut batch = Batch::default();
        let mut state = self.session.clone();
        let mut bytes = 0;
        while let Some(job) = jobs.pop_front() {
            let alone = job.alone || job.fires.is_some();
            let full = batch.append.is_some() && (alone || bytes > BATCH_BYTES);
            // Two answers under one key cannot go in together: the second request is a repeat of the first.
            let repeats = job.idempotency.as_ref().is_some_and(|idempotency| batch.keeps(idempotency));
            if full || repeats {
                jobs.push_front(job);
                break;
            }
            let moment = self.engine.moment();
            let verdict = match sessiond_core::decide(&state, job.envelope.clone(), &moment) {
                Err(rejection) => Verdict::Rejected(rejection),
                Ok(decision)
                    if decision.events.is_empty()
                        && decision.effects.is_empty()
                        && job.idempotency.is_none() =>
                {
                    Verdict::Unchanged(Reply::new(state.clone(), decision.receipt))
                }
                Ok(decision) => {
                    let mut append =
                        append(&decision, state.revision, None, job.idempotency.clone(), &moment);
                    append.fires = job.fires.clone();
                    bytes += append.records.iter().map(|record| record.json.len()).sum::<usize>();
                    batch.add(append);
                    batch.effects.extend(decision.effects);
                    batch.shows |= decision.events.iter().any(|event| event.body.is_listed());
                    state = Arc::new(decision.session);
                    batch.state = Some(state.clone());
                    Verdict::Changes(Reply::new(state.clone(), decision.receipt))
                }
            };
            batch.decided.push(Decided { job, verdict });
            if alone {
                break;
            }
        }
        batch
    }

    /// Waits until a batch is durable, then publishes it and answers. Gives back what is to be decided anew.
    async fn settle(&mut self, batch: Batch) -> Vec<Box<Job>> {
        let Batch { decided, append, effects, state, shows } = batch;
        let (Some(mut append), Some(state)) = (append, state) else {
            for decided in decided {
                self.answer(decided).await;
            }
            return Vec::new();
        };
        let row = if shows { changed_summary(&state, &self.summary) } else { None };
        append.summary = row.clone().map(Box::new);
        let records = append.records.clone();
        let op = Op::Append(Box::new(append));
        match self.engine.write(op).await {
            Ok(Ok(_)) => {
                self.accept(state, row, records);
                self.engine.act_on(&self.session.id, &effects);
                for decided in decided {
                    self.answer(decided).await;
                }
                Vec::new()
            }
            Ok(Err(Refusal::Conflict { .. })) => self.contend(decided).await,
            Ok(Err(refusal)) => self.part(decided, refusal).await,
            Err(error) => {
                for Decided { job, .. } in decided {
                    let _ = job.reply.send(Err(error.clone()));
                }
                Vec::new()
            }
        }
    }

    /// Another process was faster: reads what it wrote, and gives back what is to be decided on it.
    async fn contend(&mut self, decided: Vec<Decided>) -> Vec<Box<Job>> {
        let refreshed = self.refresh().await;
        let mut again = Vec::new();
        for Decided { mut job, .. } in decided {
            let since = *job.contended.get_or_insert_with(Instant::now);
            match &refreshed {
                Ok(()) if since.elapsed() < CONTEND => again.push(job),
                Ok(()) => drop(job.reply.send(Err(Error::Conflict))),
                Err(error) => drop(job.reply.send(Err(error.clone()))),
            }
        }
        again
    }

    /// One command of a batch cannot be done, such as a message to a full inbox. When it is clear which, it is told
    /// so; else each is to be decided by itself.
    async fn part(&mut self, decided: Vec<Decided>, refusal: Refusal) -> Vec<Box<Job>> {
        let mut again: Vec<Box<Job>> = Vec::new();
        let changes = decided.iter().filter(|d| matches!(d.verdict, Verdict::Changes(_))).count();
        for Decided { mut job, verdict } in decided {
            if changes > 1 || !matches!(verdict, Verdict::Changes(_)) {
                job.alone = changes > 1;
                again.push(job);
                continue;
            }
            let answer = match (&refusal, &job.idempotency) {
                (Refusal::Answered(answer), Some(idempotency)) => {
                    self.engine.answer_again(idempotency, answer).await
                }
                // The timer was moved after it was found due, by the renewal of a lease for one.
                (Refusal::NotFound, _) if job.fires.is_some() => {
                    Ok(Reply::new(self.session.clone(), Receipt::default()))
                }
                _ => Err(refusal.clone().into()),
            };
            let _ = job.reply.send(answer);
        }
        again
    }

    /// Answers a command whose verdict stands.
    async fn answer(&self, decided: Decided) {
        match decided.verdict {
            Verdict::Changes(reply) | Verdict::Unchanged(reply) => drop(decided.job.reply.send(Ok(reply))),
            Verdict::Rejected(rejection) => self.reject(decided.job, rejection).await,
        }
    }

    /// Takes over a state whose events are durable, and publishes them.
    fn accept(&mut self, session: Arc<Session>, summary: Option<SummaryRow>, records: Vec<Record>) {
        metrics::counter!("sessiond_events_total").increment(records.len() as u64);
        self.session = session;
        if let Some(summary) = summary {
            self.summary = summary;
        }
        if let Some(slot) = self.slot.upgrade() {
            slot.set_session(self.session.clone());
        }
        for record in records {
            let large = record.json.len() > FEED_BYTES;
            self.publish(if large { Feed::Stored(record.seq) } else { Feed::Record(record) });
        }
    }

    /// Answers a rejected command: when the same request was done before, with what it was told then.
    async fn reject(&self, job: Box<Job>, rejection: Rejection) {
        let again = match &job.idempotency {
            Some(idempotency) => self.engine.answered(idempotency).await,
            None => Ok(None),
        };
        let answer = match again {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => Err(rejection.into()),
            Err(error) => Err(error),
        };
        let _ = job.reply.send(answer);
    }

    /// Reads what another process wrote. A session that was deleted, or is another one under the same id, is dropped
    /// from memory: whoever asks next finds what there is.
    async fn refresh(&mut self) -> Result<(), Error> {
        loop {
            // The last event that is known is read again: it tells whether this is still the same journal.
            let known = self.session.revision.saturating_sub(1);
            let page = self.engine.shared.store.events(&self.session.id, known, READ).await?;
            if page.as_ref().is_some_and(|page| page.first > page.revision && page.revision == known + 1) {
                // No event is kept, so there is nothing to compare, and nothing new.
                return Ok(());
            }
            let mut records = page.map(|page| page.records).unwrap_or_default().into_iter();
            let last = records.next().map(|record| read_event(&record)).transpose()?;
            let same = last.is_some_and(|event| {
                event.seq == self.session.revision && event.time == self.session.updated_at
            });
            if !same {
                self.gone();
                return Err(Rejection::SessionNotFound.into());
            }
            let records: Vec<Record> = records.collect();
            if records.is_empty() {
                return Ok(());
            }
            let mut session = Session::clone(&self.session);
            for record in &records {
                session.apply(&read_event(record)?).map_err(Rejection::from)?;
            }
            let row = summary(&session);
            self.accept(Arc::new(session), Some(row), records);
        }
    }

    /// The session is no longer there.
    fn gone(&mut self) {
        self.over = true;
        if let Some(slot) = self.slot.upgrade() {
            slot.set_deleted();
            self.engine.forget(&slot);
        }
        self.publish(Feed::Deleted);
    }

    fn publish(&self, feed: Feed) {
        if let Some(slot) = self.slot.upgrade()
            && let Some(watchers) = &*slot.feed.lock()
        {
            // Nobody watches any more: nobody needs to be told.
            let _ = watchers.send(feed);
        }
    }

    /// Keeps a snapshot when at least `events` events came since the last one.
    async fn keep_snapshot(&mut self, events: u64) {
        let revision = self.session.revision;
        if revision < self.snapshot + events {
            return;
        }
        let session = self.session.clone();
        // A large state takes long to write out, and this thread serves other sessions too.
        match self.engine.compute(move || serde_json::to_vec(&*session)).await {
            Ok(state) => {
                let snapshot = Snapshot { revision, format: Session::FORMAT, state };
                let session_id = self.session.id.clone();
                // A snapshot only saves time: a failure costs nothing. It is waited for all the same, so that a store
                // that is closed after its sessions has nothing left to write.
                let _ = self.engine.write(Op::PutSnapshot { session_id, snapshot }).await;
                self.snapshot = revision;
                let keep = self.engine.shared.options.keep_events.unwrap_or(revision);
                if revision > keep {
                    let session_id = self.session.id.clone();
                    let op = Op::Trim { session_id, through: revision - keep };
                    let _ = self.engine.write(op).await;
                }
            }
            Err(error) => tracing::error!(session = %self.session.id, %error, "a state cannot be written"),
        }
    }
}

impl Batch {
    /// Whether an answer under the same key is part of it.
    fn keeps(&self, idempotency: &Idempotency) -> bool {
        let answers = self.append.iter().flat_map(|append| &append.answers);
        answers.into_iter().any(|answer| answer.scope == idempotency.scope && answer.key == idempotency.key)
    }

    /// Adds what a further command makes.
    fn add(&mut self, next: Append) {
        let Some(append) = &mut self.append else {
            self.append = Some(next);
            return;
        };
        append.records.extend(next.records);
        append.updated_at = next.updated_at;
        append.tasks.extend(next.tasks);
        append.writes.extend(next.writes);
        append.answers.extend(next.answers);
    }
}

/// The row after an append, when it differs from `before` in more than its revision and time.
fn changed_summary(session: &Session, before: &SummaryRow) -> Option<SummaryRow> {
    let mut after = summary(session);
    (after.revision, after.updated_at) = (before.revision, before.updated_at);
    (after != *before).then_some(after)
}
