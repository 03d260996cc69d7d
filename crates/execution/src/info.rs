//! What is known of an execution while it runs.

use serde::Serialize;
use sessiond_core::{CallEnded, CallStatus};

/// What is known of an execution's calls.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Info {
    /// Top-level calls.
    pub runs: u64,
    /// All calls.
    pub calls: u64,
    /// Calls that have not ended.
    pub open: u64,
    /// Calls that gave a result.
    pub completed: u64,
    /// Calls that raised an error.
    pub failed: u64,
    /// Calls that were over their time.
    pub timeout: u64,
    /// Calls that were cancelled.
    pub cancelled: u64,
    /// Calls that could not be stopped, and are no longer waited for.
    pub abandoned: u64,
    /// Calls whose result was taken from the record.
    pub replayed: u64,
    /// Tokens that models read.
    pub input_tokens: u64,
    /// Tokens that models wrote.
    pub output_tokens: u64,
    /// What models cost, in US dollars.
    pub cost: f64,
}

impl Info {
    pub(crate) fn began(&mut self, top: bool) {
        self.runs += u64::from(top);
        self.calls += 1;
        self.open += 1;
    }

    pub(crate) fn ended(&mut self, ended: &CallEnded) {
        self.open = self.open.saturating_sub(1);
        let count = match ended.status {
            CallStatus::Completed => &mut self.completed,
            CallStatus::Failed => &mut self.failed,
            CallStatus::Timeout => &mut self.timeout,
            CallStatus::Cancelled => &mut self.cancelled,
            CallStatus::Abandoned => &mut self.abandoned,
        };
        *count += 1;
        if let Some(usage) = &ended.usage {
            self.input_tokens += usage.input_tokens;
            self.output_tokens += usage.output_tokens;
            self.cost += usage.cost.unwrap_or(0.0);
        }
    }
}
