//! Tasks: work that participants are asked for.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{SessionId, TaskId};

use crate::Conditions;

/// Operations on tasks.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// Delegates a task to a participant.
    async fn delegate_task(
        &self,
        id: &SessionId,
        request: api::DelegateTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem>;
    /// Lists a session's tasks, oldest first.
    async fn session_tasks(&self, id: &SessionId, query: api::ListTasks) -> Result<api::TaskPage, Problem>;
    /// Lists tasks over all sessions that the caller may see, newest first.
    async fn tasks(&self, query: api::ListTasks) -> Result<api::TaskPage, Problem>;
    /// Reads a task.
    async fn task(&self, task: &TaskId) -> Result<api::Task, Problem>;
    /// Accepts a task.
    async fn accept_task(
        &self,
        task: &TaskId,
        request: api::TaskReportMeta,
        conditions: Conditions,
    ) -> Result<api::Task, Problem>;
    /// Reports a task's progress.
    async fn progress_task(
        &self,
        task: &TaskId,
        request: api::ProgressTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem>;
    /// Completes a task.
    async fn complete_task(
        &self,
        task: &TaskId,
        request: api::CompleteTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem>;
    /// Fails the current attempt of a task.
    async fn fail_task(
        &self,
        task: &TaskId,
        request: api::FailTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem>;
    /// Cancels a task.
    async fn cancel_task(
        &self,
        task: &TaskId,
        request: api::CancelTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem>;
}
