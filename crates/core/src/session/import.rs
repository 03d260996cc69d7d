//! Folding a journal from outside. What the engine wrote keeps the limits, because each command was checked; what an
//! import brings may say anything.

use crate::lifecycle;
use crate::values::{Exceeded, Limit};

use super::{Event, Rejection, Session};

/// Folds a journal from outside, and refuses it at the first event with which it passes a limit.
pub fn fold_checked<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Option<Session>, Rejection> {
    let mut session = None;
    for event in events {
        apply_checked(&mut session, event)?;
    }
    session.as_ref().map_or(Ok(()), check_limits)?;
    Ok(session)
}

/// Folds one event of a journal from outside; the first begins the session. It looks only at what the event adds, so
/// that a long journal costs no more than its length: [`check_limits`] is for the end.
pub fn apply_checked(session: &mut Option<Session>, event: &Event) -> Result<(), Rejection> {
    check_revision(event.seq)?;
    let payload = event.body.payload();
    let Some(session) = session else {
        let begun = Session::begin(event)?;
        payload.check(&begun)?;
        *session = Some(begun);
        return Ok(());
    };
    payload.check(session)?;
    session.apply(event)?;
    session.facets().into_iter().try_for_each(|facet| facet.check_counts())?;
    Ok(session.check_room(0)?)
}

/// Whether a state keeps the limits, however it came about.
pub fn check_limits(session: &Session) -> Result<(), Rejection> {
    check_revision(session.revision)?;
    lifecycle::state::check(session.name.iter().chain(&session.client_id), &session.labels)?;
    session.facets().into_iter().try_for_each(|facet| facet.check())?;
    Ok(session.check_room(0)?)
}

fn check_revision(revision: u64) -> Result<(), Exceeded> {
    if revision > Limit::Events.most() { Err(Exceeded(Limit::Events)) } else { Ok(()) }
}
