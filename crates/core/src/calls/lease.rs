//! The lease of an execution's writer: by it a session knows whether the process that writes it still runs it, so that
//! no other takes over unasked. The writer's number is the lease's fencing token. A renewal moves the lease's timer and
//! makes no event.

use serde::{Deserialize, Serialize};

use crate::lifecycle::Status;
use crate::session::draft::Draft;
use crate::session::{Effect, Rejection, Timer, TimerAction};
use crate::values::Span;
use crate::values::check::Checks;
use crate::values::limits;

use super::{ExecutionContinued, ExecutionInterrupted};

/// The timer of a writer's lease.
pub(crate) const TIMER: &str = "execution_lease";

/// The right to write an execution, until it expires: each batch of the writer renews it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExecutionLease {
    /// Whose it is, such as the id of the directory that a program records in. The same holder may begin again at any time.
    pub holder: String,
    /// How long it lasts without a renewal.
    pub ttl: Span,
}

/// Checks a lease that a process is to take; `at` is its pointer.
pub(crate) fn check(checks: &mut Checks, at: &str, lease: &ExecutionLease) {
    checks.name(format!("{at}/holder"), &lease.holder);
    checks.span(format!("{at}/ttl"), Some(lease.ttl), limits::SPAN_MS);
}

/// Keeps the lease of the present writer for as long again as it was taken for. One that had expired is in force again,
/// since no other process has begun.
pub(crate) fn renew(draft: &mut Draft<'_>, writer: u64) -> Result<(), Rejection> {
    let present = draft.session().calls.as_ref().map_or(0, |calls| calls.writer);
    if writer != present || writer == 0 {
        return Err(Rejection::WriterStale { presented: writer, present });
    }
    hear(draft)
}

/// The present writer gave a sign of life.
pub(crate) fn hear(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let Some(calls) = draft.session().calls.as_ref() else { return Ok(()) };
    let (writer, away) = (calls.writer, calls.away);
    let Some(ttl) = calls.lease.as_ref().map(|lease| lease.ttl) else { return Ok(()) };
    if away {
        draft.emit(ExecutionContinued { writer })?;
    }
    draft.effect(Effect::SetTimer(Timer {
        key: TIMER.into(),
        at: draft.now().after(ttl),
        action: TimerAction::ExpireExecutionLease { writer },
    }));
    Ok(())
}

/// The writer runs the execution no more: it said so, or its lease has expired. Another process may begin then. A writer
/// that has no lease has nothing to release, and one that is not the present one neither.
pub(crate) fn interrupt(draft: &mut Draft<'_>, writer: u64, expired: bool) -> Result<(), Rejection> {
    let calls = draft.session().calls.as_ref();
    let is_held = calls.is_some_and(|calls| calls.writer == writer && calls.held().is_some());
    if !is_held || draft.session().status != Status::Active {
        return Ok(());
    }
    if !expired {
        draft.effect(Effect::ClearTimer(TIMER.into()));
    }
    draft.emit(ExecutionInterrupted { writer, expired })
}
