//! How a process becomes the writer of an execution, and how its batches are recorded.

use std::sync::Arc;

use crate::lifecycle::Status;
use crate::session::draft::Draft;
use crate::session::{Rejection, Session};
use crate::values::check::Checks;
use crate::values::limits;
use crate::{context, lifecycle};

use super::batch::check;
use super::state::Misfit;
use super::{CallBatch, Calls, CallsRecorded, ExecutionBegan, ExecutionEnd};

/// Lets a process begin to write, and gives the number that its batches show. A failed execution continues.
pub(crate) fn begin(draft: &mut Draft<'_>, process: String, keep: Option<u64>) -> Result<u64, Rejection> {
    let mut checks = Checks::default();
    checks.name("/process", &process);
    let (writer, last) = draft.session().calls.as_ref().map_or((0, 0), |calls| (calls.writer, calls.last));
    if keep.is_some_and(|keep| keep > last) {
        checks.wrong("/keep", format!("the session has {last} calls"));
    }
    checks.done()?;
    if draft.session().status != Status::Active {
        lifecycle::rules::take_back_end(draft);
    }
    let writer = writer + 1;
    draft.emit(ExecutionBegan { writer, process, keep })?;
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
