//! Timers: what happens to a session at a time. They stand in the store, so they survive a restart; what they do is
//! safe to do twice, so two processes on one store may both fire them.

use std::time::Duration;

use futures_util::future::join_all;
use parking_lot::Mutex;
use sessiond_core::{Command, Principal, Rejection, SessionId, Span, Status, TimerAction, Timestamp, limits};
use sessiond_store::{ListQuery, Op, TimerRow};
use tokio::sync::Notify;

use crate::{Engine, Error};

/// Timers that are fired together.
const BATCH: usize = 128;
/// The longest sleep; another process may have set a timer whose notice was lost.
const LONGEST: Duration = Duration::from_secs(30);

/// How long a timer waits whose work does not fit into an inbox.
const FULL: Span = Span::from_secs(5);

/// Wakes the timers' task when one is set that is due before what it sleeps for.
#[derive(Default)]
pub(crate) struct Wake {
    next: Mutex<Option<Timestamp>>,
    notify: Notify,
}

impl Wake {
    /// A timer was set for that time.
    pub(crate) fn at(&self, at: Timestamp) {
        let next = *self.next.lock();
        if next.is_none_or(|next| at < next) {
            self.notify.notify_one();
        }
    }

    /// Timers changed in a way that only the store knows.
    pub(crate) fn now(&self) {
        self.notify.notify_one();
    }
}

/// Fires timers until it is dropped.
pub(crate) async fn run(engine: Engine) {
    loop {
        let sleep = match fire_due(&engine).await {
            Ok(sleep) => sleep,
            Err(error) => {
                tracing::warn!(%error, "timers cannot be read; they are tried again in a second");
                Duration::from_secs(1)
            }
        };
        tokio::select! {
            () = engine.shared.timers.notify.notified() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

/// Fires what is due, and says how long nothing more will be.
async fn fire_due(engine: &Engine) -> Result<Duration, Error> {
    // While timers fire, any that is set may be the next: it must wake this task for another look.
    *engine.shared.timers.next.lock() = None;
    let now = engine.now();
    let (due, next) = engine.shared.store.due_timers(now, BATCH).await?;
    let all = due.len() < BATCH;
    let fired = join_all(due.into_iter().map(|row| fire(engine, row))).await;
    if let Some(error) = fired.into_iter().find_map(Result::err) {
        return Err(error);
    }
    if !all {
        return Ok(Duration::ZERO);
    }
    *engine.shared.timers.next.lock() = next;
    let until = next.map_or(LONGEST, |next| next.since(engine.now()).into());
    Ok(until.min(LONGEST))
}

async fn fire(engine: &Engine, row: TimerRow) -> Result<(), Error> {
    let TimerRow { session_id, timer } = row;
    let command = match timer.action {
        TimerAction::Expire => Some(Command::Expire),
        TimerAction::TaskDeadline { task, attempt } => Some(Command::TaskDeadline { task, attempt }),
        TimerAction::ExpireLease { agent, fence } => Some(Command::ExpireLease { agent, fence }),
        TimerAction::EndChildren => {
            end_children(engine, &session_id).await?;
            None
        }
    };
    if let Some(command) = command {
        match engine.execute_own(&session_id, command).await {
            Ok(_) | Err(Error::Rejected(Rejection::SessionNotFound)) => {}
            Err(Error::InboxFull(agent)) => {
                // Whom the task goes to next takes nothing now. The timer waits with it, out of the way of others.
                tracing::warn!(session = %session_id, %agent, "a task waits for room in an inbox");
                let at = engine.now().after(FULL);
                let _ = engine.write(Op::MoveTimer { session_id, key: timer.key, at }).await?;
                return Ok(());
            }
            Err(Error::Rejected(rejection)) => {
                // It would be refused again and again; the log is where this belongs.
                tracing::error!(session = %session_id, timer = %timer.key, %rejection, "a timer is refused");
            }
            Err(error) => return Err(error),
        }
    }
    metrics::counter!("sessiond_timers_fired_total").increment(1);
    let _ = engine.write(Op::ClearTimer { session_id, key: timer.key, at: timer.at }).await?;
    Ok(())
}

/// Ends the sessions that belong to one that ended without success.
async fn end_children(engine: &Engine, parent: &SessionId) -> Result<(), Error> {
    loop {
        let query = ListQuery {
            parent: Some(parent.clone()),
            status: Some(Status::Active),
            limit: limits::PAGE_DEFAULT,
            ..ListQuery::default()
        };
        let page = engine.list(&Principal::engine(), query).await?;
        if page.items.is_empty() {
            return Ok(());
        }
        for child in page.items {
            let reason = "its parent session ended".to_owned();
            let details = Some(format!("the parent is {parent}"));
            match engine.execute_own(&child.session_id, Command::Terminate { reason, details }).await {
                Ok(_) | Err(Error::Rejected(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
}
