//! Calls: what a program does in an execution session, as a tree of node calls. The tree itself is the journal; the
//! state keeps what is small: the counts, and what is open.

use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use crate::call::CallEntry;
use crate::check::Checks;
use crate::command::{CallBatch, ContextChange, ExecutionEnd};
use crate::decide::Draft;
use crate::event::EventBody;
use crate::{CallStatus, Effect, Rejection, Session, Status, Timer, TimerAction, context, lifecycle, limits};

/// The calls of a session in short. Copies are cheap.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Calls {
    /// The number of the writer: the one process whose batches are taken. It grows with each that takes over.
    pub writer: u64,
    /// Which process that is; empty in a copy that no process has taken up yet.
    pub process: String,
    /// The writer's last batch that was recorded; 0 when there was none.
    pub batch: u64,
    /// The number of the last call that began; 0 when there was none.
    pub last: u64,
    /// The calls that have not ended.
    pub open: OrdMap<u64, OpenCall>,
    /// How many gave their result.
    pub completed: u64,
    /// How many gave an error.
    pub failed: u64,
    /// How many took too long.
    pub timeout: u64,
    /// How many were wanted no more.
    pub cancelled: u64,
    /// How many nobody waits for any more.
    pub abandoned: u64,
    /// How many were open when their process, or the session, ended.
    pub interrupted: u64,
    /// Tokens that models read.
    pub input_tokens: u64,
    /// Tokens that models wrote.
    pub output_tokens: u64,
    /// What models cost, in US dollars.
    pub cost: f64,
}

/// A call that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCall {
    /// The node's name.
    pub node: Arc<str>,
    /// The call that made it.
    pub parent: Option<u64>,
}

/// An entry that does not fit the calls before it.
pub(crate) struct Misfit {
    entry: usize,
    member: &'static str,
    pub(crate) detail: String,
}

impl Calls {
    /// A process begins to write, or takes over from another.
    pub(crate) fn begin(&mut self, process: &str) {
        self.interrupt();
        self.writer += 1;
        process.clone_into(&mut self.process);
        self.batch = 0;
    }

    /// A copy goes on without the process that wrote the original.
    pub(crate) fn fork(&mut self) {
        self.begin("");
    }

    /// What is open ends with its process, or with the session.
    pub(crate) fn interrupt(&mut self) {
        self.interrupted += self.open.len() as u64;
        self.open = OrdMap::new();
    }

    /// Takes in a batch. When an entry does not fit, what is left is to be dropped.
    pub(crate) fn take(&mut self, entries: &[CallEntry]) -> Result<(), Misfit> {
        let first = self.last + 1;
        // Most calls end in the batch in which they began: those never get into the map.
        let mut begun: Vec<Option<OpenCall>> = Vec::new();
        let place = |call: u64| call.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        for (i, entry) in entries.iter().enumerate() {
            let misfit = |member, detail| Misfit { entry: i, member, detail };
            if let Some(began) = &entry.began {
                if entry.call != self.last + 1 {
                    let detail = format!("calls are numbered as they begin: the next is {}", self.last + 1);
                    return Err(misfit("call", detail));
                }
                // The one that made it may have ended before it: what it left running goes on calling.
                if began.parent.is_some_and(|parent| parent == 0 || parent >= entry.call) {
                    return Err(misfit("parent", "it is an earlier call".to_owned()));
                }
                self.last = entry.call;
                begun.push(Some(OpenCall { node: began.node.clone(), parent: began.parent }));
            }
            if let Some(ended) = &entry.ended {
                let was_open = match place(entry.call) {
                    Some(place) => begun.get_mut(place).and_then(Option::take),
                    None => self.open.remove(&entry.call),
                };
                if was_open.is_none() {
                    return Err(misfit("call", format!("call {} is not open", entry.call)));
                }
                let count = match ended.status {
                    CallStatus::Completed => &mut self.completed,
                    CallStatus::Failed => &mut self.failed,
                    CallStatus::Timeout => &mut self.timeout,
                    CallStatus::Cancelled => &mut self.cancelled,
                    CallStatus::Abandoned => &mut self.abandoned,
                };
                *count += 1;
                if let Some(usage) = &ended.usage {
                    self.input_tokens = self.input_tokens.saturating_add(usage.input_tokens);
                    self.output_tokens = self.output_tokens.saturating_add(usage.output_tokens);
                    self.cost += usage.cost.unwrap_or(0.0);
                }
            }
        }
        for (call, open) in (first..).zip(begun) {
            if let Some(open) = open {
                self.open.insert(call, open);
            }
        }
        Ok(())
    }

