//! A session's actor: the one place in this process where that session changes.
//!
//! It takes all commands that wait, decides each on the state after the one before, hands their appends in together,
//! and answers, publishes and goes on only when they are durable. When an append is refused, what was decided on top
//! of it is decided anew.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use sessiond_core::{
    Decision, Effect, Envelope, Event, EventBody, Receipt, Rejection, Revision, Session, SessionId,
};
use sessiond_store::{Append, Enqueue, Op, Record, Refusal, Snapshot, SummaryRow, TaskRow, Write};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::answers::{Idempotency, Kept};
use crate::commit::Pending;
use crate::sessions::Reply;
use crate::{Engine, Error};

/// Commands that one turn of an actor takes at most.
const TURN: usize = 64;
/// Events that a watcher may lag behind before it reads from the store.
const FEED: usize = 256;
/// How long a command is decided anew because another process was faster each time. A process that writes without
/// a pause can be faster often, since the store's lock is not fair.
const CONTEND: Duration = Duration::from_secs(10);

/// A session in memory.
pub(crate) struct Slot {
    pub(crate) id: SessionId,
    state: RwLock<Arc<Session>>,
    mail: mpsc::Sender<Mail>,
    feed: broadcast::Sender<Feed>,
    /// When it was last used, in milliseconds since the epoch.
    used: AtomicI64,
    deleted: AtomicBool,
}

/// What watchers hear.
#[derive(Debug, Clone)]
pub(crate) enum Feed {
    /// An event is durable.
    Record(Record),
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

struct Job {
    envelope: Envelope,
    idempotency: Option<Idempotency>,
    /// When another process was first faster.
    contended: Option<Instant>,
    reply: oneshot::Sender<Result<Reply, Error>>,
}

impl Slot {
    /// Puts a session into memory, with its state as the store has it.
    pub(crate) fn start(engine: &Engine, session: Session, snapshot: Revision) -> Arc<Self> {
        let (mail, mailbox) = mpsc::channel(1024);
        let (feed, _) = broadcast::channel(FEED);
        let slot = Arc::new(Self {
            id: session.id.clone(),
            state: RwLock::new(Arc::new(session.clone())),
            mail,
            feed,
            used: AtomicI64::new(engine.now().millis()),
            deleted: AtomicBool::new(false),
        });
        let actor = Actor {
            engine: engine.clone(),
            // The actor must not keep itself alive: when the last handle goes, its mailbox closes and it ends.
            slot: Arc::downgrade(&slot),
            summary: summary(&session),
            session: Arc::new(session),
            snapshot,
        };
        engine.shared.tasks.spawn(actor.run(mailbox));
        slot
    }

