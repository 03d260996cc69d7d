//! The point of a journal that a fork goes on from.

use std::collections::HashMap;

use sessiond_core::{EventBody, ExecutionBegan, Revision};

use super::CallNumber;

/// The point that a fork goes on from: as it was when the call after `keep` began. What the journal tells beyond that
/// point, up to the event in which the fork began, is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The number of the `execution_began` event that names it.
    pub seq: Revision,
    /// The last call that is kept.
    pub keep: CallNumber,
    /// The place of the next call's begin in the session's order; what comes later had not happened. None when there
    /// was no next call.
    pub at: Option<u64>,
}

/// Finds the cuts of a journal; they must be known before it is folded.
#[derive(Debug, Default)]
pub struct Cuts {
    found: Vec<Cut>,
    began: HashMap<CallNumber, u64>,
}

impl Cuts {
    /// Takes in the next event.
    pub fn take(&mut self, seq: Revision, event: &EventBody) {
        match event {
            EventBody::ExecutionBegan(ExecutionBegan { keep: Some(keep), .. }) => {
                let at = self.began.get(&(keep + 1)).copied();
                self.found.push(Cut { seq, keep: *keep, at });
            }
            EventBody::CallsRecorded(recorded) => {
                for entry in recorded.calls.iter() {
                    if let Some(began) = &entry.began {
                        self.began.insert(entry.call, began.order());
                    }
                }
            }
            _ => {}
        }
    }

    /// What was found.
    pub fn finish(self) -> Vec<Cut> {
        self.found
    }
}
