//! What a session keeps of its calls. The tree itself is the journal; the state keeps what is small: the counts, and
//! what is open.

use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use crate::lifecycle::Status;
use crate::session::Progress;
use crate::session::facet_state::FacetState;
use crate::values::{Exceeded, Limit};

use super::{CallEntry, CallStatus, ExecutionLease};

/// The counts of a session's calls, and those that are open. Copies are cheap.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Calls {
    /// The number of the writer: the one process whose batches are taken. It grows with each that takes over.
    pub writer: u64,
    /// Which process that is; empty in a copy that no process has taken up yet.
    pub process: String,
    /// The lease that the writer took. It is in force unless the writer is away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<ExecutionLease>,
    /// Whether the writer has released its lease, or not renewed it.
    #[serde(default)]
    pub away: bool,
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

impl FacetState for Option<Arc<Calls>> {
    fn on_end(&mut self, _: Status) {
        if let Some(calls) = self {
            let calls = Arc::make_mut(calls);
            calls.interrupt();
            (calls.lease, calls.away) = (None, false);
        }
    }

    fn on_fork(&mut self) {
        if let Some(calls) = self {
            Arc::make_mut(calls).fork();
        }
    }

    fn progress(&self) -> Option<Progress> {
        let calls = self.as_ref()?;
        let done = calls.last.saturating_sub(calls.open.len() as u64);
        Progress::of("calls", done, calls.last, calls.failed + calls.timeout)
    }

    fn check(&self) -> Result<(), Exceeded> {
        self.check_counts()
    }

    fn check_counts(&self) -> Result<(), Exceeded> {
        self.as_ref().map_or(Ok(()), |calls| calls.check_limits())
    }
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
    pub(crate) entry: usize,
    pub(crate) member: &'static str,
    pub(crate) detail: String,
}

impl Calls {
    /// The lease that is in force: its holder runs the execution, as far as is known.
    pub fn held(&self) -> Option<&ExecutionLease> {
        self.lease.as_ref().filter(|_| !self.away)
    }

    /// A process begins to write, or takes over from another.
    pub(crate) fn begin(&mut self, process: &str, lease: Option<ExecutionLease>) {
        self.interrupt();
        self.writer += 1;
        (self.lease, self.away) = (lease, false);
        process.clone_into(&mut self.process);
        self.batch = 0;
    }

    /// A copy goes on without the process that wrote the original.
    pub(crate) fn fork(&mut self) {
        self.begin("", None);
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
                    return Err(misfit("parent", "it must be an earlier call".to_owned()));
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
    pub(crate) fn check_limits(&self) -> Result<(), Exceeded> {
        if self.last > Limit::Calls.most() {
            return Err(Exceeded(Limit::Calls));
        }
        Limit::OpenCalls.allows(self.open.len())
    }
}
