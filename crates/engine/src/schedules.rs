//! Schedules: sessions that are made at times.
//!
//! Exactly one session is made for each time, however many processes there are and whatever becomes of the session: it is
//! created in the transaction in which the schedule moves on, at the revision that it was read at. Its id follows from
//! the schedule and the time.

use std::sync::Arc;

use sessiond_core::schedules::SCHEDULE_LABEL;
use sessiond_core::{
    LastRun, Overlap, Principal, Rejection, Revision, Role, RunOutcome, Schedule, ScheduleId, SchedulePlan,
    Session, SessionId, Span, Status, Timestamp, limits,
};
use sessiond_store::{Op, Refusal, ScheduleChange, ScheduleQuery, ScheduleRow};

use crate::answers::Idempotency;
use crate::{Engine, Error};

/// Schedules that are looked at together.
const BATCH: usize = 64;
/// The longest sleep; another process may have made a schedule whose notice was lost.
const LONGEST: Span = Span::from_secs(30);
/// How long to wait after schedules could not be read, or a session could not be made for want of the store.
const RETRY: Span = Span::from_secs(1);
/// How often what became of a time is written, because the schedule is changed meanwhile.
const TRIES: usize = 8;

/// A page of schedules.
#[derive(Debug, Clone)]
pub struct SchedulePage {
    /// The schedules, by id.
    pub schedules: Vec<Schedule>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

impl Engine {
    /// Makes a schedule. The same request again gets the schedule as it is by then.
    pub async fn create_schedule(
        &self,
        principal: &Principal,
        id: ScheduleId,
        plan: SchedulePlan,
        idempotency: Option<Idempotency>,
    ) -> Result<Schedule, Error> {
        if let Some(idempotency) = &idempotency
            && let Some(answer) = self.shared.store.answer(&idempotency.scope, &idempotency.key).await?
        {
            return self.schedule_made(principal, idempotency, &answer).await;
        }
        let schedule = Schedule::new(id, plan, principal.clone(), &self.moment())?;
        self.check_agents(&schedule)?;
        let row = row(&schedule)?;
        let answer = idempotency
            .clone()
            .map(|idempotency| idempotency.answer(None, schedule.schedule_id.to_string(), self.now()));
        let op = Op::PutSchedule { row: Box::new(row), expected: 0, most: limits::SCHEDULES, answer };
        let engine = self.clone();
        let written = self.whole(async move {
            let written = engine.write(op).await?;
            engine.shared.schedules.now();
            Ok::<_, Error>(written)
        });
        match (written.await?, idempotency) {
            (Ok(_), _) => Ok(schedule),
            (Err(Refusal::Answered(answer)), Some(idempotency)) => {
                self.schedule_made(principal, &idempotency, &answer).await
            }
            (Err(Refusal::Conflict { .. }), _) => Err(Error::ScheduleExists),
            (Err(Refusal::LimitReached), _) => {
                Err(Error::LimitReached { what: "schedules of one owner", limit: limits::SCHEDULES })
            }
            (Err(refusal), _) => Err(refusal.into()),
        }
    }

    async fn schedule_made(
        &self,
        principal: &Principal,
        idempotency: &Idempotency,
        answer: &sessiond_store::Answer,
    ) -> Result<Schedule, Error> {
        idempotency.same(answer)?;
        let id = ScheduleId::parse(answer.body.clone()).map_err(|_| Error::ScheduleNotFound)?;
        self.schedule(principal, &id).await
    }

    /// A schedule. One that is neither the caller's nor an administrator's to see is not found.
    pub async fn schedule(&self, principal: &Principal, id: &ScheduleId) -> Result<Schedule, Error> {
        let row = self.shared.store.schedule(id).await?.ok_or(Error::ScheduleNotFound)?;
        if principal.role != Role::Admin && row.owner != principal.name {
            return Err(Error::ScheduleNotFound);
        }
        read(&row)
    }

