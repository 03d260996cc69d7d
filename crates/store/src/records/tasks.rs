//! Tasks over all sessions.

use sessiond_core::{AgentId, SessionId, TaskId, TaskStatus};

use super::Visibility;

/// A task's row, to find its session and an agent's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// The task.
    pub task_id: TaskId,
    /// Its session. A fork's copy of a task does not take the row of the original.
    pub session_id: SessionId,
    /// Who has it now.
    pub assignee: AgentId,
    /// What it is now.
    pub status: TaskStatus,
}

/// Which tasks to list; newest first.
#[derive(Debug, Clone, Default)]
pub struct TaskQuery {
    /// Only those of sessions that are visible to this principal. Absent: all.
    pub visible_to: Option<Visibility>,
    /// Only those with this assignee.
    pub assignee: Option<AgentId>,
    /// Only those in this state.
    pub status: Option<TaskStatus>,
    /// The cursor of the page before.
    pub cursor: Option<String>,
    /// Rows at most.
    pub limit: usize,
}
