//! What the format of a service has to do.

use serde_json::Value;

use crate::{Finish, ToolCall, Usage};

/// Reads an answer, whole or in pieces, in the format of one service.
pub(super) trait Format: Send {
    /// Takes an answer or a piece in, and gives the text that it adds.
    fn take(&mut self, piece: Value, gathered: &mut Gathered) -> Result<String, Fault>;

    /// Adds what is known only when nothing more comes.
    fn end(&mut self, _: &mut Gathered) {}
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

/// What has come of an answer so far.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) text: String,
    /// What the model thought, which is no part of the text.
    pub(super) reasoning: String,
    /// What it said in declining, which is a part of the text as well.
    pub(super) refusal: Option<String>,
    pub(super) calls: Vec<ToolCall>,
    pub(super) finish: Option<Finish>,
    pub(super) usage: Option<Usage>,
    pub(super) model: Option<String>,
}

impl Gathered {
    /// Adds a call; one that has no id gets one, because its result has to be sent back under some id.
    pub(super) fn call(&mut self, id: Option<String>, name: String, arguments: Value) {
        let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{}", self.calls.len()));
        self.calls.push(ToolCall { id, name, arguments });
    }

    /// Why it ended: services say `stop` though tools are to be called, or say nothing.
    pub(super) fn finish(&self) -> Finish {
        match self.finish.clone() {
            None | Some(Finish::Stop | Finish::ToolCalls) if !self.calls.is_empty() => Finish::ToolCalls,
            None | Some(Finish::ToolCalls) => Finish::Stop,
            Some(finish) => finish,
        }
    }
}

/// What a piece adds to an answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Added {
    pub(super) text: String,
    pub(super) reasoning: String,
}

/// An answer that is being read.
pub(super) struct Reader {
    format: Box<dyn Format>,
    gathered: Gathered,
}

impl Reader {
    pub(super) fn new(format: Box<dyn Format>) -> Self {
        Self { format, gathered: Gathered::default() }
    }

    /// Takes an answer or a piece in, and gives what it adds.
    pub(super) fn take(&mut self, piece: Value) -> Result<Added, Fault> {
        let thought = self.gathered.reasoning.len();
        let text = self.format.take(piece, &mut self.gathered)?;
        self.gathered.text.push_str(&text);
        Ok(Added { text, reasoning: self.gathered.reasoning[thought..].to_owned() })
    }

    /// Whether the service has said why the answer ends.
    pub(super) fn is_finished(&self) -> bool {
        self.gathered.finish.is_some()
    }

    /// What has come, if anything has; nothing is left.
    pub(super) fn end(&mut self) -> Option<Gathered> {
        self.format.end(&mut self.gathered);
        let gathered = std::mem::take(&mut self.gathered);
        let is_empty = gathered.text.is_empty() && gathered.calls.is_empty() && gathered.finish.is_none();
        (!is_empty).then_some(gathered)
    }
}
