//! What a session keeps of its conversation: who its assistant is, which turns there are, and the text of the one that
//! runs. The texts of the others are in the journal alone, so that a long conversation costs little memory.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};

use crate::lifecycle::Status;
use crate::session::Progress;
use crate::session::facet_state::FacetState;
use crate::values::{Exceeded, FileId, Limit, Revision, Timestamp, TurnId};

/// A session's conversation. Copies are cheap.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Conversation {
    /// The assistant that answers.
    pub assistant: Arc<Assistant>,
    /// All turns since the conversation was last cleared.
    pub turns: OrdMap<TurnId, Arc<Turn>>,
    /// The turn that the next one follows; none before the first.
    pub head: Option<TurnId>,
    /// The turn that is being answered.
    pub running: Option<Arc<RunningTurn>>,
    /// The turns that wait, the next one first.
    pub queue: Vector<TurnId>,
    /// How many runners there have been: the number of the last one.
    pub runners: u64,
    /// The turns through which the conversation was summarised, each with the event that has the summary.
    pub compacted: OrdMap<TurnId, Revision>,
    /// The highest number of a source: of a file, or a passage, that a model was given for a turn.
    pub sources: u32,
    /// The event before which all turns were removed; 0 if the conversation was never cleared.
    pub cleared: Revision,
}

/// The assistant of a session. Absent members have the server's default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Assistant {
    /// The model's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How it shall behave: the first message of each request to the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// How freely it draws its words: from 0, the likeliest each time, to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The maximum number of tokens of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// The tools that the model may call: `search`, `grep`, `read`, `calculate`, and the names of the server's MCP servers. Empty
    /// for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<String>>,
}

/// Settings of a message for its own answer. Absent members are as the session's assistant has them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TurnSettings {
    /// How freely the model draws its words: from 0, the likeliest each time, to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Draws from the likeliest words alone whose probabilities add up to this: above 0, at most 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// The maximum number of tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Texts that end the answer and are not part of it: 4 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// The start of the random choice of words. The same seed and conversation give the same answer if the model supports that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl TurnSettings {
    /// Whether nothing is set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The sources of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum AnswerMode {
    /// The files, and the model's own knowledge.
    #[default]
    Chat,
    /// The files alone: without a passage that fits, the answer says so and the model is not asked.
    Query,
}

impl AnswerMode {
    /// Whether it is the default.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A file, or a passage of one, that the model was given for a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Source {
    /// The number by which the model may cite it. On the path to the turn no other source has it.
    pub number: u32,
    /// The file.
    pub file_id: FileId,
    /// The file's name then.
    pub name: String,
    /// The number of the passage in the file; absent if it is the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<u32>,
    /// Where the passage is in the file, such as `page 3, lines 4–9`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The number of the tool call whose result had it; absent if it came with the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<u32>,
}

/// A source that an answer cites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Citation {
    /// The number of the source, as it is in the answer: `[1]`.
    pub number: u32,
    /// The file.
    pub file_id: FileId,
    /// The file's name then.
    pub name: String,
    /// The number of the passage in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<u32>,
    /// Where it is in the file, such as `page 3, lines 4–9`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// A copy of the passage's text, so that it can be read when the file has gone.
    pub quote: String,
}

/// A tool that the model called for a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ToolUse {
    /// The number of the call in its turn, from 1.
    pub number: u32,
    /// The id that the model's service gave it.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as the model wrote them: JSON, unless it made a mistake.
    pub arguments: String,
    /// The number of the model's request in the turn, from 1: calls of the same round were wanted at once.
    pub round: u32,
    /// Where in the answer it was called: bytes of the text before it.
    pub offset: u64,
    /// Whether it gave a result.
    pub status: ToolStatus,
    /// The result, as the model reads it; empty before there is one.
    #[serde(default)]
    pub text: String,
    /// The milliseconds that it took; absent before there is a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// Whether a tool that was called gave a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ToolStatus {
    /// It was called. If its turn has ended, no result came.
    Called,
    /// It gave a result.
    Completed,
    /// It failed, or was not called; the text says why.
    Failed,
}

