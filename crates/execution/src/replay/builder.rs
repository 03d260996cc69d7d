//! How a journal becomes what a resumed program asks for.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;
use sessiond_core::{CallBegan, CallEnded, CallEntry, CallStatus, ContextUpdated, EventBody, Json, Revision};

use super::{CallNumber, Cut, Outcome, RecordedBranch, RecordedCall, RecordedWrite, Replay, Sequence, Turn};
use crate::context::History;
use crate::values;

/// A branch of a caller's concurrency: none and empty for the program's own line.
type Place = (Option<CallNumber>, Arc<str>);

/// Folds a journal, oldest event first, into a [`Replay`].
#[derive(Debug, Default)]
pub struct ReplayBuilder {
    cuts: Vec<Cut>,
    open: HashMap<CallNumber, (Place, u32)>,
    branches: HashMap<Place, Branch>,
    /// The branches of each call that has not ended.
    children: HashMap<CallNumber, Vec<Place>>,
    /// The call that an interrupted one was taken up as is the same call to whoever asks.
    same: HashMap<CallNumber, CallNumber>,
    /// The calls whose error ended the program.
    fatal: HashSet<CallNumber>,
    /// The number of the last call.
    pub last: CallNumber,
    /// The last place in the session's order.
    pub last_order: u64,
    /// What the context has been.
    pub context: History,
}

#[derive(Debug, Default)]
struct Branch {
    calls: Vec<Call>,
    writes: Vec<(u64, String)>,
}

#[derive(Debug)]
struct Call {
    call: CallNumber,
    latest: CallNumber,
    node: Arc<str>,
    key: String,
    began_us: u64,
    began: u64,
    ended: Option<Ended>,
    /// The place in the order at which it first ended, when it ran again after that, or is to run again.
    again: Option<u64>,
}

#[derive(Debug)]
struct Ended {
    order: u64,
    outcome: Outcome,
}

impl Call {
    /// It ended. Whether what it gave is given again, so that the calls that it made are not asked for.
    fn end(&mut self, ended: CallEnded) -> bool {
        // One that ran again stood where it first ended.
        let order = self.again.unwrap_or_else(|| ended.order());
        let CallEnded { status, opaque, output, output_sha256, error, ended_us, .. } = ended;
        let output = output.or_else(|| values::stands_for(&output_sha256?));
        let is_done = status == CallStatus::Completed;
        if is_done && opaque {
            self.again = Some(order);
            return false;
        }
        let output = if is_done { Some(output.unwrap_or_else(Json::null)) } else { output };
        let took_us = ended_us.saturating_sub(self.began_us);
        let outcome = Outcome { status, output, error, took_us, turn: Turn::default() };
        self.ended = Some(Ended { order, outcome });
        is_done
    }
}

impl ReplayBuilder {
    /// Begins a fold of a journal that has these cuts.
    pub fn new(cuts: Vec<Cut>) -> Self {
        Self { cuts, ..Self::default() }
    }

    /// Takes in the next event of the journal.
    pub fn take(&mut self, seq: Revision, event: EventBody) {
        let (mut keep, mut until) = (CallNumber::MAX, u64::MAX);
        for cut in self.cuts.iter().filter(|cut| cut.seq > seq) {
            keep = keep.min(cut.keep);
            until = until.min(cut.at.unwrap_or(u64::MAX));
        }
        match event {
            EventBody::SessionCreated(created) => {
                if let Some(Value::Object(values)) = created.shared_context {
                    self.context = History::new(values);
                }
            }
            EventBody::ExecutionBegan(_) => self.open.clear(),
            EventBody::CallsRecorded(recorded) => {
                self.fatal.extend(&recorded.fatal);
                let entries = Arc::try_unwrap(recorded.calls).unwrap_or_else(|shared| (*shared).clone());
                for entry in entries {
                    self.last = self.last.max(entry.call);
                    self.entry(entry, keep, until);
                }
            }
            EventBody::ContextUpdated(updated) => self.context_updated(updated, until),
            _ => {}
        }
    }

    fn context_updated(&mut self, updated: ContextUpdated, until: u64) {
        for write in updated.writes.into_iter().flatten() {
            self.last_order = self.last_order.max(write.order);
            if write.order >= until {
                continue;
            }
            if write.order > 0 {
                let place = (write.call.map(|call| self.first(call)), write.branch.unwrap_or_default());
                self.note_child(&place);
                self.branches.entry(place).or_default().writes.push((write.order, write.key.clone()));
            }
            self.context.record(write.order, write.key, write.value);
        }
        // Somebody else changed it: that is as late as what was recorded before.
        if let Some(document) = updated.document {
            self.context.replace(self.last_order, document);
        }
        if let Some(patch) = updated.patch {
            self.context.patch(self.last_order, patch);
        }
    }

