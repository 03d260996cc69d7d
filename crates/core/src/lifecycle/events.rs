//! The events of a session as a whole: it began, it was renamed or forked, it ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::{AgentId, SessionId, Span, Timestamp};

use super::rules::check_digest;
use super::state::check;
use super::{ForkPoint, Kind, Outcome, Status};

/// The session was created. It is always the first event of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionCreated {
    /// The session's id.
    pub session_id: SessionId,
    /// The session's kind: `workflow`, `assistant`, `training`, `federated` or `execution`.
    pub kind: Kind,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name of the key that owns it.
    pub owner: String,
    /// The person or program that an assistant serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The agent that leads the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orchestrator: Option<AgentId>,
    /// Labels to find it by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The time without use after which it expires: each use moves the expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<Span>,
    /// The session that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SessionId>,
    /// The initial shared context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_context: Option<Value>,
}

/// The name, the labels or the expiry changed. An absent member did not change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionUpdated {
    /// The new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All labels after the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// The new expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The events before this one were copied from another session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionForked {
    /// The id of this session.
    pub session_id: SessionId,
    /// The name of the key that owns it.
    pub owner: String,
    /// The session and revision that it was copied from.
    pub from: ForkPoint,
    /// Whether the events were imported, so that their times and actors are what the document says; false if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
}

/// The events before this one were imported, of a session that had ended: it stays ended, and their times and actors are what
/// the document says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionImported {
    /// The id of this session.
    pub session_id: SessionId,
    /// The name of the key that owns it.
    pub owner: String,
    /// The session and revision that the document is an export of.
    pub from: ForkPoint,
}

/// The work is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionCompleted {
    /// The result.
    pub outcome: Outcome,
}

/// Somebody stopped the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionTerminated {
    /// The reason.
    pub outcome: Outcome,
}

/// The work could not be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionFailed {
    /// The reason.
    pub outcome: Outcome,
}

/// The session had failed and continues: what failed is tried again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionRetried {}

/// A token of the session was issued. It replaces the one before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TokenIssued {
    /// The SHA-256 of the token, in hexadecimal digits. The token itself is not stored.
    pub sha256: String,
}

/// The session's time ran out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionExpired {}

impl Payload for SessionCreated {
    fn fold(&self, _: &mut Session, _: At) -> Result<(), String> {
        Err("a session begins once".to_owned())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(check(self.name.iter().chain(&self.client_id), &self.labels)?)
    }
}

impl Payload for SessionUpdated {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        if let Some(name) = &self.name {
            session.name = Some(name.clone());
        }
        if let Some(labels) = &self.labels {
            session.labels = labels.clone();
        }
        if let Some(expires_at) = self.expires_at {
            session.expires_at = Some(expires_at);
        }
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        let none = BTreeMap::new();
        Ok(check(&self.name, self.labels.as_ref().unwrap_or(&none))?)
    }
}

impl Payload for SessionForked {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        session.fork(self.session_id.clone(), self.owner.clone(), self.from.clone());
        session.imported_from = self.imported.then(|| self.from.clone());
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn follows_end(&self, _: &Session) -> bool {
        true
    }
}

impl Payload for SessionImported {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        if session.status == Status::Active {
            return Err("a session that is active is imported as a fork".to_owned());
        }
        session.id = self.session_id.clone();
        session.owner = self.owner.clone();
        session.token = None;
        session.imported_from = Some(self.from.clone());
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn follows_end(&self, _: &Session) -> bool {
        true
    }
}

impl Payload for SessionCompleted {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        session.end(Status::Completed, at.time, self.outcome.clone());
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

impl Payload for SessionTerminated {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        session.end(Status::Terminated, at.time, self.outcome.clone());
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

impl Payload for SessionFailed {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        session.end(Status::Failed, at.time, self.outcome.clone());
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

impl Payload for SessionRetried {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        if session.status != Status::Failed {
            return Err(format!("a session that is {} is not retried", session.status));
        }
        // A time that has passed meanwhile would end it again at once.
        session.expires_at = session.expires_at.filter(|expiry| *expiry > at.time);
        session.reopen();
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn follows_end(&self, session: &Session) -> bool {
        session.status == Status::Failed
    }
}

impl Payload for TokenIssued {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        session.token = Some(self.sha256.clone());
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        check_digest(&self.sha256)
    }

    fn is_listed(&self) -> bool {
        false
    }
}

impl Payload for SessionExpired {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        let reason = Some("its time ran out".to_owned());
        session.end(Status::Expired, at.time, Outcome { reason, ..Outcome::default() });
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}
