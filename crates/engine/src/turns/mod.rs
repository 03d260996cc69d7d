//! Turns: this process's runner answers them, and readers follow them while they run.
//!
//! A turn's text is in three places. The live text is in the memory of the process that answers (`live.rs`); at most once a
//! second it is checkpointed in the journal; and the end has all of it. A live text is a preview, not an event: nothing
//! follows from it, and after a crash the turn ends with its last checkpoint.

mod follow;
mod live;
mod run;
mod texts;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use sessiond_core::{
    AnswerMode, Assistant, Citation, Compact, File, FileId, SessionId, Source, ToolUse, TurnId, TurnSettings,
    TurnStatus, Usage,
};

pub use follow::{TurnFollow, TurnItem};
pub(crate) use live::Lives;
pub use live::TurnOutput;
pub use texts::TurnTexts;

/// What answers turns. The program that opens the engine gives it one; without it, turns wait for another process.
#[async_trait]
pub trait TurnRunner: Send + Sync + 'static {
    /// Answers a turn. It writes the answer to `output` while it comes, and says how it ended. When the turn is stopped,
    /// the future is dropped: all work for it *must* end with it.
    async fn run(&self, turn: TurnToRun, output: &TurnOutput) -> TurnResult;

    /// Summarises earlier turns after the end of this one, with that answer, if the next one would otherwise be too long; none
    /// if it need not be done, or not now. Later turns run meanwhile, and use the summary as soon as it is there.
    async fn compact(&self, _turn: TurnToRun, _answer: String) -> Option<Compact> {
        None
    }
}

/// A turn that is to be answered, and all that was said before it.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnToRun {
    /// The session.
    pub session_id: SessionId,
    /// The turn.
    pub turn_id: TurnId,
    /// The session's assistant.
    pub assistant: Assistant,
    /// The message.
    pub text: String,
    /// Instructions to the model for this turn alone.
    pub instructions: Option<String>,
    /// The files that the message is about; the runner chooses when there are none.
    pub files: Vec<FileId>,
    /// The sources of the answer, `chat` or `query`.
    pub mode: AnswerMode,
    /// Settings for this answer alone.
    pub settings: TurnSettings,
    /// The files of the session; none if this process keeps no files.
    pub library: Option<TurnFiles>,
    /// The number of the next source.
    pub next_source: u32,
    /// The files and passages that the model was given for it: none before it runs.
    pub sources: Vec<Source>,
    /// The tools that the model called for it: none before it runs.
    pub tools: Vec<ToolUse>,
    /// What stands in the place of the turns before those: nothing if these are all.
    pub summary: Option<Summary>,
    /// The turns that lead to it, oldest first: those that are not summarised.
    pub before: Vec<Exchange>,
}

impl TurnToRun {
    /// How freely the model draws its words: as the message sets it, or else the assistant.
    pub fn temperature(&self) -> Option<f64> {
        self.settings.temperature.or(self.assistant.temperature)
    }

    /// The maximum number of tokens of the answer: as the message sets it, or else the assistant.
    pub fn max_tokens(&self) -> Option<u32> {
        self.settings.max_tokens.or(self.assistant.max_tokens)
    }

    /// The same with a summary in the place of the turns through that one.
    pub fn with_summary(mut self, compact: &Compact) -> Self {
        let place = self.before.iter().position(|exchange| exchange.turn_id == compact.through);
        self.before.drain(..place.map_or(0, |place| place + 1));
        self.summary = Some(Summary { text: compact.text.clone() });
        self
    }
}

/// The files of a session whose turn is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnFiles {
    /// Their directory.
    pub directory: PathBuf,
    /// All of them, oldest first.
    pub all: Vec<Arc<File>>,
}

/// What stands in the place of earlier turns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// The summary; none if the turns are left out.
    pub text: Option<String>,
}

/// A message and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its turn.
    pub turn_id: TurnId,
    /// How its turn ended.
    pub status: TurnStatus,
    /// The message.
    pub message: String,
    /// Instructions to the model for that turn alone.
    pub instructions: Option<String>,
    /// The whole answer, or the part before its end.
    pub answer: String,
    /// The sources of the answer, `chat` or `query`.
    pub mode: AnswerMode,
    /// The files and passages that the model was given for that turn.
    pub sources: Vec<Source>,
    /// The tools that the model called for that turn.
    pub tools: Vec<ToolUse>,
}

/// How a turn ended. Its text is what was written to the output.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnResult {
    /// Why there is no whole answer; none when there is.
    pub failure: Option<String>,
    /// What the person should know of a whole answer, such as that the model has not read all of the conversation.
    pub note: Option<String>,
    /// What was summarised so that the turn could be answered.
    pub compact: Option<Compact>,
    /// Why the model stopped, in the provider's words.
    pub finish: Option<String>,
    /// The model, and the tokens of the answer.
    pub usage: Option<Usage>,
    /// The sources that the answer cites.
    pub citations: Vec<Citation>,
}
