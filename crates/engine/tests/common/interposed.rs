//! A store on which another process does something at the worst moment.

use async_trait::async_trait;
use sessiond_core::*;
use sessiond_store::*;
use sessiond_store_sqlite::Sqlite;
use tokio::sync::broadcast;

/// What happens at which moment.
#[async_trait]
pub trait Hooks: Send + Sync + 'static {
    /// Timers were found due, and have not fired.
    async fn due(&self, _: &Sqlite, _: &[TimerRow]) {}

    /// A schedule is about to be written. False: the process ends before it is.
    async fn schedule(&self, _: &Sqlite, _: &ScheduleRow) -> bool {
        true
    }

    /// The session of a schedule was created. False: the process ends before it knows.
    async fn scheduled(&self, _: &Sqlite) -> bool {
        true
    }

    /// What an inbox holds was read, and is not known to who asked.
    async fn inbox(&self, _: &Sqlite) {}

    /// A session was read, and is not in memory.
    async fn loaded(&self, _: &Sqlite, _: &SessionId) {}
}

pub struct Interposed<H> {
    pub store: Sqlite,
    pub hooks: H,
}

#[async_trait]
impl<H: Hooks> Timers for Interposed<H> {
    async fn due_timers(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<(Vec<TimerRow>, Option<Timestamp>), sessiond_store::Error> {
        let found = self.store.due_timers(now, limit).await?;
        self.hooks.due(&self.store, &found.0).await;
        Ok(found)
    }
}

#[async_trait]
impl<H: Hooks> Store for Interposed<H> {
    async fn write(&self, ops: Vec<Op>) -> Result<Vec<Result<Done, Refusal>>, sessiond_store::Error> {
        for op in &ops {
            if let Op::PutSchedule { row, .. } = op
                && !self.hooks.schedule(&self.store, row).await
            {
                return Err(sessiond_store::Error::Closed);
            }
        }
        let scheduled = ops.iter().any(|op| matches!(op, Op::Append(append) if append.schedule.is_some()));
        let done = self.store.write(ops).await;
        if scheduled && !self.hooks.scheduled(&self.store).await {
            return Err(sessiond_store::Error::Closed);
        }
        done
    }
    async fn erase(&self) -> Result<bool, sessiond_store::Error> {
        self.store.erase().await
    }

    fn changes(&self) -> broadcast::Receiver<Change> {
        self.store.changes()
    }
    fn location(&self) -> String {
        self.store.location()
    }
    async fn close(&self) {
        self.store.close().await;
    }
}

#[async_trait]
impl<H: Hooks> Journals for Interposed<H> {
    async fn load(&self, id: &SessionId, format: u32) -> Result<Option<Loaded>, sessiond_store::Error> {
        let loaded = self.store.load(id, format).await;
        self.hooks.loaded(&self.store, id).await;
        loaded
    }
    async fn events(
        &self,
        id: &SessionId,
        after: Revision,
        limit: usize,
    ) -> Result<Option<Records>, sessiond_store::Error> {
        self.store.events(id, after, limit).await
    }
}

#[async_trait]
impl<H: Hooks> Inboxes for Interposed<H> {
    async fn inbox(&self, agent: &AgentId, now: Timestamp) -> Result<Inbox, sessiond_store::Error> {
        let found = self.store.inbox(agent, now).await;
        self.hooks.inbox(&self.store).await;
        found
    }
}

#[async_trait]
impl<H: Hooks> Messages for Interposed<H> {
    async fn message(
        &self,
        recipient: &AgentId,
        id: &MessageId,
    ) -> Result<Option<MessageRecord>, sessiond_store::Error> {
        self.store.message(recipient, id).await
    }
    async fn messages(&self, query: MessageQuery) -> Result<Page<MessageRecord>, sessiond_store::Error> {
        self.store.messages(query).await
    }
}

#[async_trait]
impl<H: Hooks> Lists for Interposed<H> {
    async fn list(&self, query: ListQuery) -> Result<Page<SummaryRow>, sessiond_store::Error> {
        self.store.list(query).await
    }
    async fn counts(&self) -> Result<Counts, sessiond_store::Error> {
        self.store.counts().await
    }

    async fn stats(&self, visible_to: Option<Visibility>) -> Result<Stats, sessiond_store::Error> {
        self.store.stats(visible_to).await
    }
}

#[async_trait]
impl<H: Hooks> Tasks for Interposed<H> {
    async fn task(&self, id: &TaskId) -> Result<Option<TaskRow>, sessiond_store::Error> {
        self.store.task(id).await
    }
    async fn tasks(&self, query: TaskQuery) -> Result<Page<TaskRow>, sessiond_store::Error> {
        self.store.tasks(query).await
    }
}

#[async_trait]
impl<H: Hooks> Registry for Interposed<H> {
    async fn agent(&self, agent: &AgentId) -> Result<Option<AgentRecord>, sessiond_store::Error> {
        self.store.agent(agent).await
    }
    async fn agents(
        &self,
        after: Option<&AgentId>,
        limit: usize,
    ) -> Result<Vec<AgentRecord>, sessiond_store::Error> {
        self.store.agents(after, limit).await
    }
    async fn keys(&self) -> Result<Vec<KeyRecord>, sessiond_store::Error> {
        self.store.keys().await
    }
}

#[async_trait]
impl<H: Hooks> Answers for Interposed<H> {
    async fn answer(&self, scope: &str, key: &str) -> Result<Option<Answer>, sessiond_store::Error> {
        self.store.answer(scope, key).await
    }
}

#[async_trait]
impl<H: Hooks> Telemetry for Interposed<H> {
    async fn points(
        &self,
        id: &SessionId,
        series: Option<&str>,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<Reading>, u64), sessiond_store::Error> {
        self.store.points(id, series, after, limit).await
    }
}

#[async_trait]
impl<H: Hooks> Schedules for Interposed<H> {
    async fn schedule(&self, id: &ScheduleId) -> Result<Option<ScheduleRow>, sessiond_store::Error> {
        self.store.schedule(id).await
    }
    async fn schedules(&self, query: ScheduleQuery) -> Result<Page<ScheduleRow>, sessiond_store::Error> {
        self.store.schedules(query).await
    }
    async fn due_schedules(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<(Vec<ScheduleRow>, Option<Timestamp>), sessiond_store::Error> {
        self.store.due_schedules(now, limit).await
    }
}
