//! Schedules: sessions that are created at times.

use serde::{Deserialize, Serialize};
use sessiond_core::{
    LastRun, Overlap, Rejection, ScheduleId, SchedulePlan, SessionId, Span, Timestamp, Timing, present,
};
use utoipa::{IntoParams, ToSchema};

use crate::{CreateSession, Problem};

crate::operations::operations! {
    /// Creates a schedule.
    CREATE_SCHEDULE = Operation::post("/schedules").keyed().fails_with(&[Code::ScheduleExists]);
    /// Says which times a schedule would have.
    PREVIEW_SCHEDULE = Operation::post("/schedules/preview").repeat(Repeat::Safe);
    /// Lists schedules.
    LIST_SCHEDULES = Operation::get("/schedules");
    /// Reads a schedule.
    GET_SCHEDULE = Operation::get("/schedules/{schedule_id}");
    /// Changes a schedule.
    UPDATE_SCHEDULE = Operation::patch("/schedules/{schedule_id}").takes(&[Header::IfMatch]);
    /// Deletes a schedule.
    DELETE_SCHEDULE = Operation::delete("/schedules/{schedule_id}").takes(&[Header::IfMatch]);
    /// Creates a session of a schedule now.
    RUN_SCHEDULE = Operation::post("/schedules/{schedule_id}/run").fails_with(&[Code::InboxFull]);
}

/// How many of the next times a schedule shows.
const UPCOMING: usize = 3;

/// Creates a schedule. It has exactly one of `cron`, `every` and `at`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSchedule {
    /// Its id, such as `nightly`. Default: a generated, time-ordered id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_id: Option<ScheduleId>,
    /// A cron expression: minute, hour, day of the month, month, day of the week; or `@hourly`, `@daily`, `@weekly`,
    /// `@monthly`, `@yearly`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0 3 * * 1-5")]
    pub cron: Option<String>,
    /// The time between two sessions, counted from the creation of the schedule: whole seconds, `1m` at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "6h")]
    pub every: Option<Span>,
    /// The time of the only session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The IANA time zone of the cron expression. Default: UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// The session to create, as in `POST /sessions` but without `session_id`, `process`, `lease` and `batch`.
    #[serde(default)]
    pub session: CreateSession,
    /// `skip`: no session is created while the last one is active. `allow`: it is. Default: `skip`.
    #[serde(default)]
    pub overlap: Overlap,
    /// How long ago a missed time may be for its session to be created afterwards, 30 days at most; `0s`: never. Default: the latest
    /// missed time counts, however long ago it was, and no earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "6h")]
    pub catch_up: Option<Span>,
    /// Whether it begins paused.
    #[serde(default)]
    pub paused: bool,
}

/// The times of a schedule that is not created.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewSchedule {
    /// A cron expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0 3 * * 1-5")]
    pub cron: Option<String>,
    /// The time between two sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// The time of the only session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The IANA time zone of the cron expression. Default: UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// The next times of a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UpcomingTimes {
    /// The next times, three at most.
    pub upcoming: Vec<Timestamp>,
}

impl PreviewSchedule {
    /// The times that come after `now`.
    pub fn times(self, now: Timestamp) -> Result<UpcomingTimes, Problem> {
        let Self { cron, every, at, time_zone } = self;
        let timing = Timing { cron, every, at, time_zone };
        Ok(UpcomingTimes { upcoming: sessiond_core::Schedule::preview(&timing, now, UPCOMING)? })
    }
}

/// Changes a schedule. Absent members do not change; a new `cron`, `every` or `at` replaces the one before.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateSchedule {
    /// A cron expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The time between two sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// The time of the only session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The IANA time zone of the cron expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The session to create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<CreateSession>,
    /// Whether a session is created while the last one is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<Overlap>,
    /// How long ago a missed time may be for its session to be created afterwards; null sets the default again.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Span>)]
    pub catch_up: Option<Option<Span>>,
    /// True pauses it, false resumes it. Times that pass while it is paused are not made up for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
}

