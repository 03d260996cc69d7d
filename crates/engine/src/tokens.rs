//! The tokens of sessions. Each gives access to one session and goes with it. Only its hash is kept, in the session's state.

use std::fmt::Write as _;

use sessiond_core::{Command, Envelope, Principal, Revision, SessionId, TOKEN_PREFIX, lifecycle};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{Engine, Error, Secret, Stay};

/// The random bytes of a token.
const BYTES: usize = 32;

/// A token that no session has yet.
pub struct NewToken {
    /// The token: `st_`, the session's id, `_`, and 64 hexadecimal digits.
    pub secret: Secret,
    /// What is kept of it.
    pub sha256: String,
}

impl Engine {
    /// Makes a token for a session.
    pub fn new_token(&self, session: &SessionId) -> NewToken {
        let mut bytes = [0; BYTES];
        self.shared.options.ids.secret(&mut bytes);
        let mut secret = format!("{TOKEN_PREFIX}{session}_");
        for byte in bytes {
            // Writing to a string cannot fail.
            let _ = write!(secret, "{byte:02x}");
        }
        NewToken { sha256: hash(&secret), secret: Secret(secret) }
    }

    /// Gives a session another token. From then on the one before it opens nothing.
    pub async fn issue_token(
        &self,
        principal: &Principal,
        id: &SessionId,
        expected: Option<Revision>,
    ) -> Result<Secret, Error> {
        let token = self.new_token(id);
        let command = Command::Lifecycle(lifecycle::Command::IssueToken { sha256: token.sha256 });
        let envelope = Envelope { expected_revision: expected, ..Envelope::new(principal.clone(), command) };
        self.execute(id, envelope, None).await?;
        Ok(token.secret)
    }

    /// Whom a token stands for, and how long the caller may stay; nobody when it is not a session's present token.
    pub async fn admit_token(&self, secret: &str) -> Result<Option<(Principal, Stay)>, Error> {
        let Some(id) = session_of_token(secret) else {
            return Ok(None);
        };
        let slot = match self.open_session(&id).await {
            Ok(slot) => slot,
            // There is no such session, or it is damaged.
            Err(Error::Rejected(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (session, revoked) = slot.token();
        let presented = hash(secret);
        let is_its =
            session.token.as_ref().is_some_and(|kept| kept.as_bytes().ct_eq(presented.as_bytes()).into());
        if !is_its {
            return Ok(None);
        }
        let stay = Stay { revoked, expires_at: None, session: Some(slot) };
        Ok(Some((Principal::of_session(id), stay)))
    }
}

/// The session that a token names, if it has a token's form.
pub fn session_of_token(secret: &str) -> Option<SessionId> {
    let (id, random) = secret.strip_prefix(TOKEN_PREFIX)?.rsplit_once('_')?;
    let is_random = random.len() == 2 * BYTES && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_random { SessionId::parse(id).ok() } else { None }
}

/// The hash under which a token is kept. The tokens are random, so a fast hash is as good as a slow one.
fn hash(secret: &str) -> String {
    format!("{:x}", Sha256::digest(secret.as_bytes()))
}