    /// The caller's schedules; an administrator sees all.
    pub async fn schedules(
        &self,
        principal: &Principal,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<SchedulePage, Error> {
        let owner = (principal.role != Role::Admin).then(|| principal.name.clone());
        let page = self.shared.store.schedules(ScheduleQuery { owner, cursor, limit }).await?;
        let schedules = page.items.iter().map(read).collect::<Result<_, _>>()?;
        Ok(SchedulePage { schedules, next_cursor: page.next_cursor })
    }

    /// Changes what a schedule says. It has the rights of the key that changes it from then on, if that is its owner's.
    pub async fn change_schedule(
        &self,
        principal: &Principal,
        id: &ScheduleId,
        expected: Option<Revision>,
        change: impl Fn(SchedulePlan) -> SchedulePlan + Send + Sync,
    ) -> Result<Schedule, Error> {
        for _ in 0..TRIES {
            let present = self.schedule(principal, id).await?;
            at_revision(&present, expected)?;
            let is_owner = present.owner.name == principal.name;
            let owner = if is_owner { principal.clone() } else { present.owner.clone() };
            let changed = present.changed(change(present.plan.clone()), owner, &self.moment())?;
            self.check_agents(&changed)?;
            if self.replace(&present, &changed).await? {
                return Ok(changed);
            }
        }
        Err(Error::Conflict)
    }

    /// Removes a schedule; its sessions stay.
    pub async fn delete_schedule(
        &self,
        principal: &Principal,
        id: &ScheduleId,
        expected: Option<Revision>,
    ) -> Result<(), Error> {
        let present = self.schedule(principal, id).await?;
        at_revision(&present, expected)?;
        let op = Op::DeleteSchedule { schedule_id: id.clone(), expected };
        match self.write(op).await? {
            Ok(_) => Ok(()),
            Err(Refusal::NotFound) => Err(Error::ScheduleNotFound),
            Err(Refusal::Conflict { actual }) => {
                Err(Error::ScheduleStale { expected: expected.unwrap_or(actual), actual })
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Makes a session of a schedule now, also if it is paused or its last session is active. Its other times stay.
    pub async fn run_schedule(&self, principal: &Principal, id: &ScheduleId) -> Result<Arc<Session>, Error> {
        let time = Schedule::run_time(self.now());
        for _ in 0..TRIES {
            let schedule = self.schedule(principal, id).await?;
            match self.make(&schedule, time, false).await {
                // Somebody has changed the schedule meanwhile.
                Err(Error::Conflict) => {}
                made => return made,
            }
        }
        Err(Error::Conflict)
    }

    /// Whether the agents that a schedule's sessions name would take part in one that is made now.
    fn check_agents(&self, schedule: &Schedule) -> Result<(), Error> {
        let session = &schedule.plan.session;
        let named = session.orchestrator.iter().chain(session.participants.iter().map(|new| &new.agent_id));
        for agent in named {
            self.must_consent(&schedule.owner, agent)?;
        }
        Ok(())
    }

    /// Makes the session of a time, with which the schedule moves on, or finds the one that was made for it by a run that
    /// somebody asked for in the same second. [`Error::Conflict`]: the schedule is not as it was read.
    async fn make(&self, schedule: &Schedule, time: Timestamp, moves: bool) -> Result<Arc<Session>, Error> {
        self.must_be_valid(&schedule.owner)?;
        let new = schedule.session_at(time);
        let id = new.session_id.clone();
        let run = created(time, id.clone());
        let after = after(schedule, &run, moves).unwrap_or_else(|| next_revision(schedule));
        let change = ScheduleChange { row: row(&after)?, expected: schedule.revision };
        match self.create_for(new, &schedule.owner, None, Some(change)).await {
            Ok(reply) => Ok(reply.session),
            Err(Error::Rejected(Rejection::SessionExists)) => {
                let there = self.open_session(&id).await?.session();
                let is_its = there.owner == schedule.owner.name
                    && there.labels.get(SCHEDULE_LABEL).is_some_and(|id| schedule.schedule_id == id.as_str());
                if !is_its {
                    return Err(Rejection::SessionExists.into());
                }
                self.settle(schedule.clone(), run, moves).await?;
                Ok(there)
            }
            Err(error) => Err(error),
        }
    }

    /// Refuses an owner whose key was revoked or has expired, unless another key has its name and the same rights.
    fn must_be_valid(&self, owner: &Principal) -> Result<(), Error> {
        if self.is_valid(owner) {
            return Ok(());
        }
        let detail = format!("no valid key has the name {} and the rights that the schedule has", owner.name);
        Err(Error::Forbidden(detail))
    }

    /// Makes the session of a time, unless the last one is active, and records what became of the time.
    async fn run_at(&self, schedule: &Schedule, time: Timestamp) -> Result<RunOutcome, Error> {
        if schedule.plan.overlap == Overlap::Skip
            && let Some(last) = &schedule.last_session
            && *last != schedule.session_id(time)
            && self.is_active(last).await?
        {
            let error = Some(format!("the session {last} is still active"));
            let run = LastRun { time, outcome: RunOutcome::Skipped, session_id: Some(last.clone()), error };
            self.settle(schedule.clone(), run, true).await?;
            return Ok(RunOutcome::Skipped);
        }
        match self.make(schedule, time, true).await {
            Ok(_) => Ok(RunOutcome::Created),
            // It is made when the store takes writes again.
            Err(error @ (Error::Store(_) | Error::Closed | Error::Conflict)) => Err(error),
            Err(error) => {
                tracing::warn!(schedule = %schedule.schedule_id, %time, %error, "a schedule cannot make its session");
                let error = Some(error.to_string());
                let run = LastRun { time, outcome: RunOutcome::Failed, session_id: None, error };
                self.settle(schedule.clone(), run, true).await?;
                Ok(RunOutcome::Failed)
            }
        }
    }

    async fn is_active(&self, id: &SessionId) -> Result<bool, Error> {
        match self.open_session(id).await {
            Ok(slot) => Ok(slot.session().status == Status::Active),
            Err(Error::Rejected(Rejection::SessionNotFound)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes what became of a time. When somebody else changes the schedule meanwhile, what they wrote stays, and this is
    /// added to it. `moves`: the schedule goes on from there.
    async fn settle(&self, mut schedule: Schedule, run: LastRun, moves: bool) -> Result<(), Error> {
        for _ in 0..TRIES {
            let Some(after) = after(&schedule, &run, moves) else { return Ok(()) };
            if self.replace(&schedule, &after).await? {
                return Ok(());
            }
            match self.shared.store.schedule(&schedule.schedule_id).await? {
                Some(row) => schedule = read(&row)?,
                None => return Ok(()),
            }
        }
        Err(Error::Conflict)
    }

    /// Writes a schedule in the place of another; false when that is not there any more.
    async fn replace(&self, present: &Schedule, after: &Schedule) -> Result<bool, Error> {
        let op = Op::PutSchedule {
            row: Box::new(row(after)?),
            expected: present.revision,
            most: limits::SCHEDULES,
            answer: None,
        };
        let engine = self.clone();
        let written = self.whole(async move {
            let written = engine.write(op).await?;
            engine.shared.schedules.now();
            Ok::<_, Error>(written)
        });
        match written.await? {
            Ok(_) => Ok(true),
            Err(Refusal::Conflict { .. }) => Ok(false),
            Err(refusal) => Err(refusal.into()),
        }
    }
}

/// Makes the sessions of schedules until it is dropped.
pub(crate) async fn run(engine: Engine) {
    loop {
        let next = match run_due(&engine).await {
            Ok(next) => next,
            Err(Error::Closed) => return,
            Err(error) => {
                tracing::warn!(%error, "schedules have to wait; they are tried again in a second");
                engine.now().after(RETRY)
            }
        };
        tokio::select! {
            () = engine.shared.schedules.notified() => {}
            () = engine.clock().sleep_until(next) => {}
        }
    }
}

/// Makes what is due, and says when to look again.
async fn run_due(engine: &Engine) -> Result<Timestamp, Error> {
    let now = engine.now();
    let (due, next) = engine.shared.store.due_schedules(now, BATCH).await?;
    let all = due.len() < BATCH;
    for row in due {
        match read(&row) {
            Ok(schedule) => run_one(engine, schedule, now).await?,
            Err(error) => tracing::error!(schedule = %row.schedule_id, %error, "a schedule cannot be read"),
        }
    }
    if !all {
        return Ok(now);
    }
    let latest = engine.now().after(LONGEST);
    Ok(next.map_or(latest, |next| next.min(latest)))
}

/// Makes the sessions of a schedule that are due, one after the other.
async fn run_one(engine: &Engine, schedule: Schedule, now: Timestamp) -> Result<(), Error> {
    let due = schedule.due(now);
    if due.is_empty() {
        // All that passed was missed, and is not made up for.
        engine.replace(&schedule, &schedule.after(now)).await?;
        return Ok(());
    }
    let id = schedule.schedule_id.clone();
    let mut present = schedule;
    for time in due {
        let mut tries = 0;
        loop {
            if present.next_at.is_none_or(|next| next > time) {
                // Another process, or a person, was faster.
                return Ok(());
            }
            let ran = engine.run_at(&present, time).await;
            let Some(row) = engine.shared.store.schedule(&id).await? else { return Ok(()) };
            present = read(&row)?;
            match ran {
                Ok(outcome) => {
                    metrics::counter!("sessiond_scheduled_runs_total", "outcome" => <&str>::from(outcome))
                        .increment(1);
                    break;
                }
                // What changed the schedule counts for this time already.
                Err(Error::Conflict) if tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// The schedule after what became of a time; `moves`: it goes on from there. None where that is known already.
fn after(schedule: &Schedule, run: &LastRun, moves: bool) -> Option<Schedule> {
    let is_next = moves && schedule.next_at.is_some_and(|next| next <= run.time);
    let is_last = schedule.last.as_ref().is_none_or(|last| last.time < run.time);
    if !is_next && !is_last {
        return None;
    }
    let mut after = if is_next { schedule.after(run.time) } else { next_revision(schedule) };
    if is_last {
        if run.outcome == RunOutcome::Created {
            after.last_session = run.session_id.clone();
        }
        after.last = Some(run.clone());
    }
    Some(after)
}

fn next_revision(schedule: &Schedule) -> Schedule {
    Schedule { revision: schedule.revision + 1, ..schedule.clone() }
}

fn created(time: Timestamp, session: SessionId) -> LastRun {
    LastRun { time, outcome: RunOutcome::Created, session_id: Some(session), error: None }
}

fn at_revision(schedule: &Schedule, expected: Option<Revision>) -> Result<(), Error> {
    match expected {
        Some(expected) if expected != schedule.revision => {
            Err(Error::ScheduleStale { expected, actual: schedule.revision })
        }
        _ => Ok(()),
    }
}

fn row(schedule: &Schedule) -> Result<ScheduleRow, Error> {
    let body = serde_json::to_string(schedule).expect("a schedule has only string keys");
    if body.len() > limits::SCHEDULE_BYTES {
        return Err(Error::LimitReached {
            what: "bytes of a schedule",
            limit: limits::SCHEDULE_BYTES as u64,
        });
    }
    Ok(ScheduleRow {
        schedule_id: schedule.schedule_id.clone(),
        owner: schedule.owner.name.clone(),
        revision: schedule.revision,
        next_at: schedule.next_at,
        body: body.into(),
    })
}

fn read(row: &ScheduleRow) -> Result<Schedule, Error> {
    serde_json::from_str(&row.body).map_err(|error| {
        Error::Store(sessiond_store::Error::Failed(format!("a schedule cannot be read: {error}")))
    })
}
