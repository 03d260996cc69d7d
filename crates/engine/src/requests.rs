//! A task's attempt and its request: what happens to the one is told to the other.
//!
//! The session decides. A request that is accepted is held in the inbox ([`Write::Hold`](sessiond_store::Write::Hold)),
//! which is part of the commit that accepts; one that ends with its attempt is taken back in the commit that ends it. What
//! happens to a request in the inbox comes the other way, as a command: that it was acknowledged accepts the task, and
//! that it was given up or removed fails the attempt. A command that comes too late changes nothing, so each may be given
//! twice.

use sessiond_core::{
    AgentId, Command, Message, MessageType, Rejection, SessionId, TaskChange, TaskId, TaskReference,
    TaskReport, TaskStatus, limits, tasks,
};
use sessiond_store::{Done, Op, TaskQuery};

use crate::{Engine, Error};

/// The attempt that a message asks for.
struct Requested {
    session: SessionId,
    task: TaskId,
    attempt: u32,
    agent: AgentId,
}

impl Engine {
    /// Writes an acknowledgement, and says how many messages it acknowledged. A task whose request is acknowledged before
    /// anybody reported on it is accepted: the request does not come again, so the time for the work runs from here.
    pub(crate) async fn acked(&self, op: Op) -> Result<u64, Error> {
        let (count, requests) = match self.write(op).await?? {
            Done::Count(count) => (count, Vec::new()),
            Done::Acked { count, requests } => (count, requests),
            other => return Err(Error::unexpected(&other)),
        };
        for requested in requests.iter().filter_map(|body| requested(body)) {
            let Requested { session, task, attempt, agent } = requested;
            let report =
                TaskReport { task, attempt: Some(attempt), by: Some(agent), change: TaskChange::Accept };
            match self.execute_own(&session, Command::Tasks(tasks::Command::Report(report))).await {
                // It has ended, or belongs to the holder of a lease, who accepts it.
                Ok(_) | Err(Error::Rejected(_)) => {}
                Err(error) => {
                    tracing::warn!(%session, %error, "a task whose request was acknowledged is not accepted")
                }
            }
        }
        Ok(count)
    }

    /// The request of an attempt does not reach its agent: the attempt has failed. Says whether the message is the request
    /// of an attempt that was open.
    pub(crate) async fn undelivered(&self, body: &str, why: &str) -> Result<bool, Error> {
        let Some(Requested { session, task, attempt, .. }) = requested(body) else {
            return Ok(false);
        };
        let slot = match self.open_session(&session).await {
            Ok(slot) => slot,
            Err(Error::Rejected(Rejection::SessionNotFound)) => return Ok(false),
            Err(error) => return Err(error),
        };
        let is_open = |task: &sessiond_core::Task| task.status.is_open() && task.attempt == attempt;
        if !slot.session().tasks.get(&task).is_some_and(|task| is_open(task)) {
            return Ok(false);
        }
        self.fail_undelivered(&session, task, attempt, why).await?;
        Ok(true)
    }

    /// Refuses to put the request of an attempt that is over back into its inbox: nobody could report on it.
    pub(crate) async fn may_come_again(&self, body: &str) -> Result<(), Error> {
        let Some(Requested { session, task, attempt, .. }) = requested(body) else {
            return Ok(());
        };
        let slot = match self.open_session(&session).await {
            Ok(slot) => slot,
            Err(Error::Rejected(Rejection::SessionNotFound)) => return Ok(()),
            Err(error) => return Err(error),
        };
        match slot.session().tasks.get(&task) {
            Some(task) if !task.status.is_open() => {
                Err(Rejection::TaskClosed { task: task.id.clone(), status: task.status }.into())
            }
            Some(task) if task.attempt != attempt => {
                let (attempt, assignee) = (task.attempt, task.assignee.clone());
                Err(Rejection::AttemptStale { task: task.id.clone(), attempt, assignee }.into())
            }
            _ => Ok(()),
        }
    }

    async fn fail_undelivered(
        &self,
        session: &SessionId,
        task: TaskId,
        attempt: u32,
        why: &str,
    ) -> Result<(), Error> {
        let command = Command::Tasks(tasks::Command::Undelivered { task, attempt, why: why.to_owned() });
        match self.execute_own(session, command).await {
            Ok(_) | Err(Error::Rejected(Rejection::SessionNotFound)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// An agent's inbox was removed, and with it the requests of its open tasks.
    pub(crate) async fn fail_tasks_of(&self, agent: &AgentId, why: &str) -> Result<(), Error> {
        for status in [TaskStatus::Pending, TaskStatus::InProgress] {
            let mut cursor = None;
            loop {
                let assignee = Some(agent.clone());
                let query = TaskQuery {
                    assignee,
                    status: Some(status),
                    cursor,
                    limit: limits::PAGE,
                    ..TaskQuery::default()
                };
                let page = self.shared.store.tasks(query).await?;
                for row in page.items {
                    let Ok(slot) = self.open_session(&row.session_id).await else { continue };
                    let attempt = slot.session().tasks.get(&row.task_id).map_or(0, |task| task.attempt);
                    self.fail_undelivered(&row.session_id, row.task_id, attempt, why).await?;
                }
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// A process of an agent begins: what the agent has in progress is handed out once more.
    pub(crate) async fn offer_held(&self, agent: &AgentId) -> Result<(), Error> {
        let query = TaskQuery {
            assignee: Some(agent.clone()),
            status: Some(TaskStatus::InProgress),
            limit: 1,
            ..TaskQuery::default()
        };
        if self.shared.store.tasks(query).await?.items.is_empty() {
            return Ok(());
        }
        if let Ok(Done::Count(1..)) =
            self.write(Op::Offer { agent_id: agent.clone(), now: self.now() }).await?
        {
            self.shared.presences.wake(agent);
        }
        Ok(())
    }
}

/// The attempt that a message in an inbox asks for, when it is the request of a task. The engine wrote its metadata.
fn requested(body: &str) -> Option<Requested> {
    let message: Message = serde_json::from_str(body).ok()?;
    if message.message_type != MessageType::TaskRequest {
        return None;
    }
    let session = message.sender.session_id.clone()?;
    let Some(TaskReference::Task(task)) = message.task_reference() else {
        return None;
    };
    let attempt = message.task_attempt()?;
    Some(Requested { session, task, attempt, agent: message.recipient.agent_id })
}
