//! Lists of sessions.

use async_trait::async_trait;

use super::Error;
use crate::records::{Counts, ListQuery, Page, SummaryRow};

/// Lists of sessions.
#[async_trait]
pub trait Lists: Send + Sync {
    /// Sessions.
    async fn list(&self, query: ListQuery) -> Result<Page<SummaryRow>, Error>;

    /// How many sessions there are.
    async fn counts(&self) -> Result<Counts, Error>;
}
