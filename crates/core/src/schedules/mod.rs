//! Schedules: sessions that are made at times. Which times those are, and what is to be made at one of them. The engine acts on
//! it, and the store keeps it.

mod timing;

use serde::{Deserialize, Serialize};

use crate::session::{CreateSession, Moment, Principal, Rejection, create};
use crate::values::check::Checks;
use crate::values::{Revision, ScheduleId, SessionId, Span, Timestamp, limits};

use timing::{Times, just_before, whole_second};

pub use timing::Timing;

/// The label of a session that a schedule made: the schedule's id.
pub const SCHEDULE_LABEL: &str = "schedule";
/// The label with the time that a session of a schedule stands for.
pub const SCHEDULE_TIME_LABEL: &str = "schedule_time";
/// A time that has passed no longer ago than this is not missed: the engine is only busy.
const ON_TIME_MS: u64 = 60_000;

/// A schedule, as it is kept: a stored format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its id.
    pub schedule_id: ScheduleId,
    /// Whose rights its sessions are made with, and who owns it and them by its name.
    pub owner: Principal,
    /// Counts its changes, those by the engine included; the first is 1.
    pub revision: Revision,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// What it says.
    pub plan: SchedulePlan,
    /// The next time; none when it is paused or has no more.
    #[serde(default)]
    pub next_at: Option<Timestamp>,
    /// What became of the last time.
    #[serde(default)]
    pub last: Option<LastRun>,
    /// The last session that it made.
    #[serde(default)]
    pub last_session: Option<SessionId>,
}

/// What somebody says of a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SchedulePlan {
    /// When.
    pub timing: Timing,
    /// What it makes. Its id is that of the schedule here, and each session gets one of its own.
    pub session: CreateSession,
    /// Whether a session is made while the last one is active.
    #[serde(default)]
    pub overlap: Overlap,
    /// How long a missed time is made up for. If absent, only the latest missed time is, however long ago it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch_up: Option<Span>,
    /// Whether it makes none.
    #[serde(default)]
    pub paused: bool,
}

/// Whether a schedule makes a session while the last one that it made is active.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, strum::Display, strum::IntoStaticStr,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Overlap {
    /// It does not: the time is passed over.
    #[default]
    Skip,
    /// It does.
    Allow,
}

/// The result of a time of a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = LastRun))]
pub struct LastRun {
    /// The time.
    pub time: Timestamp,
    /// `created`, `skipped` or `failed`.
    pub outcome: RunOutcome,
    /// The session that was created, or the active one on account of which the time was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Why no session was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Whether a session was created for a time of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::IntoStaticStr)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RunOutcome {
    /// A session was created.
    Created,
    /// The last session was still active.
    Skipped,
    /// The session could not be created.
    Failed,
}

impl Schedule {
    /// A new schedule.
    pub fn new(
        schedule_id: ScheduleId,
        plan: SchedulePlan,
        owner: Principal,
        moment: &Moment,
    ) -> Result<Self, Rejection> {
        let now = moment.now;
        let mut schedule = Self {
            schedule_id,
            owner,
            revision: 1,
            created_at: now,
            updated_at: now,
            plan,
            next_at: None,
            last: None,
            last_session: None,
        };
        schedule.check(moment)?;
        schedule.next_at = schedule.first(now);
        Ok(schedule)
    }

    /// The same schedule after a change of what it says, by `owner`. Times that passed meanwhile are not made up for.
    pub fn changed(&self, plan: SchedulePlan, owner: Principal, moment: &Moment) -> Result<Self, Rejection> {
        let mut schedule = Self { plan, owner, updated_at: moment.now, ..self.clone() };
        schedule.check(moment)?;
        let same_times = schedule.plan.timing == self.plan.timing && schedule.plan.paused == self.plan.paused;
        if !same_times {
            let is_new = schedule.plan.timing != self.plan.timing;
            let now = moment.now;
            schedule.next_at =
                if is_new { schedule.first(now) } else { schedule.first(now).filter(|at| *at > now) };
        }
        schedule.revision += 1;
        Ok(schedule)
    }

    /// The next times from `now` on, `count` at most.
    pub fn upcoming(&self, now: Timestamp, count: usize) -> Vec<Timestamp> {
        let Some(times) = self.times() else { return Vec::new() };
        let first = self.next_at.filter(|at| *at > now).or_else(|| {
            let next = times.next(now);
            next.filter(|_| self.next_at.is_some())
        });
        std::iter::successors(first, |at| times.next(*at)).take(count).collect()
    }

