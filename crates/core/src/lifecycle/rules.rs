//! How a session changes as a whole, and how it ends.

use std::collections::BTreeMap;

use crate::conversation::TurnStatus;
use crate::participants::lease_timer;
use crate::session::draft::Draft;
use crate::session::{Effect, EventBody, Rejection, Timer, TimerAction};
use crate::tasks::cancel::cancel_open;
use crate::values::check::Checks;
use crate::values::{Limit, Span, Timestamp, limits};
use crate::{calls, conversation, messages, questions};

use super::{
    Kind, Outcome, SessionCompleted, SessionExpired, SessionFailed, SessionTerminated, SessionUpdated,
    TokenIssued,
};

/// The timer that ends a session whose time runs out.
pub(crate) const EXPIRY_TIMER: &str = "expiry";
/// The timer that passes an end on to the children.
pub(crate) const CASCADE_TIMER: &str = "cascade";

/// Changes name, labels or expiry.
pub(crate) fn update(
    draft: &mut Draft<'_>,
    name: Option<String>,
    labels: Option<BTreeMap<String, String>>,
    expires_in: Option<Span>,
) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    checks.title_if_any("/name", name.as_ref());
    if let Some(labels) = &labels {
        checks.labels("/labels", labels);
    }
    checks.span("/expires_in", expires_in, limits::EXPIRY_MS);
    checks.done()?;
    let labels = labels.map(|changes| {
        let mut labels = draft.session().labels.clone();
        labels.extend(changes);
        labels.retain(|_, value| !value.is_empty());
        labels
    });
    if let Some(labels) = &labels {
        check_label_count(labels)?;
    }
    let name = name.filter(|name| draft.session().name.as_ref() != Some(name));
    let labels = labels.filter(|labels| draft.session().labels != *labels);
    let expires_at = expires_in.map(|span| draft.now().after(span));
    if name.is_none() && labels.is_none() && expires_at.is_none() {
        return Ok(());
    }
    if let Some(at) = expires_at {
        set_expiry_timer(draft, at);
    }
    draft.emit(SessionUpdated { name, labels, expires_at })
}

/// Moves the expiry of a session that is used, if it expires without use. So that not each use is a change, it moves only by
/// a tenth of its time or a minute.
pub(crate) fn renew(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let session = draft.session();
    let Some(idle_timeout) = session.idle_timeout else {
        return Ok(());
    };
    let at = draft.now().after(idle_timeout);
    let step = (idle_timeout.millis() / 10).min(limits::RENEWAL_MS);
    if session.expires_at.is_some_and(|present| at.since(present).millis() < step) {
        return Ok(());
    }
    set_expiry_timer(draft, at);
    draft.emit(SessionUpdated { name: None, labels: None, expires_at: Some(at) })
}

fn set_expiry_timer(draft: &mut Draft<'_>, at: Timestamp) {
    let key = EXPIRY_TIMER.into();
    draft.effect(Effect::SetTimer(Timer { key, at, action: TimerAction::Expire }));
}

pub(crate) fn check_label_count(labels: &BTreeMap<String, String>) -> Result<(), Rejection> {
    Ok(Limit::Labels.allows(labels.len())?)
}

/// Gives the session a token in place of the one before it.
pub(crate) fn issue_token(draft: &mut Draft<'_>, sha256: String) -> Result<(), Rejection> {
    check_digest(&sha256)?;
    draft.emit(TokenIssued { sha256 })
}

pub(crate) fn check_digest(sha256: &str) -> Result<(), Rejection> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if sha256.len() == 64 && sha256.bytes().all(is_digit) {
        return Ok(());
    }
    Err(Rejection::invalid("/sha256", "it has 64 lower-case hexadecimal digits"))
}

