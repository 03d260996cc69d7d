//! The event of signals.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::json::json_bytes;

use super::Signal;
use super::rules::check;

/// A signal was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SignalSent {
    /// The signal's name.
    pub name: String,
    /// The signal's value.
    pub value: Value,
}

impl Payload for SignalSent {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        let signals = &mut session.signals;
        signals.bytes += (self.name.len() + json_bytes(&self.value)) as u64;
        signals.all.push_back(Arc::new(Signal {
            seq: at.seq,
            name: self.name.clone(),
            value: self.value.clone(),
            sent_by: at.actor.to_owned(),
            sent_at: at.time,
        }));
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        check(&self.name, &self.value)
    }

    fn is_listed(&self) -> bool {
        false
    }
}
