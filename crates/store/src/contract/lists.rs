//! Lists of sessions.

use async_trait::async_trait;

use super::Error;
use crate::records::{Counts, ListQuery, Page, Stats, SummaryRow, Visibility};

/// Lists of sessions.
#[async_trait]
pub trait Lists: Send + Sync {
    /// Sessions.
    async fn list(&self, query: ListQuery) -> Result<Page<SummaryRow>, Error>;

    /// How many sessions there are.
    async fn counts(&self) -> Result<Counts, Error>;

    /// The sessions that are visible to a principal in numbers. Absent: all sessions, which must cost the same however many
    /// there are.
    async fn stats(&self, visible_to: Option<Visibility>) -> Result<Stats, Error>;
}
