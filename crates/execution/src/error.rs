//! What can go wrong in an execution.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sessiond_api::Problem;
use sessiond_core::limits;

use crate::replay::Difference;

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a node's own code fails with: `?` makes one of any error, and `.into()` of a text.
#[derive(Debug)]
pub struct Failure(pub(crate) BoxError);

impl<E: Into<BoxError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// What can go wrong in an execution.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A node's own code failed. Its error is the source.
    #[error("{node} failed: {source}")]
    Node {
        /// Which node.
        node: Arc<str>,
        /// What its code says.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// A top-level call was over its time; it and the calls that it made were cancelled.
    #[error("{node} did not return within {within:?}, the session's timeout")]
    Timeout {
        /// Which node.
        node: Arc<str>,
        /// The session's timeout.
        within: Duration,
    },
    /// The session was stopped: a call failed and `end_on_error` is set, or somebody stopped it.
    #[error("the session was stopped: {reason}")]
    Stopped {
        /// Why.
        reason: Arc<str>,
    },
    /// The session is of the process that this one was forked from.
    #[error("session {session} belongs to the process that forked; begin a session of this process's own")]
    Forked {
        /// Which session.
        session: Arc<str>,
    },
    /// Another process runs the session, or another part of this one.
    #[error(
        "session {session} is running: {holder} has it. Look at it with `read`, wait until it ends, or take it over \
         (`take_over`), which ends that run at its next call"
    )]
    Running {
        /// Which session.
        session: Arc<str>,
        /// Who has it.
        holder: String,
    },
    /// The session is closed.
    #[error("the session is closed; start another, or resume it")]
    Closed,
    /// The session had completed when it was resumed, and the call is not in its record.
    #[error("the session has completed, and has no record of this call of {node}: fork it to continue")]
    Ended {
        /// Which node.
        node: Arc<str>,
    },
    /// A call failed when it was recorded, and the program went on: it fails so again.
    #[error("{message}")]
    Recorded {
        /// The kind of error.
        kind: Arc<str>,
        /// What it said.
        message: Arc<str>,
    },
    /// A call that was dropped when it was recorded is not dropped now.
    #[error(
        "the program differs from what was recorded: {node} was cancelled then, and nobody cancels it now. Resume with \
         the program that was recorded, or fork the session at that call"
    )]
    Kept {
        /// Which node.
        node: Arc<str>,
    },
    /// The program is not the one that was recorded.
    #[error("{}", differs(.0))]
    Differs(Difference),
    /// A node's name cannot be recorded.
    #[error(
        "a node's name is one line of 1 to {} bytes, and not only of white space: {node:?} is none",
        limits::NAME_BYTES
    )]
    Name {
        /// The name.
        node: Arc<str>,
    },
    /// An input cannot be written as JSON, or a recorded output cannot be read as what the node gives now.
    #[error("the {what} of {node} is invalid: {detail}")]
    Value {
        /// Which node.
        node: Arc<str>,
        /// `input` or `output`.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// What happened could not be recorded, or the session cannot be reached.
    #[error(transparent)]
    Record(#[from] Problem),
    /// The saved state could not be written.
    #[error("the state of the session cannot be saved to {path}: {detail}")]
    Save {
        /// The file.
        path: String,
        /// What is wrong with it.
        detail: String,
    },
}

impl Error {
    /// An input or an output that does not fit a node.
    pub(crate) fn value(node: &str, what: &'static str, error: &serde_json::Error) -> Self {
        Self::Value { node: node.into(), what, detail: error.to_string() }
    }

    /// A file of a saved state that cannot be written.
    pub(crate) fn save(path: &Path, error: &std::io::Error) -> Self {
        Self::Save { path: path.display().to_string(), detail: error.to_string() }
    }

    /// A short word for the kind of error, as it is recorded.
    pub fn kind(&self) -> &str {
        match self {
            Self::Recorded { kind, .. } => kind,
            Self::Kept { .. } => "Kept",
            Self::Node { .. } => "NodeError",
            Self::Timeout { .. } => "Timeout",
            Self::Stopped { .. } => "Stopped",
            Self::Forked { .. } => "forked",
            Self::Running { .. } => "running",
            Self::Closed => "Closed",
            Self::Ended { .. } => "Ended",
            Self::Differs(_) => "Differs",
            Self::Name { .. } => "Name",
            Self::Value { .. } => "Value",
            Self::Record(_) => "Record",
            Self::Save { .. } => "Save",
        }
    }
}

/// Says where a program differs from what was recorded.
pub fn differs(difference: &Difference) -> String {
    let Difference { call, branch, position, recorded, now, input } = difference;
    let branch = if branch.is_empty() { "its caller".to_owned() } else { format!("its branch {branch}") };
    let place = format!("at call {call}, the one with number {} of {branch}", position + 1);
    if *input {
        format!(
            "the program differs from what was recorded {place}: {recorded} is called with another input. Resume with \
             the program that was recorded, or fork the session at that call"
        )
    } else {
        format!(
            "the program differs from what was recorded {place}: {recorded} was called then, {now} is called now. \
             Resume with the program that was recorded, or fork the session at that call"
        )
    }
}
