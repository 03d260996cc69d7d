//! What an earlier process recorded, and what of it a later one need not do again.
//!
//! A call is found by its caller, the branch of that caller's concurrency that makes it, and its place in that branch.
//! What it came to is given when everything that the record has before it has happened again: see [`Sequence`].

mod builder;
mod cut;
mod sequence;

use std::collections::HashMap;
use std::sync::Arc;

use crate::comparison::{self, Likeness};
use sessiond_core::{CallError, CallStatus, Json};

pub use builder::ReplayBuilder;
pub use cut::{Cut, Cuts};
pub use sequence::{Sequence, Turn};
pub use sessiond_recording::CallNumber;

/// The recorded calls that a resumed program will ask for. Memory holds only what can be asked for: when what a call
/// came to is given again, the calls that it made are never asked for, and are dropped.
#[derive(Debug, Default)]
pub struct Replay {
    /// By the caller: none for the program itself.
    callers: HashMap<Option<CallNumber>, HashMap<Arc<str>, Arc<RecordedBranch>>>,
    /// The order in which all of it happened.
    pub sequence: Arc<Sequence>,
}

/// What is recorded of one branch of a caller's concurrency.
#[derive(Debug, Default)]
pub struct RecordedBranch {
    /// Its calls, in the order in which they began.
    pub calls: Vec<RecordedCall>,
    /// Its writes to the context, in order.
    pub writes: Vec<RecordedWrite>,
}

/// A recorded call.
#[derive(Debug, Clone)]
pub struct RecordedCall {
    /// Its number; that of the first one, when it was taken up again.
    pub call: CallNumber,
    /// Its number when it was last made.
    pub latest: CallNumber,
    /// The node.
    pub node: Arc<str>,
    /// A hash of its input.
    pub key: String,
    /// When it first began, in microseconds since the epoch.
    pub began_us: u64,
    /// Where that stands in the order of all.
    pub began: Turn,
    /// What it came to, when that is given again.
    pub outcome: Option<Outcome>,
    /// Where its end stands in the order of all, when it runs again all the same.
    pub ended: Option<Turn>,
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub status: CallStatus,
    /// What it gave; of a cancelled stream, what it had given until then.
    pub output: Option<Json>,
    /// What it failed with.
    pub error: Option<CallError>,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// Where its end stands in the order of all.
    pub turn: Turn,
}

impl Outcome {
    /// Whether it was cancelled, which its caller does again.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.status, CallStatus::Cancelled | CallStatus::Abandoned) && self.error.is_none()
    }
}

/// A recorded write to the context.
#[derive(Debug, Clone)]
pub struct RecordedWrite {
    /// Its place in the session's order.
    pub order: u64,
    /// What was written.
    pub key: String,
    /// Where it stands in the order of all.
    pub turn: Turn,
}

/// What the record says of a call that the program makes.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// It ended, and what it came to is given again.
    Outcome {
        /// Its number.
        call: CallNumber,
        /// What it came to.
        outcome: Outcome,
    },
    /// It ended, and its input can be another than it was then, which nobody can tell: it is done again.
    Unsure {
        /// Its number.
        call: CallNumber,
        /// When it first began, in microseconds since the epoch.
        began_us: u64,
        /// What it came to.
        outcome: Outcome,
    },
    /// It began, but has not ended, or what it came to cannot be given again: it is done again, and takes up that call.
    Again {
        /// Its number.
        call: CallNumber,
        /// When it first began, in microseconds since the epoch.
        began_us: u64,
        /// Where its end stands in the order of all, if it ended.
        ended: Option<Turn>,
    },
    /// It is new.
    Nothing,
    /// The program made another call at this place than it did before.
    Differs(Difference),
}

/// Where a program first differs from what was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The call that was recorded at this place.
    pub call: CallNumber,
    /// The branch of its caller's concurrency; empty for the caller's own line.
    pub branch: Arc<str>,
    /// Its index in that branch, from 0.
    pub position: u32,
    /// The node that was called then.
    pub recorded: String,
    /// The node that is called now.
    pub now: String,
    /// Whether it is the same node, with another input.
    pub input: bool,
}

impl Replay {
    /// What is recorded of a branch of a caller: none for the program itself.
    pub fn branch(&self, caller: Option<CallNumber>, path: &str) -> Option<Arc<RecordedBranch>> {
        self.callers.get(&caller)?.get(path).cloned()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }

    /// A call that runs again has ended: what is recorded under it and was not asked for is waited for no longer.
    pub fn close(&self, call: CallNumber) {
        if self.sequence.is_over() {
            return;
        }
        for branch in self.callers.get(&Some(call)).into_iter().flat_map(HashMap::values) {
            for recorded in &branch.calls {
                self.sequence.pass(recorded.began);
                let ended = recorded.outcome.as_ref().map(|outcome| outcome.turn);
                if let Some(ended) = ended.or(recorded.ended) {
                    self.sequence.pass(ended);
                }
                self.close(recorded.call);
            }
            for write in &branch.writes {
                self.sequence.pass(write.turn);
            }
        }
    }
}

impl RecordedBranch {
    /// What is recorded of its call at `position`; `path` names the branch.
    pub fn find(&self, path: &Arc<str>, position: u32, node: &str, key: &str) -> Found {
        let Some(recorded) = self.calls.get(position as usize) else {
            return Found::Nothing;
        };
        let likeness = comparison::compare(&recorded.key, key);
        if *recorded.node != *node || likeness == Likeness::Different {
            return Found::Differs(Difference {
                call: recorded.call,
                branch: path.clone(),
                position,
                recorded: recorded.node.to_string(),
                now: node.to_owned(),
                input: *recorded.node == *node,
            });
        }
        match &recorded.outcome {
            Some(outcome) if likeness == Likeness::Unsure => {
                Found::Unsure { call: recorded.call, began_us: recorded.began_us, outcome: outcome.clone() }
            }
            Some(outcome) => Found::Outcome { call: recorded.call, outcome: outcome.clone() },
            None => Found::Again { call: recorded.call, began_us: recorded.began_us, ended: recorded.ended },
        }
    }
}
