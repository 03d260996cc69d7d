//! Tasks: work that participants are asked for.

use sessiond_api as api;
use sessiond_client::Door;
use sessiond_core::{SessionId, TaskId};

use crate::extract::{At, Caller, Conditions, Json, OptionalJson, Query};
use crate::respond::{self, Answer};

/// Ask a participant for work.
#[utoipa::path(post, path = "/sessions/{session_id}/tasks", tag = "tasks", request_body = api::DelegateTask,
    responses((status = 201, description = "The task.", body = api::Task)))]
pub(super) async fn delegate_task(
    Caller(door): Caller,
    At(id): At<SessionId>,
    Conditions(call): Conditions,
    Json(request): Json<api::DelegateTask>,
) -> Answer {
    let task = door.delegate_task(&id, request, call).await?;
    let location = format!("/tasks/{}", respond::segment(task.task_id.as_str()));
    respond::created(&location, task)
}

/// List a session's tasks, oldest first.
#[utoipa::path(get, path = "/sessions/{session_id}/tasks", tag = "tasks", params(api::ListTasks),
    responses((status = 200, description = "A page of tasks.", body = api::TaskPage)))]
pub(super) async fn list_session_tasks(
    Caller(door): Caller,
    At(id): At<SessionId>,
    Query(query): Query<api::ListTasks>,
) -> Answer {
    respond::ok(door.session_tasks(&id, query).await?)
}

/// List tasks over all sessions that the caller may see, newest first.
#[utoipa::path(get, path = "/tasks", tag = "tasks", params(api::ListTasks),
    responses((status = 200, description = "A page of tasks.", body = api::TaskPage)))]
pub(super) async fn list_tasks(Caller(door): Caller, Query(query): Query<api::ListTasks>) -> Answer {
    respond::ok(door.tasks(query).await?)
}

/// Read a task.
#[utoipa::path(get, path = "/tasks/{task_id}", tag = "tasks",
    responses((status = 200, description = "The task.", body = api::Task)))]
pub(super) async fn get_task(Caller(door): Caller, At(task): At<TaskId>) -> Answer {
    respond::ok(door.task(&task).await?)
}

/// Begin a task.
#[utoipa::path(post, path = "/tasks/{task_id}/accept", tag = "tasks", request_body = Option<api::TaskReportMeta>,
    responses((status = 200, description = "The task as it is now.", body = api::Task)))]
pub(super) async fn accept_task(
    Caller(door): Caller,
    At(task): At<TaskId>,
    Conditions(call): Conditions,
    OptionalJson(request): OptionalJson<api::TaskReportMeta>,
) -> Answer {
    respond::ok(door.accept_task(&task, request, call).await?)
}

/// Tell how far a task is.
#[utoipa::path(post, path = "/tasks/{task_id}/progress", tag = "tasks", request_body = api::ProgressTask,
    responses((status = 200, description = "The task as it is now.", body = api::Task)))]
pub(super) async fn progress_task(
    Caller(door): Caller,
    At(task): At<TaskId>,
    Conditions(call): Conditions,
    Json(request): Json<api::ProgressTask>,
) -> Answer {
    respond::ok(door.progress_task(&task, request, call).await?)
}

/// End a task well.
#[utoipa::path(post, path = "/tasks/{task_id}/complete", tag = "tasks", request_body = api::CompleteTask,
    responses((status = 200, description = "The task as it is now.", body = api::Task)))]
pub(super) async fn complete_task(
    Caller(door): Caller,
    At(task): At<TaskId>,
    Conditions(call): Conditions,
    Json(request): Json<api::CompleteTask>,
) -> Answer {
    respond::ok(door.complete_task(&task, request, call).await?)
}

/// End an attempt badly; the task's policy says what follows.
#[utoipa::path(post, path = "/tasks/{task_id}/fail", tag = "tasks", request_body = api::FailTask,
    responses((status = 200, description = "The task as it is now.", body = api::Task)))]
pub(super) async fn fail_task(
    Caller(door): Caller,
    At(task): At<TaskId>,
    Conditions(call): Conditions,
    Json(request): Json<api::FailTask>,
) -> Answer {
    respond::ok(door.fail_task(&task, request, call).await?)
}

/// Cancel a task.
#[utoipa::path(post, path = "/tasks/{task_id}/cancel", tag = "tasks", request_body = Option<api::CancelTask>,
    responses((status = 200, description = "The task as it is now.", body = api::Task)))]
pub(super) async fn cancel_task(
    Caller(door): Caller,
    At(task): At<TaskId>,
    Conditions(call): Conditions,
    OptionalJson(request): OptionalJson<api::CancelTask>,
) -> Answer {
    respond::ok(door.cancel_task(&task, request, call).await?)
}
