//! Tasks over all sessions.

use std::sync::Arc;

use sessiond_core::{AgentId, Principal, Rejection, SessionId, Task, TaskId, TaskStatus};
use sessiond_store::{Error as StoreError, Page, TaskQuery};

use crate::{Engine, Error, rows};

/// Which tasks of a session are asked for.
#[derive(Debug, Clone)]
pub struct SessionTasks {
    /// Those of this agent.
    pub assignee: Option<AgentId>,
    /// Those with this status.
    pub status: Option<TaskStatus>,
    /// Those of this step.
    pub step: Option<String>,
    /// From the cursor of the page before.
    pub cursor: Option<String>,
    /// At most so many.
    pub limit: usize,
}

impl Engine {
    /// Tasks of one session, by id.
    pub async fn session_tasks(
        &self,
        principal: &Principal,
        id: &SessionId,
        query: SessionTasks,
    ) -> Result<Page<Arc<Task>>, Error> {
        let session = self.session(principal, id).await?;
        let after =
            query.cursor.map(|cursor| TaskId::parse(cursor).map_err(|_| StoreError::Cursor)).transpose()?;
        let wanted = |task: &Task| {
            query.assignee.as_ref().is_none_or(|agent| task.assignee == *agent)
                && query.status.is_none_or(|status| task.status == status)
                && query.step.as_ref().is_none_or(|step| task.step.as_ref() == Some(step))
                && after.as_ref().is_none_or(|after| task.id > *after)
        };
        let mut items: Vec<_> =
            session.tasks.values().filter(|task| wanted(task)).take(query.limit + 1).cloned().collect();
        let more = items.len() > query.limit;
        items.truncate(query.limit);
        let next_cursor = items.last().filter(|_| more).map(|task| task.id.to_string());
        Ok(Page { items, next_cursor })
    }

    /// The session that a task belongs to.
    pub async fn task_session(&self, task: &TaskId) -> Result<Option<SessionId>, Error> {
        Ok(self.shared.store.task(task).await?.map(|row| row.session_id))
    }

    /// Tasks of the sessions that the caller may see, newest first. A page may be shorter than its limit when a session
    /// changed meanwhile.
    pub async fn tasks(
        &self,
        principal: &Principal,
        mut query: TaskQuery,
    ) -> Result<Page<(SessionId, Arc<Task>)>, Error> {
        // The store leaves out other sessions, so that none of them is opened for nothing.
        query.visible_to = rows::visibility(principal);
        let page = self.shared.store.tasks(query).await?;
        let mut items = Vec::new();
        for row in page.items {
            match self.session(principal, &row.session_id).await {
                Ok(session) => {
                    if let Some(task) = session.tasks.get(&row.task_id) {
                        items.push((row.session_id, task.clone()));
                    }
                }
                Err(Error::Rejected(Rejection::SessionNotFound)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Page { items, next_cursor: page.next_cursor })
    }
}
