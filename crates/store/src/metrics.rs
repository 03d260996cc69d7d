//! What every backend tells of its work, under the same names.

use std::time::Duration;

/// Records that a group of batches with as many operations has been made durable, or failed, and how long that took: the
/// histograms `sessiond_commit_operations` and `sessiond_commit_seconds`.
pub fn record_commit(operations: usize, took: Duration) {
    metrics::histogram!("sessiond_commit_operations").record(operations as f64);
    metrics::histogram!("sessiond_commit_seconds").record(took);
}
