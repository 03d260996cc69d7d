//! What the format of a service has to do.

use serde_json::Value;

use crate::{Finish, ToolCall, Usage};

/// Reads an answer, whole or in pieces, in the format of one service.
pub(super) trait Format: Send {
    /// Takes an answer or a piece in, and gives the text that it adds.
    fn take(&mut self, piece: Value) -> Result<String, Fault>;

    /// Whether the service has said why the answer ends.
    fn is_finished(&self) -> bool;

    /// Whether there is anything at all.
    fn is_empty(&self) -> bool;

    /// What has come; nothing is left.
    fn parts(&mut self) -> Parts;
}

/// What keeps a piece from being taken in.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is an error of the service, in the place of an answer or amid one.
    Reported(Value),
    /// It is nothing that the format knows.
    Unreadable(serde_json::Error),
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) text: String,
    pub(super) refusal: Option<String>,
    pub(super) tool_calls: Vec<ToolCall>,
    pub(super) finish: Finish,
    pub(super) usage: Option<Usage>,
    pub(super) model: Option<String>,
}

/// Why an answer ended: services say `stop` though tools are to be called, or say nothing.
pub(super) fn finish(said: Option<Finish>, called: bool) -> Finish {
    match said {
        None | Some(Finish::Stop | Finish::ToolCalls) if called => Finish::ToolCalls,
        None | Some(Finish::ToolCalls) => Finish::Stop,
        Some(finish) => finish,
    }
}