    /// Takes in an entry; of calls up to `keep`, and what comes before `until` in the session's order.
    fn entry(&mut self, entry: CallEntry, keep: CallNumber, until: u64) {
        let CallEntry { call, began, ended } = entry;
        let orders = (began.as_ref().map(CallBegan::order), ended.as_ref().map(CallEnded::order));
        self.last_order = self.last_order.max(orders.0.unwrap_or_default()).max(orders.1.unwrap_or_default());
        if call > keep {
            return;
        }
        let ended = ended.filter(|ended| ended.order() < until);
        match (began, ended) {
            (Some(began), ended) => self.began(call, began, ended),
            (None, Some(ended)) => self.ended(call, ended),
            (None, None) => {}
        }
    }

    /// A call began, and perhaps ended in the same batch, as most do.
    fn began(&mut self, call: CallNumber, began: CallBegan, ended: Option<CallEnded>) {
        let order = began.order();
        if let Some(earlier) = began.resumes {
            let first = self.first(earlier);
            self.same.insert(call, first);
        }
        let place = (began.parent.map(|parent| self.first(parent)), began.branch.unwrap_or_default());
        self.note_child(&place);
        let number = self.first(call);
        let position = began.position as usize;
        let calls = match self.branches.get_mut(&place) {
            Some(branch) => &mut branch.calls,
            None => &mut self.branches.entry(place.clone()).or_default().calls,
        };
        if let Some(known) = calls.get_mut(position) {
            // It is taken up again: it stands where it first stood.
            known.again = known.ended.take().map(|ended| ended.order).or(known.again);
            known.latest = call;
            (known.node, known.key) = (began.node, began.key);
        } else {
            calls.push(Call {
                call: number,
                latest: call,
                node: began.node,
                key: began.key,
                began_us: began.began_us,
                began: order,
                ended: None,
                again: None,
            });
        }
        match (ended, calls.get_mut(position)) {
            (Some(ended), Some(known)) => {
                if known.end(ended) {
                    self.forget_calls_of(number);
                }
            }
            (Some(_), None) => {}
            (None, _) => _ = self.open.insert(call, (place, began.position)),
        }
    }

    fn ended(&mut self, call: CallNumber, ended: CallEnded) {
        let Some((place, position)) = self.open.remove(&call) else { return };
        let branch = self.branches.get_mut(&place);
        let known = branch.and_then(|branch| branch.calls.get_mut(position as usize));
        if known.is_some_and(|known| known.end(ended)) {
            let first = self.first(call);
            self.forget_calls_of(first);
        }
    }

    fn note_child(&mut self, place: &Place) {
        if let Some(parent) = place.0
            && !self.branches.contains_key(place)
        {
            self.children.entry(parent).or_default().push(place.clone());
        }
    }

    /// The calls of one that is given again are not asked for.
    fn forget_calls_of(&mut self, call: CallNumber) {
        let mut done = vec![call];
        while let Some(call) = done.pop() {
            for place in self.children.remove(&call).unwrap_or_default() {
                if let Some(branch) = self.branches.remove(&place) {
                    done.extend(branch.calls.iter().map(|child| child.call));
                }
            }
        }
    }

    fn first(&self, call: CallNumber) -> CallNumber {
        self.same.get(&call).copied().unwrap_or(call)
    }

    /// What was found. What ended in another way than well is given again when the program went on after it: when the
    /// branch that it ended in, one that this came from, or one that came from this, made a later call. What ended the program runs again; nothing did when the session has `completed`.
    pub fn finish(mut self, completed: bool) -> (Replay, History) {
        let mut seen = Vec::new();
        let mut unseen = Vec::new();
        let latest = self.latest();
        for ((caller, path), branch) in &self.branches {
            let latest = |path: &str| latest.get(&(*caller, path)).copied().unwrap_or_default();
            for (position, call) in branch.calls.iter().enumerate() {
                let Some(ended) = &call.ended else { continue };
                if ended.outcome.status == CallStatus::Completed {
                    continue;
                }
                let goes_on = completed
                    || latest(path).below > ended.order
                    || lineage(path).any(|path| !is_batch(path) && latest(path).own > ended.order);
                if !goes_on || (!completed && self.fatal.contains(&call.latest)) {
                    unseen.push(((*caller, path.clone()), position));
                } else {
                    seen.push(call.call);
                }
            }
        }
        for (place, position) in unseen {
            if let Some(call) =
                self.branches.get_mut(&place).and_then(|branch| branch.calls.get_mut(position))
            {
                call.again = call.ended.take().map(|ended| ended.order);
            }
        }
        for call in seen {
            self.forget_calls_of(call);
        }
        self.forget_what_is_not_asked_for();
        let history = std::mem::take(&mut self.context);
        (self.ordered(), history)
    }