    /// The times that have come by `now` and for which a session is to be made, oldest first. A time that is past by more
    /// than a minute was missed: those within `catch_up` are made up for, or if that is absent the latest of all.
    pub fn due(&self, now: Timestamp) -> Vec<Timestamp> {
        let (Some(next), Some(times)) = (self.next_at, self.times()) else { return Vec::new() };
        let ago = |millis: u64| Timestamp::from_millis(now.millis().saturating_sub_unsigned(millis));
        let since = |from: Timestamp| {
            let first = if from <= next { Some(next) } else { times.next(just_before(from)) };
            std::iter::successors(first, |at| times.next(*at)).take_while(|at| *at <= now)
        };
        let on_time: Vec<Timestamp> = since(ago(ON_TIME_MS)).collect();
        match self.plan.catch_up {
            Some(window) => {
                let all: Vec<Timestamp> = since(ago(window.millis().max(ON_TIME_MS))).collect();
                let most = limits::SCHEDULE_CATCH_UP + on_time.len();
                all[all.len().saturating_sub(most)..].to_vec()
            }
            None if on_time.is_empty() => {
                times.latest(now).filter(|at| *at >= next && *at <= now).into_iter().collect()
            }
            None => on_time,
        }
    }

    /// The schedule after its times up to `through` are dealt with.
    pub fn after(&self, through: Timestamp) -> Self {
        let next_at = self.times().and_then(|times| times.next(through));
        Self { next_at, revision: self.revision + 1, ..self.clone() }
    }

    /// The session for a time.
    pub fn session_at(&self, time: Timestamp) -> CreateSession {
        let mut session = self.plan.session.clone();
        session.session_id = self.session_id(time);
        session.labels.insert(SCHEDULE_LABEL.into(), self.schedule_id.to_string());
        session.labels.insert(SCHEDULE_TIME_LABEL.into(), time.to_string());
        session
    }

    /// The id of the session for a time.
    pub fn session_id(&self, time: Timestamp) -> SessionId {
        let at = jiff::Timestamp::from_millisecond(time.millis()).unwrap_or_default();
        let id = format!("{}_{}", self.schedule_id, at.strftime("%Y%m%dT%H%M%SZ"));
        SessionId::parse(id).expect("a schedule's id leaves room for the time")
    }

    /// The time as which a run that somebody asks for now is recorded.
    pub fn run_time(now: Timestamp) -> Timestamp {
        whole_second(now)
    }

    /// The next times of a timing from `now` on, as a schedule that is made now would have them.
    pub fn preview(timing: &Timing, now: Timestamp, count: usize) -> Result<Vec<Timestamp>, Rejection> {
        let mut checks = Checks::default();
        let times = timing.times(&mut checks, now);
        checks.done()?;
        let Some(times) = times else { return Ok(Vec::new()) };
        let first =
            if let Times::At(at) = times { Some(Timestamp::from_millis(at)) } else { times.next(now) };
        Ok(std::iter::successors(first, |at| times.next(*at)).take(count).collect())
    }

    fn times(&self) -> Option<Times> {
        self.plan.timing.times(&mut Checks::default(), self.created_at)
    }

    /// The first time from `now` on. A single time that has passed is now.
    fn first(&self, now: Timestamp) -> Option<Timestamp> {
        let times = self.times().filter(|_| !self.plan.paused)?;
        if let Times::At(at) = times { Some(Timestamp::from_millis(at)) } else { times.next(now) }
    }

    fn check(&self, moment: &Moment) -> Result<(), Rejection> {
        let mut checks = Checks::default();
        let times = self.plan.timing.times(&mut checks, self.created_at);
        if times.is_some_and(|times| times.next(moment.now).is_none()) && self.plan.timing.at.is_none() {
            checks.wrong("/cron", "it never comes");
        }
        if self.plan.catch_up.is_some_and(|window| window.millis() > limits::SPAN_MS) {
            checks.wrong("/catch_up", format!("it may be {} at most", Span::from_millis(limits::SPAN_MS)));
        }
        checks.done()?;
        // What cannot be made now cannot be made later.
        let session = self.session_at(whole_second(moment.now));
        create(session, &self.owner, moment).map_err(|rejection| rejection.within("/session"))?;
        Ok(())
    }
}