/// Ends the session with success. What is still open, tasks and steps, is wanted no more.
pub(crate) fn complete(
    draft: &mut Draft<'_>,
    summary: Option<String>,
    artifacts: Vec<String>,
) -> Result<(), Rejection> {
    Limit::Artifacts.allows(artifacts.len())?;
    let mut checks = Checks::default();
    checks.text_if_any("/summary", summary.as_ref());
    for (i, artifact) in artifacts.iter().enumerate() {
        checks.line(format!("/artifacts/{i}"), artifact, limits::ARTIFACT_BYTES);
    }
    checks.each_once("/artifacts", artifacts.iter().map(String::as_str), limits::ARTIFACTS);
    checks.done()?;
    let outcome = Outcome { summary, artifacts, ..Outcome::default() };
    end(draft, SessionCompleted { outcome }, "the session is complete")
}

/// Ends the session because somebody says so.
pub(crate) fn terminate(
    draft: &mut Draft<'_>,
    reason: String,
    details: Option<String>,
) -> Result<(), Rejection> {
    let outcome = because(reason, details, "")?;
    end(draft, SessionTerminated { outcome }, "the session was terminated")
}

/// Ends the session because whoever works in it says that the work could not be done.
/// `at` is the pointer of what they say.
pub(crate) fn fail(
    draft: &mut Draft<'_>,
    reason: String,
    details: Option<String>,
    at: &str,
) -> Result<(), Rejection> {
    let outcome = because(reason, details, at)?;
    end(draft, SessionFailed { outcome }, "the session failed")
}

/// The outcome of an end that is no success.
fn because(reason: String, details: Option<String>, at: &str) -> Result<Outcome, Rejection> {
    let mut checks = Checks::default();
    checks.name(format!("{at}/reason"), &reason);
    checks.text_if_any(format!("{at}/details"), details.as_ref());
    checks.done()?;
    Ok(Outcome { reason: Some(reason), details, ..Outcome::default() })
}

/// Ends the session: open tasks are cancelled first, timers go, and an end that is no success reaches the children.
pub(crate) fn end(draft: &mut Draft<'_>, body: impl Into<EventBody>, why: &str) -> Result<(), Rejection> {
    let body = body.into();
    cancel_open(draft, why)?;
    conversation::rules::end_open(draft, TurnStatus::Stopped, None, why)?;
    messages::rules::withdraw_delayed(draft);
    let cascade = !matches!(body, EventBody::SessionCompleted(_));
    // The end takes all leases and questions, so their timers must be found before it.
    let leased = draft.session().participants.iter().filter(|participant| participant.lease.is_some());
    let timers: Vec<String> = leased.map(|participant| lease_timer(&participant.agent_id)).collect();
    let asked = draft.session().questions.open();
    let asked = asked.into_iter().filter(|question| question.asked.deadline.is_some());
    let asked: Vec<String> =
        asked.map(|question| questions::rules::timer(&question.asked.question_id)).collect();
    let held = draft.session().calls.as_ref().and_then(|calls| calls.held());
    let held = held.map(|_| calls::EXECUTION_LEASE_TIMER.to_owned());
    timers.into_iter().chain(asked).chain(held).for_each(|key| draft.effect(Effect::ClearTimer(key)));
    draft.emit(body)?;
    if draft.session().expires_at.is_some() {
        draft.effect(Effect::ClearTimer(EXPIRY_TIMER.into()));
    }
    if cascade {
        draft.effect(Effect::SetTimer(Timer {
            key: CASCADE_TIMER.into(),
            at: draft.now(),
            action: TimerAction::EndChildren,
        }));
    }
    Ok(())
}

/// A session that had failed is about to continue: its children were to end with it, and its own time was no longer
/// counted.
pub(crate) fn take_back_end(draft: &mut Draft<'_>) {
    draft.effect(Effect::ClearTimer(CASCADE_TIMER.into()));
    if let Some(at) = draft.session().expires_at.filter(|at| *at > draft.now()) {
        set_expiry_timer(draft, at);
    }
}

/// A timer: the session's time ran out. The texts of an assistant's session go with it.
pub(crate) fn expire(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let session = draft.session();
    if session.expires_at.is_none_or(|at| at > draft.now()) {
        return Ok(());
    }
    if session.is_in_use() {
        return renew(draft);
    }
    if session.kind == Kind::Assistant {
        conversation::rules::clear(draft, false)?;
    }
    end(draft, SessionExpired {}, "the session expired")
}
