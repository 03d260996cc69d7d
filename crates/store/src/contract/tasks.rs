//! Tasks over all sessions.

use async_trait::async_trait;
use sessiond_core::TaskId;

use super::Error;
use crate::records::{Page, TaskQuery, TaskRow};

/// Tasks over all sessions.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// The session that a task belongs to.
    async fn task(&self, task_id: &TaskId) -> Result<Option<TaskRow>, Error>;

    /// Tasks over all sessions.
    async fn tasks(&self, query: TaskQuery) -> Result<Page<TaskRow>, Error>;
}
