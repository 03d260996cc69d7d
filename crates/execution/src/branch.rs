//! A branch of a caller's concurrency. Each makes its calls one after the other, so that a call's place in its branch is
//! the same whenever the program runs, whatever the branches beside it do meanwhile.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::task_local;

use crate::replay::{CallNumber, Found, RecordedBranch, RecordedWrite, Replay, Turn};

task_local! {
    /// The branch in which this code runs.
    pub(crate) static BRANCH: Arc<Branch>;
}

/// The branch of a call in which this code runs; none in the program itself.
pub(crate) fn current() -> Option<Arc<Branch>> {
    BRANCH.try_with(Arc::clone).ok()
}

/// A branch of a caller's concurrency, or the caller's own line.
#[derive(Debug, Default)]
pub struct Branch {
    /// The caller's number; none for the program itself.
    pub call: Option<CallNumber>,
    place: Place,
    /// Which branch it is: `a/b#1` is the second branch named `b` that the branch `a` made. Empty for the caller's line.
    path: Arc<str>,
    recorded: Option<Arc<RecordedBranch>>,
    /// Where the end of its caller stands in the order of all, when that had ended and runs again.
    pub(crate) ended: Option<Turn>,
    calls: AtomicUsize,
    writes: AtomicUsize,
    /// How many branches of each name it has made.
    names: Mutex<HashMap<String, u32>>,
}

/// Where a caller stands in what an earlier process recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// It is the program itself.
    #[default]
    Root,
    /// It takes up this call.
    Recorded(CallNumber),
    /// It is new: so are all calls that it makes.
    New,
}

impl Branch {
    /// The line of the program itself.
    pub(crate) fn root(replay: &Replay) -> Self {
        Self { recorded: replay.branch(None, ""), ..Self::default() }
    }

    /// The line of a call that runs; it takes up the recorded call `resumes`.
    pub(crate) fn of_call(
        replay: &Replay,
        call: CallNumber,
        resumes: Option<CallNumber>,
        ended: Option<Turn>,
    ) -> Self {
        Self {
            ended,
            call: Some(call),
            place: resumes.map_or(Place::New, Place::Recorded),
            recorded: resumes.and_then(|resumes| replay.branch(Some(resumes), "")),
            ..Self::default()
        }
    }

    /// A branch that this one makes. Name it by what it runs: the order of its making tells branches of one name apart.
    pub(crate) fn branch(&self, replay: &Replay, name: &str) -> Self {
        let name = name.replace('/', ":");
        let number = {
            let mut names = self.names.lock();
            let count = names.entry(name.clone()).or_insert(0);
            *count += 1;
            *count - 1
        };
        let slash = if self.path.is_empty() { "" } else { "/" };
        let path = match number {
            0 => format!("{}{slash}{name}", self.path),
            number => format!("{}{slash}{name}#{number}", self.path),
        };
        let recorded = match self.place {
            Place::Root => replay.branch(None, &path),
            Place::Recorded(call) => replay.branch(Some(call), &path),
            Place::New => None,
        };
        Self { call: self.call, place: self.place, path: path.into(), recorded, ..Self::default() }
    }

    /// The branch, when it is not the caller's line.
    pub fn path(&self) -> Option<Arc<str>> {
        (!self.path.is_empty()).then(|| self.path.clone())
    }

    /// The number that its caller had when it first began; none for the program itself.
    pub fn first_call(&self) -> Option<CallNumber> {
        self.resumes().or(self.call)
    }

    /// The recorded call that its caller takes up.
    pub(crate) fn resumes(&self) -> Option<CallNumber> {
        match self.place {
            Place::Recorded(call) => Some(call),
            Place::Root | Place::New => None,
        }
    }

    /// Takes the place of its next call.
    pub fn next_call(&self) -> u32 {
        u32::try_from(self.calls.fetch_add(1, Ordering::Relaxed)).unwrap_or(u32::MAX)
    }

    /// What the record has at a place, with the turn of that call's begin.
    pub(crate) fn find(&self, position: u32, node: &str, key: &str) -> (Found, Turn) {
        let Some(recorded) = &self.recorded else { return (Found::Nothing, Turn::default()) };
        let began = recorded.calls.get(position as usize).map_or(Turn::default(), |call| call.began);
        (recorded.find(&self.path, position, node, key), began)
    }

    /// The recorded writes that the program did not make again before a call: one whose begin had the turn `until`, or a
    /// new one. They have happened all the same.
    pub(crate) fn skip_writes(&self, until: Option<Turn>) -> &[RecordedWrite] {
        let Some(recorded) = self.recorded.as_ref().filter(|recorded| !recorded.writes.is_empty()) else {
            return &[];
        };
        let made = self.writes.load(Ordering::Relaxed).min(recorded.writes.len());
        let rest = &recorded.writes[made..];
        let skipped = until.map_or(rest.len(), |until| rest.partition_point(|write| write.turn < until));
        self.writes.fetch_max(made + skipped, Ordering::Relaxed);
        &rest[..skipped]
    }

    /// The recorded write that the next one is, when it is one of this value.
    pub(crate) fn next_write(&self, key: &str) -> Option<RecordedWrite> {
        let place = self.writes.fetch_add(1, Ordering::Relaxed);
        let write = self.recorded.as_ref()?.writes.get(place)?;
        (write.key == key).then(|| write.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_are_named_by_what_they_run_and_the_order_of_their_making() {
        let replay = Replay::default();
        let root = Branch::root(&replay);
        let a = root.branch(&replay, "a");
        let paths = [
            a.path(),
            root.branch(&replay, "b/c").path(),
            root.branch(&replay, "a").path(),
            a.branch(&replay, "a").path(),
            root.path(),
        ];
        let paths = paths.map(|path| path.as_deref().unwrap_or("").to_owned());
        assert_eq!(paths, ["a", "b:c", "a#1", "a/a", ""]);
    }
}
