//! Schedules: sessions that are created at times.

use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Schedules as _;
use sessiond_core::ScheduleId;

use crate::extract::{At, Caller, Conditions, Json, Query};
use crate::respond::{self, Answer};

/// Create a schedule.
#[utoipa::path(post, path = operations::CREATE_SCHEDULE.path, tag = "schedules", request_body = api::CreateSchedule,
    responses((status = 201, description = "The schedule.", body = api::Schedule)))]
pub(super) async fn create_schedule(
    Caller(client): Caller,
    conditions: Conditions,
    Json(request): Json<api::CreateSchedule>,
) -> Answer {
    let schedule = client.create_schedule(request, conditions).await?;
    respond::created(&operations::GET_SCHEDULE.at(&[schedule.schedule_id.as_str()]), schedule)
}

/// Return the next times that a schedule would have. Nothing is created.
#[utoipa::path(post, path = operations::PREVIEW_SCHEDULE.path, tag = "schedules", request_body = api::PreviewSchedule,
    responses((status = 200, description = "The next times.", body = api::UpcomingTimes)))]
pub(super) async fn preview_schedule(
    Caller(client): Caller,
    Json(request): Json<api::PreviewSchedule>,
) -> Answer {
    respond::ok(client.preview_schedule(request).await?)
}

/// List the schedules that the key owns, by id. An administrator sees all.
#[utoipa::path(get, path = operations::LIST_SCHEDULES.path, tag = "schedules", params(api::ListSchedules),
    responses((status = 200, description = "A page of schedules.", body = api::SchedulePage)))]
pub(super) async fn list_schedules(
    Caller(client): Caller,
    Query(query): Query<api::ListSchedules>,
) -> Answer {
    respond::ok(client.schedules(query).await?)
}

/// Read a schedule.
#[utoipa::path(get, path = operations::GET_SCHEDULE.path, tag = "schedules",
    responses((status = 200, description = "The schedule; `ETag` is its revision.", body = api::Schedule)))]
pub(super) async fn get_schedule(Caller(client): Caller, At(id): At<ScheduleId>) -> Answer {
    let schedule = client.schedule(&id).await?;
    respond::tagged(schedule.revision, schedule)
}

/// Change a schedule: pause it, resume it, or edit what it says.
#[utoipa::path(patch, path = operations::UPDATE_SCHEDULE.path, tag = "schedules", request_body = api::UpdateSchedule,
    responses((status = 200, description = "The schedule after the change.", body = api::Schedule)))]
pub(super) async fn update_schedule(
    Caller(client): Caller,
    At(id): At<ScheduleId>,
    conditions: Conditions,
    Json(request): Json<api::UpdateSchedule>,
) -> Answer {
    let schedule = client.update_schedule(&id, request, conditions).await?;
    respond::tagged(schedule.revision, schedule)
}

/// Delete a schedule. Its sessions stay.
#[utoipa::path(delete, path = operations::DELETE_SCHEDULE.path, tag = "schedules",
    responses((status = 204, description = "The schedule is deleted.")))]
pub(super) async fn delete_schedule(
    Caller(client): Caller,
    At(id): At<ScheduleId>,
    conditions: Conditions,
) -> Answer {
    client.delete_schedule(&id, conditions).await?;
    respond::nothing()
}

/// Create a session of a schedule now, also if the schedule is paused or its last session is active.
#[utoipa::path(post, path = operations::RUN_SCHEDULE.path, tag = "schedules",
    responses((status = 201, description = "The session.", body = api::Session)))]
pub(super) async fn run_schedule(Caller(client): Caller, At(id): At<ScheduleId>) -> Answer {
    respond::created_session(client.run_schedule(&id).await?)
}
