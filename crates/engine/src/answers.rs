//! Idempotency: the same request sent twice has one effect and one answer.

use serde::{Deserialize, Serialize};
use sessiond_core::{Receipt, Revision, SessionId, Timestamp};
use sessiond_store::Answer;
use sha2::{Digest, Sha256};

use crate::Error;

/// The scope of the answers to messages, in which the caller's key is the message's id.
pub(crate) const MESSAGE_SCOPE: &str = "message/";

/// Names a request, so that the same one coming again is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose request, and of which kind.
    pub scope: String,
    /// The caller's key.
    pub key: String,
    /// SHA-256 over what the request says.
    pub digest: [u8; 32],
}

/// What is kept of an answer that a session gave: enough to give it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) session_id: SessionId,
    /// When the session began: one that was deleted and made again under the same id is another.
    pub(crate) created_at: Timestamp,
    pub(crate) revision: Revision,
    pub(crate) receipt: Receipt,
}

impl Idempotency {
    /// An id that the same request has each time it comes, for what is made and not kept.
    pub fn id(&self, prefix: &str) -> String {
        let mut hash = Sha256::new();
        for part in [self.scope.as_bytes(), self.key.as_bytes(), &self.digest] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        format!("{prefix}_{:.32x}", hash.finalize())
    }

    /// The answer to keep, of the session that gave it if one did.
    pub(crate) fn answer(self, session_id: Option<SessionId>, body: String, at: Timestamp) -> Answer {
        Answer { session_id, scope: self.scope, key: self.key, digest: self.digest, body, at }
    }

    /// Checks that a kept answer was given to this same request.
    pub(crate) fn same(&self, answer: &Answer) -> Result<(), Error> {
        let what = if self.scope.starts_with(MESSAGE_SCOPE) { "message_id" } else { "Idempotency-Key" };
        if answer.digest == self.digest { Ok(()) } else { Err(Error::IdempotencyMismatch(what)) }
    }
}

impl Kept {
    pub(crate) fn body(&self) -> String {
        serde_json::to_string(self).expect("names and numbers can always be written as JSON")
    }

    pub(crate) fn read(answer: &Answer) -> Result<Self, Error> {
        serde_json::from_str(&answer.body).map_err(|error| {
            Error::Store(sessiond_store::Error::Failed(format!("a kept answer cannot be read: {error}")))
        })
    }
}
