//! What the operations on tasks are to the engine.

use async_trait::async_trait;
use sessiond_api::{self as api, Code, Problem};
use sessiond_core::{Command, Rejection, SessionId, TaskChange, TaskId, TaskReport, tasks};
use sessiond_engine::{Reply, SessionTasks};
use sessiond_store::TaskQuery;

use super::{Accepted, Embedded, page_limit, problem};
use crate::Conditions;
use crate::traits::Tasks;

impl Embedded {
    /// Has a report on a task decided, and gives the task after it.
    async fn report(
        &self,
        id: &SessionId,
        accepted: Accepted,
        report: TaskReport,
    ) -> Result<api::Task, Problem> {
        let task = report.task.clone();
        match self.execute(id, accepted, Command::Tasks(tasks::Command::Report(report))).await {
            Ok(reply) => task_view(&reply, &task),
            Err(problem) => Err(hide_session(problem)),
        }
    }

    /// The session that a task belongs to, whoever may see it.
    async fn session_of(&self, task: &TaskId) -> Result<SessionId, Problem> {
        match self.engine.task_session(task).await.map_err(problem)? {
            Some(id) => Ok(id),
            None => Err(Rejection::TaskNotFound.into()),
        }
    }
}

#[async_trait]
impl Tasks for Embedded {
    async fn delegate_task(
        &self,
        id: &SessionId,
        request: api::DelegateTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        let accepted = self.accept(conditions, &format!("delegate_task {id}"), &request)?;
        let command = Command::Tasks(tasks::Command::Delegate(request.into()));
        let reply = self.execute(id, accepted, command).await?;
        match reply.receipt.task_id() {
            Some(task) => task_view(&reply, task),
            None => Err(Problem::new(Code::Internal, "the task was created, but its id is not known")),
        }
    }

    async fn session_tasks(&self, id: &SessionId, query: api::ListTasks) -> Result<api::TaskPage, Problem> {
        let query = SessionTasks {
            assignee: query.assignee,
            status: query.status,
            step: query.step,
            cursor: query.cursor,
            limit: page_limit(query.limit)?,
        };
        let page = self.engine.session_tasks(&self.principal, id, query).await.map_err(problem)?;
        let tasks = page.items.iter().map(|task| api::Task::view(id, task)).collect();
        Ok(api::TaskPage { tasks, next_cursor: page.next_cursor })
    }

    async fn tasks(&self, query: api::ListTasks) -> Result<api::TaskPage, Problem> {
        if query.step.is_some() {
            return Err(Problem::invalid("step", "steps belong to a session; use GET /sessions/{id}/tasks"));
        }
        let query = TaskQuery {
            visible_to: None, // The engine fills it in.
            assignee: query.assignee,
            status: query.status,
            cursor: query.cursor,
            limit: page_limit(query.limit)?,
        };
        let page = self.engine.tasks(&self.principal, query).await.map_err(problem)?;
        let tasks = page.items.iter().map(|(id, task)| api::Task::view(id, task)).collect();
        Ok(api::TaskPage { tasks, next_cursor: page.next_cursor })
    }

    async fn task(&self, task: &TaskId) -> Result<api::Task, Problem> {
        let session = self.see(&self.session_of(task).await?).await.map_err(hide_session)?;
        let found = session.tasks.get(task).ok_or_else(|| Problem::from(Rejection::TaskNotFound))?;
        Ok(api::Task::view(&session.id, found))
    }

    async fn accept_task(
        &self,
        task: &TaskId,
        request: api::TaskReportMeta,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        let id = self.session_of(task).await?;
        let accepted = self.accept(conditions, &format!("accept {task} {id}"), &request)?;
        let api::TaskReportMeta { attempt, agent_id: by } = request;
        let report = TaskReport { task: task.clone(), attempt, by, change: TaskChange::Accept };
        self.report(&id, accepted, report).await
    }

    async fn progress_task(
        &self,
        task: &TaskId,
        request: api::ProgressTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        let id = self.session_of(task).await?;
        let accepted = self.accept(conditions, &format!("progress {task} {id}"), &request)?;
        let api::ProgressTask { progress, attempt, agent_id: by } = request;
        let report = TaskReport { task: task.clone(), attempt, by, change: TaskChange::Progress(progress) };
        self.report(&id, accepted, report).await
    }

    async fn complete_task(
        &self,
        task: &TaskId,
        request: api::CompleteTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        let id = self.session_of(task).await?;
        let accepted = self.accept(conditions, &format!("complete {task} {id}"), &request)?;
        let api::CompleteTask { result, attempt, agent_id: by } = request;
        let report = TaskReport { task: task.clone(), attempt, by, change: TaskChange::Complete(result) };
        self.report(&id, accepted, report).await
    }

    async fn fail_task(
        &self,
        task: &TaskId,
        request: api::FailTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        let id = self.session_of(task).await?;
        let accepted = self.accept(conditions, &format!("fail {task} {id}"), &request)?;
        let api::FailTask { error, retryable, attempt, agent_id: by } = request;
        let change = TaskChange::Fail { error, retryable };
        let report = TaskReport { task: task.clone(), attempt, by, change };
        self.report(&id, accepted, report).await
    }

    async fn cancel_task(
        &self,
        task: &TaskId,
        request: api::CancelTask,
        conditions: Conditions,
    ) -> Result<api::Task, Problem> {
        let id = self.session_of(task).await?;
        let accepted = self.accept(conditions, &format!("cancel {task} {id}"), &request)?;
        let change = TaskChange::Cancel { reason: request.reason };
        let report = TaskReport { task: task.clone(), attempt: None, by: None, change };
        self.report(&id, accepted, report).await
    }
}

/// To whom may not see the session, the task does not exist.
fn hide_session(problem: Problem) -> Problem {
    match problem.code {
        Code::SessionNotFound => Rejection::TaskNotFound.into(),
        _ => problem,
    }
}

fn task_view(reply: &Reply, task: &TaskId) -> Result<api::Task, Problem> {
    let session = &reply.session;
    let found = session.tasks.get(task).ok_or_else(|| Problem::from(Rejection::TaskNotFound))?;
    Ok(api::Task::view(&session.id, found))
}
