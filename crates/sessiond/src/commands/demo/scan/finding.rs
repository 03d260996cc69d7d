//! Something that the owner of a directory may want to know.

use serde::{Deserialize, Serialize};

use super::Place;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Worth a minute.
    Low,
    /// Worth doing.
    Medium,
    /// Do this first.
    High,
}

impl Severity {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "good to know",
            Self::Low => "worth a minute",
            Self::Medium => "worth doing",
            Self::High => "do this first",
        }
    }
}

/// Something that the owner of a directory may want to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Orders findings of one severity; what it counts depends on the finding.
    pub weight: u64,
    /// What it is, in one line.
    pub title: String,
    /// What to do about it.
    pub advice: String,
    /// Where; the first ten.
    pub places: Vec<Place>,
    /// How many places there are.
    pub count: usize,
}
