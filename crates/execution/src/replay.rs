//! What an earlier process recorded, and what of it a later one need not do again.

use std::collections::HashMap;
use std::sync::Arc;

use sessiond_core::{CallEntry, CallStatus, EventBody, ExecutionBegan, Json, Revision};

pub use sessiond_recording::CallNumber;

/// The recorded calls that a resumed program will ask for. Memory holds only what can be asked for: when a call had
/// completed, the calls that it made are never asked for again, and are dropped.
#[derive(Debug, Default)]
pub struct Replay {
    /// By the call that made it (none for the program itself) and its position among that one's calls.
    calls: HashMap<(Option<CallNumber>, u32), Recorded>,
}

#[derive(Debug, Clone)]
struct Recorded {
    call: CallNumber,
    node: Arc<str>,
    key: String,
    /// What it gave, when it completed and that can be given again.
    output: Option<Json>,
}

/// What the record says of a call that the program makes.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// It completed.
    Output {
        /// Its number.
        call: CallNumber,
        /// What it gave.
        output: Json,
    },
    /// It began, but did not complete, or what it gave cannot be given again: it is done again, and takes up that call.
    Again(CallNumber),
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
    /// The how-manieth call of its parent it is, from 0.
    pub position: u32,
    /// The node that was called then.
    pub recorded: String,
    /// The node that is called now.
    pub now: String,
    /// Whether it is the same node, with another input.
    pub input: bool,
}

/// The point that a fork goes on from: as it was when the call after `keep` began. What the journal tells beyond that
/// point, up to the event in which the fork began, is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The number of the `execution_began` event that names it.
    pub seq: Revision,
    /// The last call that is kept.
    pub keep: CallNumber,
    /// When the next call began, in microseconds since the epoch; what ended later had not ended. None when there was
    /// no next call.
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
                        self.began.insert(entry.call, began.began_us);
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

/// Folds the journal's entries, oldest first, into a [`Replay`].
#[derive(Debug, Default)]
pub struct ReplayBuilder {
    cuts: Vec<Cut>,
    open: HashMap<CallNumber, Begun>,
    /// The calls that are recorded under each call that has not completed.
    children: HashMap<CallNumber, Vec<(Option<CallNumber>, u32)>>,
    replay: Replay,
    /// The call that an interrupted one was taken up as is the same call to whoever asks.
    same: HashMap<CallNumber, CallNumber>,
    /// The number of the last call.
    pub last: CallNumber,
}

#[derive(Debug)]
struct Begun {
    parent: Option<CallNumber>,
    position: u32,
}

impl ReplayBuilder {
    /// Begins a fold of a journal that has these cuts.
    pub fn new(cuts: Vec<Cut>) -> Self {
        Self { cuts, ..Self::default() }
    }

    /// Takes in the next event of the journal.
    pub fn take(&mut self, seq: Revision, event: &EventBody) {
        match event {
            EventBody::ExecutionBegan(_) => self.open.clear(),
            EventBody::CallsRecorded(recorded) => {
                for entry in recorded.calls.iter() {
                    self.last = self.last.max(entry.call);
                    let cuts = self.cuts.iter().filter(|cut| cut.seq > seq);
                    let (mut kept, mut until) = (true, u64::MAX);
                    for cut in cuts {
                        kept &= entry.call <= cut.keep;
                        until = until.min(cut.at.unwrap_or(u64::MAX));
                    }
                    if kept {
                        self.entry(entry, until);
                    }
                }
            }
            _ => {}
        }
    }

    /// What was taken in.
    pub fn finish(self) -> Replay {
        self.replay
    }

    /// Takes in an entry; what ended later than `until` had not ended.
    fn entry(&mut self, entry: &CallEntry, until: u64) {
        if let Some(began) = &entry.began {
            if let Some(earlier) = began.resumes {
                let first = self.first(earlier);
                self.same.insert(entry.call, first);
            }
            let parent = began.parent.map(|parent| self.first(parent));
            let place = (parent, began.position);
            let call = self.first(entry.call);
            let recorded = Recorded { call, node: began.node.clone(), key: began.key.clone(), output: None };
            self.replay.calls.insert(place, recorded);
            if let Some(parent) = parent {
                self.children.entry(parent).or_default().push(place);
            }
            self.open.insert(entry.call, Begun { parent, position: began.position });
        }
        if let Some(ended) = &entry.ended
            && let Some(begun) = self.open.remove(&entry.call)
            && ended.status == CallStatus::Completed
            && ended.ended_us <= until
            && !ended.opaque
        {
            let Some(recorded) = self.replay.calls.get_mut(&(begun.parent, begun.position)) else { return };
            recorded.output = Some(ended.output.clone().unwrap_or_else(Json::null));
            let call = self.first(entry.call);
            self.forget_calls_of(call);
        }
    }

    /// The calls of one that completed are not asked for again.
    fn forget_calls_of(&mut self, call: CallNumber) {
        let mut done = vec![call];
        while let Some(call) = done.pop() {
            for place in self.children.remove(&call).unwrap_or_default() {
                if let Some(child) = self.replay.calls.remove(&place) {
                    done.push(child.call);
                }
            }
        }
    }

    fn first(&self, call: CallNumber) -> CallNumber {
        self.same.get(&call).copied().unwrap_or(call)
    }
}

impl Replay {
    /// What is recorded of the call that `parent` makes at `position`.
    pub fn find(&self, parent: Option<CallNumber>, position: u32, node: &str, key: &str) -> Found {
        let Some(recorded) = self.calls.get(&(parent, position)) else {
            return Found::Nothing;
        };
        if *recorded.node != *node || recorded.key != key {
            return Found::Differs(Difference {
                call: recorded.call,
                position,
                recorded: recorded.node.to_string(),
                now: node.to_owned(),
                input: *recorded.node == *node,
            });
        }
        match &recorded.output {
            Some(output) => Found::Output { call: recorded.call, output: output.clone() },
            None => Found::Again(recorded.call),
        }
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}
