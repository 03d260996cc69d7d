//! Housekeeping: sessions that nobody uses leave memory, and what is kept for a time goes when it is over.

use std::sync::Arc;
use std::time::Duration;

use sessiond_core::{Principal, Rejection, Span, Status, Timestamp, limits};
use sessiond_store::{Done, ListQuery, Op, Sort};

use crate::actor::Slot;
use crate::{Engine, Error, clock};

/// How often memory is looked through.
const SWEEP: Duration = Duration::from_secs(10);
/// How long a session that has ended stays in memory when nobody uses it, at most: a program may run many short ones.
const ENDED: Duration = Duration::from_secs(5);
/// How often the store is.
const PURGE: Span = Span::from_secs(600);

/// Keeps house until it is dropped.
pub(crate) async fn run(engine: Engine) {
    let mut purged: Option<Timestamp> = None;
    loop {
        engine.clock().sleep(SWEEP.min(engine.shared.options.idle.max(Duration::from_millis(100)))).await;
        sweep(&engine);
        engine.shared.presences.sweep(engine.now());
        if let Err(error) = engine.shared.store.erase().await {
            tracing::debug!(%error, "what was deleted leaves the files later");
        }
        if purged.is_none_or(|at| engine.now().since(at) >= PURGE) {
            // Only a crash leaves files, so the first time is enough. It reads each session that has some.
            if purged.is_none()
                && let Err(error) = engine.sweep_uploads().await
            {
                tracing::warn!(%error, "files without an owner are removed after the next start");
            }
            purged = Some(engine.now());
            if let Err(error) = purge(&engine).await {
                tracing::warn!(%error, "what is over its time could not be dropped; it is tried again later");
            }
        }
    }
}

/// Drops sessions that nobody has used for a while. Only the map holds such a slot, so nobody can be using it.
fn sweep(engine: &Engine) {
    let ago = |time: Duration| {
        engine.now().millis().saturating_sub(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
    };
    let (before, ended_before) =
        (ago(engine.shared.options.idle), ago(engine.shared.options.idle.min(ENDED)));
    let mut sessions = engine.shared.sessions.lock();
    sessions.retain(|_, slot: &mut Arc<Slot>| {
        let has_ended = || slot.session().status != Status::Active;
        Arc::strong_count(slot) > 1
            || slot.idle_since() > ended_before
            || (slot.idle_since() > before && !has_ended())
    });
    sessions.shrink_to_fit();
    metrics::gauge!("sessiond_sessions_open").set(sessions.len() as f64);
}

async fn purge(engine: &Engine) -> Result<(), Error> {
    let ago = |millis: u64| Timestamp::from_millis(engine.now().millis().saturating_sub_unsigned(millis));
    let (answers_before, messages_before) = (ago(limits::IDEMPOTENCY_MS), ago(limits::MESSAGE_HISTORY_MS));
    // Each goes only so far, so that nobody waits long behind it.
    while let Ok(Done::Count(1..)) = engine.write(Op::Purge { answers_before, messages_before }).await? {}
    let expire = || Op::Expire { before: ago(limits::INBOX_AGE_MS), now: engine.now() };
    while let Ok(Done::Count(1..)) = engine.write(expire()).await? {}
    let Some(keep) = engine.shared.options.keep_ended else {
        return Ok(());
    };
    let before = ago(clock::span(keep).millis());
    let mut cursor = None;
    loop {
        let query = ListQuery { sort: Sort::Created, cursor, limit: limits::PAGE, ..ListQuery::default() };
        let page = engine.list(&Principal::engine(), query).await?;
        for row in page.items.into_iter().filter(|row| row.ended_at.is_some_and(|at| at < before)) {
            match engine.delete(&Principal::engine(), &row.session_id, None).await {
                Ok(()) | Err(Error::Rejected(Rejection::SessionNotFound)) => {}
                Err(Error::Rejected(rejection)) => {
                    tracing::error!(session = %row.session_id, %rejection, "an ended session cannot be dropped");
                }
                Err(error) => return Err(error),
            }
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(());
        }
    }
}
