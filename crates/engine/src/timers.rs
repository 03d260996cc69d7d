//! Timers: what happens to a session at a time. They stand in the store, so they survive a restart; what they do is
//! safe to do twice, so two processes on one store may both fire them.

use std::collections::HashSet;

use futures_util::future::join_all;
use parking_lot::Mutex;
use sessiond_core::{
    Command, Principal, Rejection, SessionId, Span, Status, TimerAction, Timestamp, lifecycle,
};
use sessiond_store::{ListQuery, Op, TimerRow};
use tokio::sync::Notify;

use crate::{Engine, Error};

/// Timers that are fired together.
const BATCH: usize = 128;
/// The longest sleep; another process may have set a timer whose notice was lost.
const LONGEST: Span = Span::from_secs(30);
/// How long to wait after the timers could not be read.
const RETRY: Span = Span::from_secs(1);

/// How long a timer waits whose work cannot be done now, such as one that does not fit into an inbox.
const WAIT: Span = Span::from_secs(5);
/// After this long a cascade is begun again, unless it is under way.
const CASCADE: Span = Span::from_secs(10);
/// Child sessions that are ended together.
const CHILDREN: usize = 64;

/// Wakes the timers' task when one is set that is due before what it sleeps for.
#[derive(Default)]
pub(crate) struct Wake {
    next: Mutex<Option<Timestamp>>,
    notify: Notify,
    /// Whose child sessions are being ended by this process.
    cascades: Mutex<HashSet<SessionId>>,
}

impl Wake {
    /// A timer was set for that time.
    pub(crate) fn at(&self, at: Timestamp) {
        let next = *self.next.lock();
        if next.is_none_or(|next| at < next) {
            self.notify.notify_one();
        }
    }

    /// Waits until it is woken.
    pub(crate) async fn notified(&self) {
        self.notify.notified().await;
    }

    /// Timers changed in a way that only the store knows.
    pub(crate) fn now(&self) {
        self.notify.notify_one();
    }
}

/// Fires timers until it is dropped.
pub(crate) async fn run(engine: Engine) {
    loop {
        let next = match fire_due(&engine).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "timers cannot be read; they are tried again in a second");
                engine.now().after(RETRY)
            }
        };
        tokio::select! {
            () = engine.shared.timers.notified() => {}
            () = engine.clock().sleep_until(next) => {}
        }
    }
}

/// Fires what is due, and says when to look again.
async fn fire_due(engine: &Engine) -> Result<Timestamp, Error> {
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
        return Ok(now);
    }
    *engine.shared.timers.next.lock() = next;
    let latest = engine.now().after(LONGEST);
    Ok(next.map_or(latest, |next| next.min(latest)))
}

async fn fire(engine: &Engine, row: TimerRow) -> Result<(), Error> {
    let TimerRow { session_id, timer } = row;
    let firing = (timer.key.clone(), timer.at);
    let fired = match (&timer.action, Command::of_timer(&timer.action)) {
        // The next process begins it.
        (TimerAction::BeginTurn, _) if engine.shared.lives.is_closed() => return Ok(()),
        // Another process may answer turns.
        (TimerAction::BeginTurn, _) if !engine.answers_turns() => {
            postpone(engine, session_id, timer.key, timer.at, WAIT).await?;
            return Ok(());
        }
        (TimerAction::BeginTurn, _) => engine.begin_turn(&session_id, Some(firing)).await,
        (TimerAction::RemoveTexts { turn, through }, _) => {
            engine.remove_texts(&session_id, turn.as_ref(), *through).await
        }
        // Another process may read files, and so forget them.
        (TimerAction::RemoveFiles { .. }, _) if !engine.reads_files() => {
            postpone(engine, session_id, timer.key, timer.at, WAIT).await?;
            return Ok(());
        }
        (TimerAction::RemoveFiles { files }, _) => engine.remove_files(&session_id, files).await,
        (_, Some(command)) => engine.fire_own(&session_id, command, firing).await.map(drop),
        (_, None) => return begin_cascade(engine, session_id, timer.key, timer.at).await,
    };
    match fired {
        Ok(()) | Err(Error::Rejected(Rejection::SessionNotFound)) => {}
        Err(Error::Rejected(rejection)) => {
            // It would be refused again and again; the log is where this belongs.
            tracing::error!(session = %session_id, timer = %timer.key, %rejection, "a timer is refused");
        }
        Err(Error::Closed) => return Err(Error::Closed),
        Err(error) => {
            // An inbox is full, say. The timer waits, out of the way of others.
            tracing::warn!(session = %session_id, timer = %timer.key, %error, "a timer waits");
            postpone(engine, session_id, timer.key, timer.at, WAIT).await?;
            return Ok(());
        }
    }
    metrics::counter!("sessiond_timers_fired_total").increment(1);
    let _ = engine.write(Op::ClearTimer { session_id, key: timer.key, at: timer.at }).await?;
    Ok(())
}