/// What a session keeps of a turn: a person's message, and the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Its id.
    pub id: TurnId,
    /// The turn that it follows; none for the first of a conversation, and for one that waits to follow the head.
    pub parent: Option<TurnId>,
    /// Whether it was to follow no turn.
    #[serde(default)]
    pub root: bool,
    /// Whether it waits, runs, or how it ended.
    pub status: TurnStatus,
    /// The number of the event that queued it.
    pub seq: Revision,
    /// Who sent its message: a principal's or an agent's name.
    pub asked_by: String,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// The turn that is being answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunningTurn {
    /// Which.
    pub turn: TurnId,
    /// The number of its runner. What an earlier one still sends is refused.
    pub runner: u64,
    /// The answer so far, up to the last checkpoint.
    pub text: String,
    /// The model's reasoning so far, up to the last checkpoint.
    #[serde(default)]
    pub reasoning: String,
    /// The files and passages that the model was given.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// How many tools the model called.
    #[serde(default)]
    pub tool_calls: u32,
    /// The numbers of those calls that have no result yet.
    #[serde(default)]
    pub open_calls: Vec<u32>,
}

/// Whether a turn waits, runs, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TurnStatus {
    /// It waits for the turns before it.
    Queued,
    /// It is being answered.
    Running,
    /// It has its whole answer.
    Completed,
    /// Somebody stopped it; it has the answer up to then.
    Stopped,
    /// It could not be answered, or not to the end.
    Failed,
    /// Its process ended, or another message took its place; it has the answer up to then.
    Interrupted,
    /// Another message took its place and its text was removed: the conversation continues as if it had never been.
    RolledBack,
}

impl TurnStatus {
    /// All states.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its word on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether it waits or runs.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

impl Turn {
    /// Whether it is part of what was said: it began, and was not rolled back.
    pub fn is_said(&self) -> bool {
        self.began_at.is_some() && self.status != TurnStatus::RolledBack
    }
}

impl Conversation {
    /// The turns that lead to `turn`, oldest first, itself included: those that are part of what was said.
    pub fn path(&self, turn: Option<&TurnId>) -> Vec<&Arc<Turn>> {
        let mut path = Vec::new();
        let mut next = turn;
        while let Some(turn) = next.and_then(|id| self.turns.get(id)) {
            if turn.is_said() {
                path.push(turn);
            }
            next = turn.parent.as_ref();
        }
        path.reverse();
        path
    }

    /// The last summary on the path to `turn`, `turn` itself included: the turn through which it goes, and the event that has
    /// it.
    pub fn summary(&self, turn: Option<&TurnId>) -> Option<(&TurnId, Revision)> {
        let mut next = turn;
        while let Some(turn) = next.and_then(|id| self.turns.get(id)) {
            if let Some((through, seq)) = self.compacted.get_key_value(&turn.id) {
                return Some((through, *seq));
            }
            next = turn.parent.as_ref();
        }
        None
    }

    /// Whether nothing was ever said or set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl FacetState for Conversation {
    /// What the engine ends, it ends by events before; an import may leave turns open.
    fn on_end(&mut self, _: Status) {
        let running = self.running.take().map(|running| running.turn.clone());
        for id in std::mem::take(&mut self.queue).into_iter().chain(running) {
            if let Some(turn) = self.turns.get_mut(&id) {
                Arc::make_mut(turn).status = TurnStatus::Interrupted;
            }
        }
    }

    fn progress(&self) -> Option<Progress> {
        let count = |wanted: fn(TurnStatus) -> bool| {
            self.turns.values().filter(|turn| wanted(turn.status)).count() as u64
        };
        let done = count(|status| !status.is_open());
        Progress::of("turns", done, self.turns.len() as u64, count(|status| status == TurnStatus::Failed))
    }

    fn check(&self) -> Result<(), Exceeded> {
        self.check_counts()
    }

    fn check_counts(&self) -> Result<(), Exceeded> {
        Limit::Turns.allows(self.turns.len())?;
        Limit::QueuedTurns.allows(self.queue.len())
    }
}
