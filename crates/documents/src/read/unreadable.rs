//! Why a file has no text for us.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a file could not be read. Its text is a sentence for the person whose file it is, and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Unreadable {
    /// The reason, for programs.
    pub reason: Reason,
    /// The reason in a sentence, and what to do.
    pub detail: String,
}

/// The reason why a file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It needs a password.
    Encrypted,
    /// It has no text: it is empty, or consists of pictures.
    NoText,
    /// It is not whole, or not what its beginning says.
    Damaged,
    /// It is of a kind that is not read.
    Unsupported,
    /// It exceeds a [limit](super::limits).
    TooLarge,
    /// Reading it takes too long.
    TooSlow,
    /// Nothing is known about the file, because no process could be started to read it. A retry may help.
    Unavailable,
}

impl Unreadable {
    /// A file that cannot be read for this reason; `detail` is the sentence.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

impl Reason {
    /// Whether the fault may be ours, so that the same file may be readable at another time.
    pub fn is_temporary(self) -> bool {
        self == Self::Unavailable
    }

    /// The word of the reason in interfaces, such as `no_text`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::NoText => "no_text",
            Self::Damaged => "damaged",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Unavailable => "unavailable",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_reason_is_the_one_in_its_json() {
        for reason in [
            Reason::Encrypted,
            Reason::NoText,
            Reason::Damaged,
            Reason::Unsupported,
            Reason::TooLarge,
            Reason::TooSlow,
            Reason::Unavailable,
        ] {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.word());
        }
    }
}
