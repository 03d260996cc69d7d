//! Tasks over all sessions.

use std::sync::Arc;

use sessiond_core::{Principal, Rejection, SessionId, Task, TaskId};
use sessiond_store::{Page, TaskQuery};

use crate::{Engine, Error, rows};

impl Engine {
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