    /// Whether they keep the limits.
    pub(crate) fn check_limits(&self) -> Result<(), Rejection> {
        if self.last > limits::CALLS {
            return Err(Rejection::LimitReached { what: "calls of a session", limit: limits::CALLS });
        }
        if self.open.len() > limits::OPEN_CALLS {
            let limit = limits::OPEN_CALLS as u64;
            return Err(Rejection::LimitReached { what: "open calls of a session", limit });
        }
        Ok(())
    }
}

/// Checks what a batch says by itself.
pub(crate) fn check(entries: &[CallEntry]) -> Result<(), Rejection> {
    if entries.len() > limits::CALL_BATCH {
        let detail = format!("a batch has {} entries at most", limits::CALL_BATCH);
        return Err(Rejection::invalid("/calls", detail));
    }
    if entries.iter().map(CallEntry::bytes).sum::<usize>() > limits::CALL_BATCH_BYTES {
        let limit = limits::CALL_BATCH_BYTES as u64;
        return Err(Rejection::LimitReached { what: "bytes of a batch of calls", limit });
    }
    let mut checks = Checks::default();
    entries.iter().enumerate().for_each(|(i, entry)| entry.check(&mut checks, i));
    checks.done()
}

/// Lets a process begin to write, and gives the number that its batches show. A failed execution goes on.
pub(crate) fn begin(draft: &mut Draft<'_>, process: String, keep: Option<u64>) -> Result<u64, Rejection> {
    let mut checks = Checks::default();
    checks.name("/process", &process);
    let (writer, last) = draft.session.calls.as_ref().map_or((0, 0), |calls| (calls.writer, calls.last));
    if keep.is_some_and(|keep| keep > last) {
        checks.wrong("/keep", format!("the session has {last} calls"));
    }
    checks.done()?;
    if draft.session.status != Status::Active {
        // The children were to end because it had failed, and its own time was no longer counted.
        draft.effects.push(Effect::ClearTimer(lifecycle::CASCADE_TIMER.into()));
        if let Some(at) = draft.session.expires_at.filter(|at| *at > draft.moment.now) {
            let key = lifecycle::EXPIRY_TIMER.into();
            draft.effects.push(Effect::SetTimer(Timer { key, at, action: TimerAction::Expire }));
        }
    }
    let writer = writer + 1;
    draft.emit(EventBody::ExecutionBegan { writer, process, keep })?;
    Ok(writer)
}

/// Whether a batch is in the record already.
pub(crate) fn is_recorded(session: &Session, batch: &CallBatch) -> bool {
    let present = session.calls.as_ref().filter(|calls| calls.writer == batch.writer);
    present.is_some_and(|calls| (1..=calls.batch).contains(&batch.batch))
}

/// Records a batch of calls and what goes with them, once.
pub(crate) fn record(draft: &mut Draft<'_>, batch: CallBatch) -> Result<(), Rejection> {
    if is_recorded(&draft.session, &batch) {
        return Ok(()); // The answer was lost on its way.
    }
    let CallBatch { writer, batch, calls, context: changed, end } = batch;
    let none = Arc::default();
    let present: &Arc<Calls> = draft.session.calls.as_ref().unwrap_or(&none);
    if writer != present.writer || writer == 0 {
        return Err(Rejection::WriterStale { presented: writer, present: present.writer });
    }
    if batch == 0 {
        return Err(Rejection::invalid("/batch", "a writer's batches are numbered 1, 2, 3 and so on"));
    }
    if batch != present.batch + 1 {
        return Err(Rejection::BatchGap { presented: batch, expected: present.batch + 1 });
    }
    if calls.is_empty() && changed.is_none() && end.is_none() {
        return Err(Rejection::invalid("/calls", "a batch has calls, a change of the context or an end"));
    }
    check(&calls)?;
    let mut after = Calls::clone(present);
    after.take(&calls).map_err(|Misfit { entry, member, detail }| {
        Rejection::invalid(format!("/calls/{entry}/{member}"), detail)
    })?;
    after.check_limits()?;
    draft.emit(EventBody::CallsRecorded { writer, batch, calls })?;
    if let Some(patch) = changed {
        context::change(draft, ContextChange::Patch(patch), "/context")?;
    }
    match end {
        Some(ExecutionEnd::Completed) => lifecycle::complete(draft, None, Vec::new()),
        Some(ExecutionEnd::Failed { reason }) => lifecycle::fail(draft, reason, None, "/end"),
        None => Ok(()),
    }
}
