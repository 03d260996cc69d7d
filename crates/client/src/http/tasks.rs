//! Tasks: work that participants are asked for.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::{SessionId, TaskId};

use super::Http;
use crate::Conditions;
use crate::traits::Tasks;

#[async_trait]
impl Tasks for Http {
    async fn delegate_task(
        &self,
        id: &SessionId,
        request: api::DelegateTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        self.request(&operations::DELEGATE_TASK, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn session_tasks(&self, id: &SessionId, query: api::ListTasks) -> Result<api::TaskPage, Problem> {
        self.request(&operations::LIST_SESSION_TASKS, &[id.as_str()]).query(&query).read().await
    }

    async fn tasks(&self, query: api::ListTasks) -> Result<api::TaskPage, Problem> {
        self.request(&operations::LIST_TASKS, &[]).query(&query).read().await
    }

    async fn task(&self, id: &TaskId) -> Result<api::Task, Problem> {
        self.request(&operations::GET_TASK, &[id.as_str()]).read().await
    }

    async fn accept_task(
        &self,
        id: &TaskId,
        request: api::TaskReportMeta,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        self.request(&operations::ACCEPT_TASK, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn progress_task(
        &self,
        id: &TaskId,
        request: api::ProgressTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        self.request(&operations::PROGRESS_TASK, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn complete_task(
        &self,
        id: &TaskId,
        request: api::CompleteTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        self.request(&operations::COMPLETE_TASK, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn fail_task(
        &self,
        id: &TaskId,
        request: api::FailTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        self.request(&operations::FAIL_TASK, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn cancel_task(
        &self,
        id: &TaskId,
        request: api::CancelTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        self.request(&operations::CANCEL_TASK, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }
}
