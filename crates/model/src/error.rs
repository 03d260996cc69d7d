//! What can keep a model from answering, and what to do about it.

use std::time::Duration;

/// How much of an answer that makes no sense is shown.
const SHOWN: usize = 200;

/// Why there is no answer. No message holds a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What names the model is missing or makes no sense.
    #[error("{0}")]
    Settings(String),
    /// No connection, or one that broke off.
    #[error(
        "the model at {address} cannot be reached: {detail}; see that it runs, and that SESSIOND_MODEL_URL is its address"
    )]
    Unreachable {
        /// Where it was looked for.
        address: String,
        /// What went wrong.
        detail: String,
    },
    /// It took too long.
    #[error("the model sent nothing for {} seconds; give it more time, or ask for fewer tokens", after.as_secs())]
    Timeout {
        /// How long was waited.
        after: Duration,
    },
    /// It is asked too much at the moment.
    #[error("the model accepts no more requests now: {detail}; retry {}", when(*retry_after))]
    RateLimited {
        /// What it said.
        detail: String,
        /// When to ask again, if it said so.
        retry_after: Option<Duration>,
    },
    /// The key is missing, wrong, or not for this.
    #[error("the model rejects the key: {detail}; set SESSIOND_MODEL_KEY to a key that may use it")]
    Authentication {
        /// What it said.
        detail: String,
    },
    /// The request itself is at fault, so that asking again does not help.
    #[error("the model rejects the request: {0}")]
    Refused(String),
    /// The request and its answer have more tokens than the model reads.
    #[error(
        "the conversation is too long for the model: {detail}; shorten it, or use a model with a larger window"
    )]
    TooLong {
        /// What it said.
        detail: String,
        /// The tokens of its window, if it said so.
        window: Option<u64>,
    },
    /// The service itself has failed, and did so again when it was asked again.
    #[error("the model's service failed: {detail}; retry later, and check its log if it is yours")]
    Failed {
        /// What it said.
        detail: String,
    },
    /// An answer came that cannot be understood.
    #[error("the model's answer cannot be read: {0}")]
    Unreadable(String),
}

impl Error {
    /// An answer that makes no sense, with its beginning when there is one.
    pub(crate) fn unreadable(reason: impl Into<String>, answer: &str) -> Self {
        let reason = reason.into();
        Self::Unreadable(match beginning(answer, SHOWN) {
            "" => reason,
            shown => format!("{reason}; it begins with {shown:?}"),
        })
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::RateLimited { .. } | Self::Failed { .. }
        )
    }
}

/// At most this many bytes of a text, cut between characters.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    let text = text.trim();
    &text[..text.floor_char_boundary(most)]
}

fn when(retry_after: Option<Duration>) -> String {
    match retry_after {
        Some(wait) => format!("in {} seconds", wait.as_secs_f64().ceil()),
        None => "a little later".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_to_do() {
        let limited = Error::RateLimited {
            detail: "too many requests".into(),
            retry_after: Some(Duration::from_millis(1500)),
        };
        assert!(limited.to_string().ends_with("retry in 2 seconds"), "{limited}");
        assert!(limited.is_retryable());
        let refused = Error::Authentication { detail: "no such key".into() };
        assert!(refused.to_string().contains("SESSIOND_MODEL_KEY"), "{refused}");
        assert!(!refused.is_retryable());
    }

    #[test]
    fn a_long_answer_is_shown_in_its_beginning_alone() {
        let Error::Unreadable(text) = Error::unreadable("no JSON", &"ä".repeat(1000)) else { panic!() };
        assert!(text.len() < 300, "{text}");
    }
}
