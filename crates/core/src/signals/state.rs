//! What a session keeps of its signals: all of them, because the calls of its program say which it has received.

use std::sync::Arc;

use imbl::Vector;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::facet_state::FacetState;
use crate::values::{Exceeded, Limit, Revision, Timestamp};

/// A session's signals. Copies are cheap.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Signals {
    /// All of them, in the order in which they were sent.
    pub all: Vector<Arc<Signal>>,
    /// What they hold together, as [`limits::SIGNALS_BYTES`](crate::limits::SIGNALS_BYTES) counts it.
    pub bytes: u64,
}

/// A signal that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The number of the event that sent it.
    pub seq: Revision,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Who sent it: a principal's or an agent's name.
    pub sent_by: String,
    /// When it was sent.
    pub sent_at: Timestamp,
}

impl Signals {
    /// Those after that event, in order; only of that name, when one is given.
    pub fn after(&self, seq: Revision, name: Option<&str>) -> impl Iterator<Item = &Arc<Signal>> {
        let from = self.all.binary_search_by(|signal| signal.seq.cmp(&(seq + 1))).unwrap_or_else(|at| at);
        self.all
            .focus()
            .narrow(from..)
            .into_iter()
            .filter(move |signal| name.is_none_or(|name| signal.name == name))
    }
}

impl FacetState for Signals {
    fn check(&self) -> Result<(), Exceeded> {
        self.check_counts()
    }

    fn check_counts(&self) -> Result<(), Exceeded> {
        Limit::Signals.allows(self.all.len())?;
        if self.bytes > Limit::SignalsBytes.most() { Err(Exceeded(Limit::SignalsBytes)) } else { Ok(()) }
    }
}