/// A schedule and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// Its id.
    pub schedule_id: ScheduleId,
    /// The name of the key that owns it and its sessions.
    pub owner: String,
    /// The number of its changes; it is also its `ETag`.
    pub revision: u64,
    /// The cron expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The time between two sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// The time of the only session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The IANA time zone of the cron expression; UTC if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The session that it creates.
    pub session: CreateSession,
    /// Whether a session is created while the last one is active.
    pub overlap: Overlap,
    /// How long ago a missed time may be for its session to be created afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch_up: Option<Span>,
    /// Whether it is paused.
    pub paused: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// The next time; null if it is paused or has no more.
    pub next_at: Option<Timestamp>,
    /// The next times, three at most.
    pub upcoming: Vec<Timestamp>,
    /// The result of the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastRun>,
}

/// A filter for schedules.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSchedules {
    /// The maximum number of rows, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The `next_cursor` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A page of schedules, by their ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SchedulePage {
    /// The schedules.
    pub schedules: Vec<Schedule>,
    /// The `cursor` of the next page; null on the last page.
    pub next_cursor: Option<String>,
}

impl CreateSchedule {
    /// What the core keeps of it, under that id.
    pub fn into_core(self, id: &ScheduleId) -> Result<SchedulePlan, Problem> {
        Ok(SchedulePlan {
            timing: Timing { cron: self.cron, every: self.every, at: self.at, time_zone: self.time_zone },
            session: session(self.session, id)?,
            overlap: self.overlap,
            catch_up: self.catch_up,
            paused: self.paused,
        })
    }
}

impl UpdateSchedule {
    /// Refuses what no schedule can be changed to.
    pub fn check(&self, id: &ScheduleId) -> Result<(), Problem> {
        self.session.clone().map_or(Ok(()), |new| session(new, id).map(drop))
    }

    /// The plan after the change.
    pub fn apply(&self, plan: SchedulePlan, id: &ScheduleId) -> SchedulePlan {
        let mut plan = plan;
        if self.cron.is_some() || self.every.is_some() || self.at.is_some() {
            let zone = plan.timing.time_zone.take().filter(|_| self.cron.is_some());
            plan.timing = Timing { cron: self.cron.clone(), every: self.every, at: self.at, time_zone: zone };
        }
        plan.timing.time_zone = self.time_zone.clone().or(plan.timing.time_zone);
        if let Some(new) = self.session.clone().and_then(|new| session(new, id).ok()) {
            plan.session = new;
        }
        plan.overlap = self.overlap.unwrap_or(plan.overlap);
        plan.catch_up = self.catch_up.unwrap_or(plan.catch_up);
        plan.paused = self.paused.unwrap_or(plan.paused);
        plan
    }
}

impl Schedule {
    /// The schedule as a client reads it at `now`.
    pub fn view(core: &sessiond_core::Schedule, now: Timestamp) -> Result<Self, Problem> {
        let SchedulePlan { timing, session, overlap, catch_up, paused } = core.plan.clone();
        Ok(Self {
            schedule_id: core.schedule_id.clone(),
            owner: core.owner.name.clone(),
            revision: core.revision,
            cron: timing.cron,
            every: timing.every,
            at: timing.at,
            time_zone: timing.time_zone,
            session: shown(&session)?,
            overlap,
            catch_up,
            paused,
            created_at: core.created_at,
            updated_at: core.updated_at,
            next_at: core.next_at,
            upcoming: core.upcoming(now, UPCOMING),
            last: core.last.clone(),
        })
    }
}

