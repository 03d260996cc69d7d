//! The work of the demo's agents: reading a directory, and saying what its owner may want to know.
//!
//! Everything here is plain and synchronous, gives the same answer for the same files, and changes nothing.

mod documents;
mod duplicates;
mod finding;
mod hygiene;
mod inventory;
mod languages;
mod places;
mod secrets;
mod sources;
mod text;
mod tracked;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::pace::{Pace, REST};
pub use documents::{Chosen, FILE_BYTES, FILES, documents};
pub use duplicates::{Duplicates, duplicates};
pub use finding::{Finding, Severity};
pub use hygiene::{Hygiene, hygiene};
pub use inventory::{Inventory, inventory};
pub use places::{Place, grouped, plural, shown};
pub use sources::{Measures, Source, measure, sources};
pub use walk::WalkError;

/// How much of a directory is looked at. What is beyond a limit is left out, and the report says so.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Files, directories and links.
    pub entries: usize,
    /// Directories inside directories.
    pub depth: usize,
    /// A text file that is read for its lines.
    pub file_bytes: u64,
    /// All text that is read.
    pub read_bytes: u64,
    /// All content that is hashed.
    pub hash_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 250_000, depth: 64, file_bytes: 4 << 20, read_bytes: 2 << 30, hash_bytes: 8 << 30 }
    }
}

/// How far an agent is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What it does.
    pub phase: String,
    /// How many are done.
    pub done: u64,
    /// Of how many; absent while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// The work was cancelled.
#[derive(Debug, thiserror::Error)]
#[error("the work was cancelled")]
pub struct Cancelled;

/// Takes note of progress, and says when to stop.
pub struct Watcher {
    progress: watch::Sender<Progress>,
    cancellation: CancellationToken,
    /// How fast it works.
    pub pace: Pace,
    /// How long a phase takes for somebody who watches.
    pub phase: Duration,
}

impl Watcher {
    /// Progress goes to `progress`; `cancellation` ends the work.
    pub fn new(progress: watch::Sender<Progress>, cancellation: CancellationToken) -> Self {
        Self { progress, cancellation, pace: Pace::default(), phase: Duration::ZERO }
    }

    /// Called between two files.
    fn at(&self, phase: &str, done: usize, total: Option<usize>) -> Result<(), Cancelled> {
        if self.cancellation.is_cancelled() {
            return Err(Cancelled);
        }
        let mut rest = self.pace.rest(done, total, self.phase);
        while !rest.is_zero() {
            let nap = rest.min(REST);
            std::thread::sleep(nap);
            rest -= nap;
            if self.cancellation.is_cancelled() {
                return Err(Cancelled);
            }
        }
        // A report for each file would cost more than the file.
        if done.is_multiple_of(64) || Some(done) == total || self.pace.is_slow() {
            self.progress.send_replace(Progress {
                phase: phase.to_owned(),
                done: done as u64,
                total: total.map(|total| total as u64),
            });
        }
        Ok(())
    }

    #[cfg(test)]
    fn nobody() -> Self {
        Self::new(watch::Sender::default(), CancellationToken::new())
    }
}

/// The first few of many, and how many there were.
#[derive(Debug, Clone, Default)]
struct Few<T> {
    items: VecDeque<T>,
    count: usize,
}

impl<T> Few<T> {
    fn push(&mut self, item: T) {
        self.count += 1;
        if self.items.len() < 10 {
            self.items.push_back(item);
        }
    }

    fn into_vec(self) -> Vec<T> {
        self.items.into()
    }
}
