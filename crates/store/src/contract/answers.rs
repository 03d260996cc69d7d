//! Kept answers.

use async_trait::async_trait;

use super::Error;
use crate::records::Answer;

/// Answers that are kept so that the same request has one effect. Each is written in the transaction of that effect.
#[async_trait]
pub trait Answers: Send + Sync {
    /// A kept answer.
    async fn answer(&self, scope: &str, key: &str) -> Result<Option<Answer>, Error>;
}
