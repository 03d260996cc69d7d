//! Lifecycle: what a session is, whether it lives, and how it ended.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::check::Checks;
use crate::decide::Draft;
use crate::event::EventBody;
use crate::{Effect, Rejection, Revision, SessionId, Span, Timer, TimerAction, limits};

/// Which facet leads a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Agents that work a plan together (seed 003).
    Workflow,
    /// A private assistant (seed 002).
    Assistant,
    /// A training run (seed 001).
    Training,
    /// A federation of sites (seed 000).
    Federated,
    /// An execution of nodes (seed 004).
    Execution,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 5] =
        [Self::Workflow, Self::Assistant, Self::Training, Self::Federated, Self::Execution];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Assistant => "assistant",
            Self::Training => "training",
            Self::Federated => "federated",
            Self::Execution => "execution",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a session lives, and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It takes changes.
    Active,
    /// Its work is done.
    Completed,
    /// Somebody stopped it.
    Terminated,
    /// Its work could not be done.
    Failed,
    /// Its time ran out.
    Expired,
}

impl Status {
    /// All states.
    pub const ALL: [Status; 5] =
        [Self::Active, Self::Completed, Self::Terminated, Self::Failed, Self::Expired];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Terminated => "terminated",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// What was reached, by whoever completed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Where the results lie, such as `s3://artifacts/build.zip`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<String>,
    /// Why it was stopped or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// More on the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// Where a session was forked from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkPoint {
    /// The session that it was copied from.
    pub session_id: SessionId,
    /// The last revision that was copied.
    pub revision: Revision,
}

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
    checks.name_if_any("/name", name.as_ref());
    if let Some(labels) = &labels {
        checks.labels("/labels", labels);
    }
    checks.span("/expires_in", expires_in, limits::EXPIRY_MS);
    checks.done()?;
    let labels = labels.map(|changes| {
        let mut labels = draft.session.labels.clone();
        labels.extend(changes);
        labels.retain(|_, value| !value.is_empty());
        labels
    });
    if let Some(labels) = &labels {
        check_label_count(labels)?;
    }
    let name = name.filter(|name| draft.session.name.as_ref() != Some(name));
    let labels = labels.filter(|labels| draft.session.labels != *labels);
    let expires_at = expires_in.map(|span| draft.moment.now.after(span));
    if name.is_none() && labels.is_none() && expires_at.is_none() {
        return Ok(());
    }
    if let Some(at) = expires_at {
        let key = EXPIRY_TIMER.into();
        draft.effects.push(Effect::SetTimer(Timer { key, at, action: TimerAction::Expire }));
    }
    draft.emit(EventBody::SessionUpdated { name, labels, expires_at })
}

pub(crate) fn check_label_count(labels: &BTreeMap<String, String>) -> Result<(), Rejection> {
    if labels.len() > limits::LABELS {
        return Err(Rejection::LimitReached { what: "labels", limit: limits::LABELS as u64 });
    }
    Ok(())
}

/// Ends the session with success. What is still open, tasks and steps, is wanted no more.
pub(crate) fn complete(
    draft: &mut Draft<'_>,
    summary: Option<String>,
    artifacts: Vec<String>,
) -> Result<(), Rejection> {
    if artifacts.len() > limits::ARTIFACTS {
        return Err(Rejection::LimitReached { what: "artifacts", limit: limits::ARTIFACTS as u64 });
    }
    let mut checks = Checks::default();
    checks.text_if_any("/summary", summary.as_ref());
    for (i, artifact) in artifacts.iter().enumerate() {
        checks.line(format!("/artifacts/{i}"), artifact, limits::ARTIFACT_BYTES);
    }
    checks.each_once("/artifacts", artifacts.iter().map(String::as_str), limits::ARTIFACTS);
    checks.done()?;
    let outcome = Outcome { summary, artifacts, ..Outcome::default() };
    end(draft, EventBody::SessionCompleted { outcome }, "the session is complete")
}

/// Ends the session because somebody says so.
pub(crate) fn terminate(
    draft: &mut Draft<'_>,
    reason: String,
    details: Option<String>,
) -> Result<(), Rejection> {
    let outcome = because(reason, details, "")?;
    end(draft, EventBody::SessionTerminated { outcome }, "the session was terminated")
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
    end(draft, EventBody::SessionFailed { outcome }, "the session failed")
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
pub(crate) fn end(draft: &mut Draft<'_>, body: EventBody, why: &str) -> Result<(), Rejection> {
    crate::report::cancel_open(draft, why)?;
    let cascade = !matches!(body, EventBody::SessionCompleted { .. });
    // The end takes all leases, so their timers must be found before it.
    for participant in draft.session.participants.iter() {
        if participant.lease.is_some() {
            let key = crate::participants::lease_timer(&participant.agent_id);
            draft.effects.push(Effect::ClearTimer(key));
        }
    }
    draft.emit(body)?;
    if draft.session.expires_at.is_some() {
        draft.effects.push(Effect::ClearTimer(EXPIRY_TIMER.into()));
    }
    if cascade {
        draft.effects.push(Effect::SetTimer(Timer {
            key: CASCADE_TIMER.into(),
            at: draft.moment.now,
            action: TimerAction::EndChildren,
        }));
    }
    Ok(())
}
