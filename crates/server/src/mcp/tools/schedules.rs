//! Schedules.

use schemars::JsonSchema;
use serde::Deserialize;
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_client::Conditions;
use sessiond_core::{Overlap, ScheduleId, Span, Timestamp};

use super::sessions::CreateSession;
use super::views::{Brief, DeletedSchedule};
use crate::mcp::Mcp;

/// Schedules of a page when the call does not say it.
const SCHEDULES: usize = 20;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListSchedules {
    /// The maximum number of schedules. Default: 20.
    limit: Option<usize>,
    /// The next_cursor of the previous page.
    cursor: Option<String>,
}

pub(super) async fn list_schedules(mcp: &Mcp, input: ListSchedules) -> Result<api::SchedulePage, Problem> {
    let limit = Some(input.limit.unwrap_or(SCHEDULES));
    mcp.client().schedules(api::ListSchedules { limit, cursor: input.cursor }).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateSchedule {
    /// Its id: only letters, digits and _.- . Default: generated.
    #[schemars(with = "Option<String>")]
    schedule_id: Option<ScheduleId>,
    /// A cron expression of five fields, such as 0 3 * * 1-5, or @hourly, @daily, @weekly, @monthly, @yearly.
    cron: Option<String>,
    /// The time between two sessions, such as 6h.
    #[schemars(with = "Option<String>")]
    every: Option<Span>,
    /// The time of the only session, such as 2027-01-01T08:00:00Z.
    #[schemars(with = "Option<String>")]
    at: Option<Timestamp>,
    /// The IANA time zone of the cron expression, such as Europe/Berlin. Default: UTC.
    time_zone: Option<String>,
    /// The session to create, without session_id.
    #[serde(default)]
    #[schemars(default)]
    session: Option<CreateSession>,
    /// Whether a session is created while the last one is active: skip (the default) or allow.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    overlap: Overlap,
    /// How long ago a missed time may be for its session to be created afterwards, such as 6h; 0s: never. Default: the latest
    /// missed time counts.
    #[schemars(with = "Option<String>")]
    catch_up: Option<Span>,
    /// Whether it begins paused. Default: false.
    #[serde(default)]
    paused: bool,
}

pub(super) async fn create_schedule(mcp: &Mcp, input: CreateSchedule) -> Result<api::Schedule, Problem> {
    let request = api::CreateSchedule {
        schedule_id: input.schedule_id,
        cron: input.cron,
        every: input.every,
        at: input.at,
        time_zone: input.time_zone,
        session: input.session.map(Into::into).unwrap_or_default(),
        overlap: input.overlap,
        catch_up: input.catch_up,
        paused: input.paused,
    };
    mcp.client().create_schedule(request, Conditions::default()).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PauseSchedule {
    /// The schedule.
    #[schemars(with = "String")]
    schedule_id: ScheduleId,
    /// True pauses it, false resumes it. Default: true.
    paused: Option<bool>,
}

pub(super) async fn pause_schedule(mcp: &Mcp, input: PauseSchedule) -> Result<api::Schedule, Problem> {
    let paused = Some(input.paused.unwrap_or(true));
    let request = api::UpdateSchedule { paused, ..api::UpdateSchedule::default() };
    mcp.client().update_schedule(&input.schedule_id, request, Conditions::default()).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneSchedule {
    /// The schedule.
    #[schemars(with = "String")]
    schedule_id: ScheduleId,
}

pub(super) async fn run_schedule(mcp: &Mcp, input: OneSchedule) -> Result<Brief, Problem> {
    Brief::of(&mcp.client().run_schedule(&input.schedule_id).await?)
}

pub(super) async fn delete_schedule(mcp: &Mcp, input: OneSchedule) -> Result<DeletedSchedule, Problem> {
    mcp.client().delete_schedule(&input.schedule_id, Conditions::default()).await?;
    Ok(DeletedSchedule { schedule_id: input.schedule_id, deleted: true })
}
