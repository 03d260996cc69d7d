//! Tasks: work that participants are asked for.

use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Tasks as _;
use sessiond_core::{SessionId, TaskId};

use crate::extract::{At, Caller, Conditions, Json, OptionalJson, Query};
use crate::respond::{self, Answer};

/// Delegate a task to a participant.
#[utoipa::path(post, path = operations::DELEGATE_TASK.path, tag = "tasks", request_body = api::DelegateTask,
    responses((status = 201, description = "The task.", body = api::Task)))]
pub(super) async fn delegate_task(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::DelegateTask>,
) -> Answer {
    let task = client.delegate_task(&id, request, conditions).await?;
    let location = operations::GET_TASK.at(&[task.task_id.as_str()]);
    respond::created(&location, task)
}

/// List a session's tasks, oldest first.
#[utoipa::path(get, path = operations::LIST_SESSION_TASKS.path, tag = "tasks", params(api::ListTasks),
    responses((status = 200, description = "A page of tasks.", body = api::TaskPage)))]
pub(super) async fn list_session_tasks(
    Caller(client): Caller,
    At(id): At<SessionId>,
    Query(query): Query<api::ListTasks>,
) -> Answer {
    respond::ok(client.session_tasks(&id, query).await?)
}

/// List the tasks of all sessions that the key may see, newest first.
#[utoipa::path(get, path = operations::LIST_TASKS.path, tag = "tasks", params(api::ListTasks),
    responses((status = 200, description = "A page of tasks.", body = api::TaskPage)))]
pub(super) async fn list_tasks(Caller(client): Caller, Query(query): Query<api::ListTasks>) -> Answer {
    respond::ok(client.tasks(query).await?)
}

/// Read a task.
#[utoipa::path(get, path = operations::GET_TASK.path, tag = "tasks",
    responses((status = 200, description = "The task.", body = api::Task)))]
pub(super) async fn get_task(Caller(client): Caller, At(task): At<TaskId>) -> Answer {
    respond::ok(client.task(&task).await?)
}

/// Accept a task.
#[utoipa::path(post, path = operations::ACCEPT_TASK.path, tag = "tasks", request_body = Option<api::TaskReportMeta>,
    responses((status = 200, description = "The task after the change.", body = api::Task)))]
pub(super) async fn accept_task(
    Caller(client): Caller,
    At(task): At<TaskId>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::TaskReportMeta>,
) -> Answer {
    respond::ok(client.accept_task(&task, request, conditions).await?)
}

/// Report the progress of a task.
#[utoipa::path(post, path = operations::PROGRESS_TASK.path, tag = "tasks", request_body = api::ProgressTask,
    responses((status = 200, description = "The task after the change.", body = api::Task)))]
pub(super) async fn progress_task(
    Caller(client): Caller,
    At(task): At<TaskId>,
    conditions: Conditions,
    Json(request): Json<api::ProgressTask>,
) -> Answer {
    respond::ok(client.progress_task(&task, request, conditions).await?)
}

/// Complete a task.
#[utoipa::path(post, path = operations::COMPLETE_TASK.path, tag = "tasks", request_body = api::CompleteTask,
    responses((status = 200, description = "The task after the change.", body = api::Task)))]
pub(super) async fn complete_task(
    Caller(client): Caller,
    At(task): At<TaskId>,
    conditions: Conditions,
    Json(request): Json<api::CompleteTask>,
) -> Answer {
    respond::ok(client.complete_task(&task, request, conditions).await?)
}

/// Fail the current attempt; the task's policy decides what follows.
#[utoipa::path(post, path = operations::FAIL_TASK.path, tag = "tasks", request_body = api::FailTask,
    responses((status = 200, description = "The task after the change.", body = api::Task)))]
pub(super) async fn fail_task(
    Caller(client): Caller,
    At(task): At<TaskId>,
    conditions: Conditions,
    Json(request): Json<api::FailTask>,
) -> Answer {
    respond::ok(client.fail_task(&task, request, conditions).await?)
}

/// Cancel a task.
#[utoipa::path(post, path = operations::CANCEL_TASK.path, tag = "tasks", request_body = Option<api::CancelTask>,
    responses((status = 200, description = "The task after the change.", body = api::Task)))]
pub(super) async fn cancel_task(
    Caller(client): Caller,
    At(task): At<TaskId>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::CancelTask>,
) -> Answer {
    respond::ok(client.cancel_task(&task, request, conditions).await?)
}
