//! How a process becomes the writer of an execution, and how its batches are recorded.

use std::sync::Arc;

use crate::lifecycle::Status;
use crate::session::draft::Draft;
use crate::session::{Effect, Rejection, Session};
use crate::values::check::Checks;
use crate::values::limits;
use crate::{context, lifecycle};

use super::batch::check;
use super::state::Misfit;
use super::{CallBatch, Calls, CallsRecorded, ExecutionBegan, ExecutionEnd, NewWriter, lease};

/// Lets a process begin to write, and gives the number that its batches show. A failed execution continues.
///
/// An execution that the holder of a lease runs is refused to others, unless it is to be taken over.
pub(crate) fn begin(draft: &mut Draft<'_>, new: NewWriter) -> Result<u64, Rejection> {
    let NewWriter { process, keep, lease, take_over } = new;
    let mut checks = Checks::default();
    checks.name("/process", &process);
    if let Some(lease) = &lease {
        lease::check(&mut checks, "/lease", lease);
    }
    let (writer, last) = draft.session().calls.as_ref().map_or((0, 0), |calls| (calls.writer, calls.last));
    if keep.is_some_and(|keep| keep > last) {
        checks.wrong("/keep", format!("the session has {last} calls"));
    }
    checks.done()?;
    let held = draft.session().calls.as_ref().and_then(|calls| Some((calls.held()?, &calls.process)));
    if let Some((held, process)) = held {
        let is_own = lease.as_ref().is_some_and(|lease| lease.holder == held.holder);
        if !is_own && !take_over {
            return Err(Rejection::ExecutionRunning { process: process.clone(), ttl: held.ttl });
        }
        // The new writer's lease sets it again.
        draft.effect(Effect::ClearTimer(lease::TIMER.into()));
    }
    if draft.session().status != Status::Active {
        lifecycle::rules::take_back_end(draft);
    }
    let writer = writer + 1;
    draft.emit(ExecutionBegan { writer, process, keep, lease, take_over })?;
    lease::hear(draft)?;
    Ok(writer)
}

/// Whether a batch is in the record already.
pub(crate) fn is_recorded(session: &Session, batch: &CallBatch) -> bool {
    let present = session.calls.as_ref().filter(|calls| calls.writer == batch.writer);
    present.is_some_and(|calls| (1..=calls.batch).contains(&batch.batch))
}

/// Records a batch of calls and what goes with them, once.
pub(crate) fn record(draft: &mut Draft<'_>, batch: CallBatch) -> Result<(), Rejection> {
    if is_recorded(draft.session(), &batch) {
        return Ok(()); // The answer was lost on its way.
    }
    let CallBatch { writer, batch, calls, context: changed, writes, fatal, end } = batch;
    let none = Arc::default();
    let present: &Arc<Calls> = draft.session().calls.as_ref().unwrap_or(&none);
    if writer != present.writer || writer == 0 {
        return Err(Rejection::WriterStale { presented: writer, present: present.writer });
    }
    if batch == 0 {
        return Err(Rejection::invalid("/batch", "a writer's batches are numbered 1, 2, 3 and so on"));
    }
    if batch != present.batch + 1 {
        return Err(Rejection::BatchGap { presented: batch, expected: present.batch + 1 });
    }
    if calls.is_empty() && changed.is_none() && writes.is_empty() && end.is_none() {
        return Err(Rejection::invalid("/calls", "a batch has calls, a change of the context or an end"));
    }
    check(&calls)?;
    let mut after = Calls::clone(present);
    after.take(&calls).map_err(|Misfit { entry, member, detail }| {
        Rejection::invalid(format!("/calls/{entry}/{member}"), detail)
    })?;
    after.check_limits()?;
    if fatal.len() > limits::CALL_BATCH || fatal.iter().any(|call| *call == 0 || *call > after.last) {
        return Err(Rejection::invalid("/fatal", "it names calls of this session"));
    }
    lease::hear(draft)?;
    draft.emit(CallsRecorded { writer, batch, calls, fatal })?;
    if let Some(patch) = changed {
        context::rules::change(draft, context::Command::Patch(patch), "/context")?;
    }
    if !writes.is_empty() {
        context::rules::write(draft, writes, "/writes")?;
    }
    match end {
        Some(ExecutionEnd::Completed) => lifecycle::rules::complete(draft, None, Vec::new()),
        Some(ExecutionEnd::Failed { reason }) => lifecycle::rules::fail(draft, reason, None, "/end"),
        None => Ok(()),
    }
}
