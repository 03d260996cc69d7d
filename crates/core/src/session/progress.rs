//! How far a session is, in the unit of each facet that counts something.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::lifecycle::Kind;

use super::Session;
use super::facet_state::FacetState;

/// How much of a facet's work is done, in the facet's own unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is counted: a noun in the plural, such as `steps`, `tasks` or `calls`.
    pub unit: Cow<'static, str>,
    /// How many have ended, those that failed included.
    pub done: u64,
    /// How many there are; absent when nobody knows how many there will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many of those that have ended failed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Progress {
    /// Progress through a known number of items; none when there are no items.
    pub(crate) fn of(unit: &'static str, done: u64, total: u64, failed: u64) -> Option<Self> {
        (total > 0).then_some(Self { unit: Cow::Borrowed(unit), done, total: Some(total), failed })
    }
}

impl Session {
    /// What the facets count, that of the facet that leads the session first. A facet that has nothing to count is left
    /// out.
    pub fn progress(&self) -> Vec<Progress> {
        let leading = match self.kind {
            Kind::Execution => self.calls.progress(),
            Kind::Assistant => self.conversation.progress(),
            Kind::Workflow | Kind::Training | Kind::Federated => self.workflow.progress(),
        };
        let mut all: Vec<_> = self.facets().into_iter().filter_map(FacetState::progress).collect();
        all.sort_by_key(|progress| leading.as_ref() != Some(progress));
        all
    }
}
