//! The events of a session as a whole: it began, it was renamed or forked, it ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::{AgentId, SessionId, Timestamp};

use super::state::check;
use super::{ForkPoint, Kind, Outcome, Status};

/// The session began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionCreated {
    /// Its id.
    pub session_id: SessionId,
    /// Which facet leads it.
    pub kind: Kind,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whose it is: a principal's name.
    pub owner: String,
    /// The person or program that it serves, for an assistant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The agent that leads the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orchestrator: Option<AgentId>,
    /// Free labels to find it by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The session that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SessionId>,
    /// The shared context at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_context: Option<Value>,
}

/// Its name, labels or expiry changed; what is absent stayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionUpdated {
    /// The new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All labels, the new and the old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// The new expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The journal before this event was copied from another session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionForked {
    /// The id of this session.
    pub session_id: SessionId,
    /// Whose it is.
    pub owner: String,
    /// Where it was copied from.
    pub from: ForkPoint,
}

/// Its work is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionCompleted {
    /// What was reached.
    pub outcome: Outcome,
}

/// Somebody stopped it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionTerminated {
    /// Why.
    pub outcome: Outcome,
}

/// Its work could not be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SessionFailed {
    /// Why.
    pub outcome: Outcome,
}

/// Its time ran out.
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
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn reopens(&self, _: &Session) -> bool {
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
