//! What a session is, whether it lives, and how it ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::values::{Exceeded, Limit, SessionId};

/// Which facet leads a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Kind {
    /// Agents that work a plan together.
    Workflow,
    /// A private assistant.
    Assistant,
    /// A training run.
    Training,
    /// A federation of sites.
    Federated,
    /// An execution of nodes.
    Execution,
}

impl Kind {
    /// All kinds.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Whether a session lives, and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Status {
    /// It takes changes.
    Active,
    /// Its work is done.
    Completed,
    /// Somebody stopped it.
    Terminated,
    /// Its work could not be done.
    Failed,
    /// Its time ran out.
    Expired,
}

impl Status {
    /// All states.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Outcome {
    /// A summary of the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Where the results are, such as `s3://artifacts/build.zip`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<String>,
    /// Why the session failed or was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Details of the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// Where a session was forked from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ForkPoint {
    /// The session that was copied.
    pub session_id: SessionId,
    /// The last revision that was copied.
    pub revision: u64,
}

/// Checks how long a session's names and labels are, and how many labels there are.
pub(crate) fn check<'a>(
    names: impl IntoIterator<Item = &'a String>,
    labels: &BTreeMap<String, String>,
) -> Result<(), Exceeded> {
    names.into_iter().try_for_each(|name| Limit::NameBytes.allows(name.len()))?;
    Limit::Labels.allows(labels.len())?;
    labels
        .iter()
        .flat_map(|(key, value)| [key, value])
        .try_for_each(|text| Limit::LabelBytes.allows(text.len()))
}