/// The session of a schedule as the core keeps it. Its place has the schedule's id until a session is made.
fn session(wire: CreateSession, id: &ScheduleId) -> Result<sessiond_core::CreateSession, Problem> {
    let refused = [
        (
            "session_id",
            wire.session_id.is_some(),
            "the id of each session follows from the schedule and the time",
        ),
        ("process", wire.process.is_some(), "a schedule runs no process"),
        ("lease", wire.lease.is_some(), "a schedule runs no process"),
        ("batch", wire.batch.is_some(), "a schedule runs no process"),
    ];
    for (member, is_there, why) in refused {
        if is_there {
            return Err(Problem::invalid(format!("/session/{member}"), format!("{why}: leave it out")));
        }
    }
    let id = SessionId::parse(id.as_str())
        .map_err(|error| Problem::from(Rejection::invalid("/schedule_id", error.to_string())))?;
    Ok(wire.into_core(id))
}

/// The session of a schedule as its client wrote it: the two have one shape, but for the id.
fn shown(core: &sessiond_core::CreateSession) -> Result<CreateSession, Problem> {
    let shape = serde_json::to_value(core).and_then(serde_json::from_value::<CreateSession>);
    let wire = shape.map_err(|error| {
        Problem::new(crate::Code::Internal, format!("the session of a schedule cannot be shown: {error}"))
    })?;
    Ok(CreateSession { session_id: None, ..wire })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_session_of_a_schedule_is_shown_as_it_was_written() {
        let written = json!({
            "kind": "workflow", "name": "n", "orchestrator": "a://lead", "client_id": "c", "parent": "p",
            "participants": [{ "agent_id": "a://b", "role": "r", "framework": "f" }],
            "workflow": [
                { "name": "one", "required_agents": ["a://b"], "on_failure": "retry", "join": "first",
                  "optional_agents": ["a://lead"], "description": "d", "outputs": ["o"], "estimated_duration": "1h",
                  "question": { "text": "may it?", "kind": "approval" },
                  "task": { "task_type": "t", "payload": { "x": 1 }, "priority": "high", "timeout": "5m",
                            "retry_policy": { "max_retries": 2, "backoff": "exponential", "jitter": true },
                            "fallback_agents": ["a://lead"] } },
                { "name": "two", "required_agents": [], "dependencies": ["one"], "on_failure": "fail" }
            ],
            "shared_context": { "a": [1] }, "labels": { "k": "v" }, "expires_in": "24h"
        });
        let wire: CreateSession = crate::from_value(written.clone()).unwrap();
        let id = ScheduleId::parse("s").unwrap();
        let kept = serde_json::to_string(&session(wire.clone(), &id).unwrap()).unwrap();
        assert_eq!(shown(&serde_json::from_str(&kept).unwrap()).unwrap(), wire);
    }

    #[test]
    fn a_catch_up_is_kept_replaced_or_reset() {
        let id = ScheduleId::parse("s").unwrap();
        let hours = |hours: u64| Some(Span::from_secs(hours * 3600));
        for before in [None, hours(1)] {
            for (change, after) in [
                (json!({}), before),
                (json!({ "catch_up": "2h" }), hours(2)),
                (json!({ "catch_up": "0s" }), hours(0)),
                (json!({ "catch_up": null }), None),
            ] {
                let create = json!({ "every": "1h", "catch_up": before });
                let plan = crate::from_value::<CreateSchedule>(create).unwrap().into_core(&id).unwrap();
                let update: UpdateSchedule = crate::from_value(change.clone()).unwrap();
                assert_eq!(update.apply(plan, &id).catch_up, after, "{before:?} {change}");
                assert_eq!(serde_json::to_value(&update).unwrap(), change);
            }
        }
    }

    #[test]
    fn a_schedule_runs_no_process_and_names_no_session() {
        let id = ScheduleId::parse("s").unwrap();
        for (member, value) in [("session_id", json!("x")), ("process", json!("p"))] {
            let wire: CreateSession = crate::from_value(json!({ member: value })).unwrap();
            let problem = session(wire, &id).unwrap_err();
            assert_eq!(problem.errors[0].pointer, format!("/session/{member}"));
        }
    }
}