/// Moves a timer out of the way, and says to when; none when it no longer stands where it did.
async fn postpone(
    engine: &Engine,
    session_id: SessionId,
    key: String,
    from: Timestamp,
    by: Span,
) -> Result<Option<Timestamp>, Error> {
    let at = engine.now().after(by);
    let moved = engine.write(Op::MoveTimer { session_id, key, from: Some(from), at }).await?;
    Ok(moved.is_ok().then_some(at))
}

/// Begins to end the sessions that belong to one that ended without success, apart from other timers, which it would
/// hold up. Its timer is moved meanwhile, so that it goes on from there when this process ends.
async fn begin_cascade(
    engine: &Engine,
    parent: SessionId,
    key: String,
    from: Timestamp,
) -> Result<(), Error> {
    let Some(at) = postpone(engine, parent.clone(), key.clone(), from, CASCADE).await? else {
        return Ok(());
    };
    if !engine.shared.timers.cascades.lock().insert(parent.clone()) {
        return Ok(());
    }
    let owned = engine.clone();
    engine.spawn(async move {
        let ended = end_children(&owned, &parent).await;
        owned.shared.timers.cascades.lock().remove(&parent);
        let cleared = match ended {
            Ok(()) => {
                metrics::counter!("sessiond_timers_fired_total").increment(1);
                // When it took so long that the timer was moved again, it fires once more and finds nothing to do.
                owned.write(Op::ClearTimer { session_id: parent.clone(), key, at }).await.map(drop)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = cleared {
            tracing::warn!(session = %parent, %error, "its child sessions are ended later");
        }
    });
    Ok(())
}

/// Ends the sessions that belong to one that ended without success. One that cannot be ended is passed over; an error
/// is one that may not come again.
pub(crate) async fn end_children(engine: &Engine, parent: &SessionId) -> Result<(), Error> {
    let mut cursor = None;
    loop {
        let query = ListQuery {
            parent: Some(parent.clone()),
            status: Some(Status::Active),
            cursor,
            limit: CHILDREN,
            ..ListQuery::default()
        };
        let page = engine.list(&Principal::engine(), query).await?;
        let ended = join_all(page.items.iter().map(|child| end_child(engine, parent, &child.session_id)));
        ended.await.into_iter().collect::<Result<(), _>>()?;
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

async fn end_child(engine: &Engine, parent: &SessionId, child: &SessionId) -> Result<(), Error> {
    let reason = "its parent session ended".to_owned();
    let details = Some(format!("the parent is {parent}"));
    match engine
        .execute_own(child, Command::Lifecycle(lifecycle::Command::Terminate { reason, details }))
        .await
    {
        // It ended by itself, or is gone.
        Ok(_)
        | Err(Error::Rejected(
            Rejection::SessionEnded(_) | Rejection::SessionExpired | Rejection::SessionNotFound,
        )) => Ok(()),
        Err(Error::Rejected(error)) => {
            tracing::error!(session = %child, %parent, %error, "a child session cannot be ended");
            Ok(())
        }
        Err(Error::Store(sessiond_store::Error::Failed(error))) => {
            tracing::error!(session = %child, %parent, error, "a child session cannot be ended");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