    /// The latest that each branch did.
    fn latest(&self) -> HashMap<(Option<CallNumber>, &str), Latest> {
        let mut all: HashMap<(Option<CallNumber>, &str), Latest> = HashMap::new();
        for ((caller, path), branch) in &self.branches {
            let own = branch.calls.last().map_or(0, |call| call.began);
            all.entry((*caller, &**path)).or_default().own = own;
            for path in lineage(path).skip(1) {
                let latest = all.entry((*caller, path)).or_default();
                latest.below = latest.below.max(own);
            }
        }
        all
    }

    /// Only the program itself, and calls that run again, make calls and write. A write stands in the journal behind the
    /// calls of its batch, so that the call that made it may have been forgotten before.
    fn forget_what_is_not_asked_for(&mut self) {
        let mut places: HashMap<Option<CallNumber>, Vec<Place>> = HashMap::new();
        for place in self.branches.keys() {
            places.entry(place.0).or_default().push(place.clone());
        }
        let mut asked = HashSet::new();
        let mut callers = vec![None];
        while let Some(caller) = callers.pop() {
            for place in places.remove(&caller).unwrap_or_default() {
                if let Some(branch) = self.branches.get(&place) {
                    let again = branch.calls.iter().filter(|call| call.ended.is_none());
                    callers.extend(again.map(|call| Some(call.call)));
                }
                asked.insert(place);
            }
        }
        self.branches.retain(|place, _| asked.contains(place));
    }

    /// Gives each begin, end and write its turn.
    fn ordered(self) -> Replay {
        let mut orders: Vec<u64> = Vec::new();
        for branch in self.branches.values() {
            for call in &branch.calls {
                orders.push(call.began);
                orders.extend(call.ended.as_ref().map(|ended| ended.order).or(call.again));
            }
            orders.extend(branch.writes.iter().map(|(order, _)| *order));
        }
        orders.sort_unstable();
        orders.dedup();
        // Mostly the turn after the one that was last asked for.
        let next = Cell::new(0);
        let turn = |order: u64| {
            let place = if orders.get(next.get()) == Some(&order) {
                next.get()
            } else {
                orders.binary_search(&order).unwrap_or_else(|place| place)
            };
            next.set(place + 1);
            Turn(u32::try_from(place).unwrap_or(u32::MAX))
        };
        let mut callers: HashMap<Option<CallNumber>, HashMap<Arc<str>, Arc<RecordedBranch>>> = HashMap::new();
        for ((caller, path), branch) in self.branches {
            let calls = branch.calls.into_iter().map(|call| RecordedCall {
                call: call.call,
                latest: call.latest,
                node: call.node,
                key: call.key,
                began_us: call.began_us,
                began: turn(call.began),
                ended: call.again.map(turn),
                outcome: call.ended.map(|ended| Outcome { turn: turn(ended.order), ..ended.outcome }),
            });
            let writes = branch.writes.into_iter();
            let writes = writes.map(|(order, key)| RecordedWrite { order, key, turn: turn(order) });
            let recorded = RecordedBranch { calls: calls.collect(), writes: writes.collect() };
            callers.entry(caller).or_default().insert(path, Arc::new(recorded));
        }
        Replay { callers, sequence: Arc::new(Sequence::new(orders, self.last_order)) }
    }
}

/// The last places in the order at which a branch made a call.
#[derive(Debug, Clone, Copy, Default)]
struct Latest {
    /// The branch itself.
    own: u64,
    /// Those that came from it.
    below: u64,
}

/// A branch and those that it came from, the nearest first, and at last the caller's own line.
fn lineage(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        (!path.is_empty()).then(|| path.rfind('/').map_or("", |at| &path[..at]))
    })
}

/// Whether the calls of a branch run side by side: that one of them began does not say that another's end was seen.
fn is_batch(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with('*'))
}