    /// The state after the last durable event.
    pub(crate) fn session(&self) -> Arc<Session> {
        self.state.read().clone()
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Feed> {
        self.feed.subscribe()
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.deleted.load(Ordering::Acquire)
    }

    pub(crate) fn touch(&self, engine: &Engine) {
        self.used.store(engine.now().millis(), Ordering::Relaxed);
    }

    pub(crate) fn idle_since(&self) -> i64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Has a command decided and made durable.
    pub(crate) async fn command(
        &self,
        envelope: Envelope,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Job { envelope, idempotency, contended: None, reply };
        self.mail.send(Mail::Command(Box::new(job))).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Tells the actor that another process wrote.
    pub(crate) async fn refresh(&self) {
        let _ = self.mail.send(Mail::Refresh).await;
    }

    /// Tells watchers that the session is gone.
    pub(crate) async fn delete(&self) {
        self.deleted.store(true, Ordering::Release);
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
}

/// A command that is decided. Nobody is told before what it was decided on is durable.
enum Decided {
    /// Its append is on its way to the disk.
    Append(Box<InFlight>),
    /// It changes nothing.
    Unchanged(Box<Job>, Reply),
    /// It is refused.
    Rejected(Box<Job>, Rejection),
}

struct InFlight {
    job: Box<Job>,
    decision: Decision,
    records: Vec<Record>,
    summary: Option<SummaryRow>,
    pending: Pending,
}

/// Whether what was decided on top of a command still holds.
enum Settled {
    Holds,
    /// It does not; and the command itself is to be decided anew, when it is given.
    Broken(Option<Box<Job>>),
}

impl Decided {
    /// The command, once its append has settled one way or the other.
    async fn give_up(self) -> Box<Job> {
        match self {
            Self::Append(flight) => {
                let _ = flight.pending.done().await;
                flight.job
            }
            Self::Unchanged(job, _) | Self::Rejected(job, _) => job,
        }
    }
}

impl Actor {
    async fn run(mut self, mut mailbox: mpsc::Receiver<Mail>) {
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

    /// Decides what waits, makes it durable together, and answers.
    async fn turn(&mut self, mut jobs: VecDeque<Box<Job>>) {
        while !jobs.is_empty() {
            let mut decided = Vec::with_capacity(jobs.len());
            let mut state = self.session.clone();
            let mut row = self.summary.clone();
            for job in jobs.drain(..) {
                decided.push(self.begin(job, &mut state, &mut row).await);
            }
            let mut broken = false;
            for next in decided {
                if broken {
                    // It was decided on a state that never was.
                    jobs.push_back(next.give_up().await);
                } else if let Settled::Broken(retry) = self.settle(next).await {
                    broken = true;
                    jobs.extend(retry);
                }
            }
        }
    }

    /// Decides a command and hands its append in.
    async fn begin(&mut self, job: Box<Job>, state: &mut Arc<Session>, row: &mut SummaryRow) -> Decided {
        let moment = self.engine.moment();
        let decision = match sessiond_core::decide(state, job.envelope.clone(), &moment) {
            Ok(decision) => decision,
            Err(rejection) => return Decided::Rejected(job, rejection),
        };
        if decision.events.is_empty() && decision.effects.is_empty() && job.idempotency.is_none() {
            return Decided::Unchanged(job, Reply::new(state.clone(), decision.receipt));
        }
        let summary = changed_summary(&decision, row);
        if let Some(summary) = &summary {
            *row = summary.clone();
        }
        let append = append(&decision, state.revision, summary.clone(), job.idempotency.clone(), &moment);
        let records = append.records.clone();
        *state = Arc::new(decision.session.clone());
        let pending = self.engine.shared.committer.submit(Op::Append(Box::new(append))).await;
        Decided::Append(Box::new(InFlight { job, decision, records, summary, pending }))
    }

    /// Waits until what was decided is durable, then publishes it and answers.
    async fn settle(&mut self, decided: Decided) -> Settled {
        let InFlight { mut job, decision, records, summary, pending } = match decided {
            Decided::Append(flight) => *flight,
            Decided::Unchanged(job, reply) => {
                let _ = job.reply.send(Ok(reply));
                return Settled::Holds;
            }
            Decided::Rejected(job, rejection) => {
                self.reject(job, rejection).await;
                return Settled::Holds;
            }
        };
        let answer = match pending.done().await {
            Ok(Ok(_)) => {
                self.accept(decision.session, summary, records);
                self.engine.act_on(&decision.effects);
                let _ = job.reply.send(Ok(Reply::new(self.session.clone(), decision.receipt)));
                return Settled::Holds;
            }
            Ok(Err(Refusal::Conflict { actual: 0 })) => Err(Rejection::SessionNotFound.into()),
            Ok(Err(Refusal::Conflict { .. })) => {
                let since = *job.contended.get_or_insert_with(Instant::now);
                match self.refresh().await {
                    Ok(()) if since.elapsed() < CONTEND => return Settled::Broken(Some(job)),
                    Ok(()) => Err(Error::Conflict),
                    Err(error) => Err(error),
                }
            }
            Ok(Err(refusal)) => match (refusal, &job.idempotency) {
                (Refusal::Answered(answer), Some(idempotency)) => {
                    self.engine.answer_again(idempotency, &answer).await
                }
                (refusal, _) => Err(refused(refusal)),
            },
            Err(error) => Err(error.into()),
        };
        let _ = job.reply.send(answer);
        Settled::Broken(None)
    }

    /// Takes over a state whose events are durable, and publishes them.
    fn accept(&mut self, session: Session, summary: Option<SummaryRow>, records: Vec<Record>) {
        metrics::counter!("sessiond_events_total").increment(records.len() as u64);
        self.session = Arc::new(session);
        if let Some(summary) = summary {
            self.summary = summary;
        }
        if let Some(slot) = self.slot.upgrade() {
            *slot.state.write() = self.session.clone();
        }
        for record in records {
            self.publish(Feed::Record(record));
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

    /// Reads what another process wrote.
    async fn refresh(&mut self) -> Result<(), Error> {
        loop {
            let page = self.engine.shared.store.events(&self.session.id, self.session.revision, 1000).await?;
            let Some(page) = page else {
                return Err(Rejection::SessionNotFound.into());
            };
            if page.records.is_empty() {
                return Ok(());
            }
            let mut session = Session::clone(&self.session);
            for record in &page.records {
                session.apply(&read_event(record)?).map_err(Rejection::from)?;
            }
            let row = summary(&session);
            self.accept(session, Some(row), page.records);
        }
    }

    fn publish(&self, feed: Feed) {
        if let Some(slot) = self.slot.upgrade() {
            // Nobody watches: nobody needs to be told.
            let _ = slot.feed.send(feed);
        }
    }

    /// Keeps a snapshot when at least `events` events came since the last one.
    async fn keep_snapshot(&mut self, events: u64) {
        let revision = self.session.revision;
        if revision < self.snapshot + events {
            return;
        }
        match serde_json::to_vec(&*self.session) {
            Ok(state) => {
                let snapshot = Snapshot { revision, format: Session::FORMAT, state };
                let session_id = self.session.id.clone();
                // A snapshot only saves time, so nobody waits for it and a failure costs nothing.
                drop(self.engine.shared.committer.submit(Op::PutSnapshot { session_id, snapshot }).await);
                self.snapshot = revision;
                let keep = self.engine.shared.options.keep_events.unwrap_or(revision);
                if revision > keep {
                    let session_id = self.session.id.clone();
                    let op = Op::Trim { session_id, through: revision - keep };
                    drop(self.engine.shared.committer.submit(op).await);
                }
            }
            Err(error) => tracing::error!(session = %self.session.id, %error, "a state cannot be written"),
        }
    }
}

/// Reads an event from the journal.
pub(crate) fn read_event(record: &Record) -> Result<Event, Error> {
    serde_json::from_str(&record.json).map_err(|error| {
        let corrupt =
            sessiond_core::Corrupt { seq: record.seq, detail: format!("it cannot be read: {error}") };
        Error::Rejected(corrupt.into())
    })
}

/// The events of a decision as they are stored.
pub(crate) fn records(events: &[Event]) -> Vec<Record> {
    events
        .iter()
        .map(|event| Record {
            seq: event.seq,
            json: serde_json::to_string(event).expect("an event has only string keys").into(),
        })
        .collect()
}

/// The append of a decision.
pub(crate) fn append(
    decision: &Decision,
    expected_revision: Revision,
    summary: Option<SummaryRow>,
    idempotency: Option<Idempotency>,
    moment: &sessiond_core::Moment,
) -> Append {
    let session = &decision.session;
    let mut tasks: Vec<TaskRow> = Vec::new();
    for event in &decision.events {
        let id = match &event.body {
            EventBody::TaskDelegated { task_id, .. } => task_id,
            EventBody::TaskUpdated(update) => &update.task_id,
            _ => continue,
        };
        if let Some(task) = session.tasks.get(id) {
            tasks.retain(|row| row.task_id != *id);
            tasks.push(TaskRow {
                task_id: id.clone(),
                session_id: session.id.clone(),
                assignee: task.assignee.clone(),
                status: task.status,
            });
        }
    }
    Append {
        session_id: session.id.clone(),
        expected_revision,
        records: records(&decision.events),
        updated_at: session.updated_at,
        summary: summary.map(Box::new),
        tasks,
        writes: decision.effects.iter().map(|effect| write(effect, moment.now)).collect(),
        answer: idempotency
            .map(|idempotency| idempotency.answer(kept(session, &decision.receipt), moment.now)),
    }
}

fn kept(session: &Session, receipt: &Receipt) -> String {
    Kept { session_id: session.id.clone(), revision: session.revision, receipt: receipt.clone() }.body()
}

fn write(effect: &Effect, now: sessiond_core::Timestamp) -> Write {
    match effect {
        Effect::Deliver { message, not_before, optional } => {
            Write::Enqueue(Box::new(enqueue(message, now, not_before.unwrap_or(now), *optional)))
        }
        Effect::Withdraw { recipient, message_id } => {
            Write::Withdraw { recipient: recipient.clone(), message_id: message_id.clone() }
        }
        Effect::SetTimer(timer) => Write::SetTimer(timer.clone()),
        Effect::ClearTimer(key) => Write::ClearTimer(key.clone()),
    }
}

/// A message as it goes into an inbox.
pub(crate) fn enqueue(
    message: &sessiond_core::Message,
    at: sessiond_core::Timestamp,
    not_before: sessiond_core::Timestamp,
    optional: bool,
) -> Enqueue {
    Enqueue {
        message_id: message.message_id.clone(),
        recipient: message.recipient.agent_id.clone(),
        sender: message.sender.agent_id.clone(),
        session_id: message.sender.session_id.clone(),
        in_reply_to: message.in_reply_to.clone(),
        priority: message.priority,
        body: serde_json::to_string(message).expect("a message has only string keys").into(),
        at,
        not_before,
        inbox_limit: sessiond_core::limits::INBOX,
        optional,
    }
}

/// What a refusal means to the caller.
pub(crate) fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Conflict { .. } => Error::Conflict,
        Refusal::Answered(_) => Error::IdempotencyMismatch("Idempotency-Key"),
        Refusal::InboxFull(agent) => Error::InboxFull(agent),
        Refusal::MessageExists(id) => Error::MessageExists(id),
        Refusal::FenceStale { present } => Error::InboxTaken { present },
        Refusal::NotFound => Error::MessageNotFound,
    }
}

/// A session's row in lists.
pub(crate) fn summary(session: &Session) -> SummaryRow {
    let steps = session.workflow.as_ref().map_or((0, 0), |workflow| {
        (workflow.named(sessiond_core::StepStatus::Completed).count(), workflow.steps.len())
    });
    let all_tasks = session.tasks.len();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    SummaryRow {
        session_id: session.id.clone(),
        kind: session.kind,
        name: session.name.clone(),
        status: session.status,
        revision: session.revision,
        owner: session.owner.clone(),
        client_id: session.client_id.clone(),
        orchestrator: session.orchestrator.clone(),
        members: session.present().map(|participant| participant.agent_id.clone()).collect(),
        labels: session.labels.clone(),
        parent: session.parent.clone(),
        forked_from: session.forked_from.clone(),
        created_at: session.created_at,
        updated_at: session.updated_at,
        expires_at: session.expires_at,
        ended_at: session.ended_at,
        steps: (count(steps.0), count(steps.1)),
        tasks: (count(all_tasks - session.open_tasks().count()), count(all_tasks)),
    }
}

/// The row after a decision, when it differs from `before` in more than its revision and time.
fn changed_summary(decision: &Decision, before: &SummaryRow) -> Option<SummaryRow> {
    let may_differ = decision.events.iter().any(|event| {
        !matches!(
            event.body,
            EventBody::ContextUpdated { .. } | EventBody::MessageSent { .. } | EventBody::LeaseClaimed { .. }
        )
    });
    if !may_differ {
        return None;
    }
    let mut after = summary(&decision.session);
    (after.revision, after.updated_at) = (before.revision, before.updated_at);
    (after != *before).then_some(after)
}
