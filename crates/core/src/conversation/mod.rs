//! The conversation: turns between a person and a private assistant.

mod events;
pub(crate) mod rules;
mod state;

pub use events::{
    AssistantSet, ConversationCleared, ConversationCompacted, HeadMoved, ToolAnswered, ToolCalled, TurnBegan,
    TurnEnded, TurnProgressed, TurnQueued,
};
pub use state::{
    AnswerMode, Assistant, Citation, Conversation, RunningTurn, Source, ToolStatus, ToolUse, Turn,
    TurnSettings, TurnStatus,
};

use serde::{Deserialize, Serialize};

use crate::calls::Usage;
use crate::lifecycle;
use crate::session::access;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};
use crate::values::{FileId, TurnId};

/// The treatment of a message that comes while a turn is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Busy {
    /// It is refused.
    Reject,
    /// It waits until the others have ended.
    #[default]
    Enqueue,
    /// The running turn ends with the answer so far, and this one is next.
    Interrupt,
    /// The running turn ends and its text is removed, and this one takes its place.
    Rollback,
}

/// Where a turn is placed in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Place {
    /// After the head when it begins: the turn before it.
    #[default]
    Head,
    /// At the beginning.
    Root,
    /// After that turn.
    After(TurnId),
}

/// A message to the assistant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddTurn {
    /// The message.
    pub text: String,
    /// Instructions to the model for this turn alone.
    pub instructions: Option<String>,
    /// The files that it is about; the assistant chooses when there are none.
    pub files: Vec<FileId>,
    /// The sources of the answer, `chat` or `query`.
    pub mode: AnswerMode,
    /// Settings for this answer alone.
    pub settings: TurnSettings,
    /// Where it is placed.
    pub place: Place,
    /// What happens if a turn is open.
    pub busy: Busy,
}

/// How a runner ended a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct EndTurn {
    /// The turn.
    pub turn: TurnId,
    /// The number of its runner.
    pub runner: u64,
    /// `completed`, `failed`, or `interrupted` when its process stops.
    pub status: TurnStatus,
    /// The whole answer, or the part before its end.
    pub text: String,
    /// The model's reasoning.
    pub reasoning: String,
    /// Why the model stopped.
    pub finish: Option<String>,
    /// Why there is no whole answer.
    pub reason: Option<String>,
    /// The model, and the tokens of the answer.
    pub usage: Option<Usage>,
    /// The files and passages that the model was given for the turn.
    pub sources: Vec<Source>,
    /// The sources that the answer cites.
    pub citations: Vec<Citation>,
}

/// A tool that the model wants called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTool {
    /// The id that the model's service gave the call.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as the model wrote them.
    pub arguments: String,
    /// The number of the model's request in the turn, from 1.
    pub round: u32,
}

/// What a tool gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerTool {
    /// The number of the call in its turn.
    pub number: u32,
    /// Whether it failed; the text says why.
    pub failed: bool,
    /// The result, as the model reads it.
    pub text: String,
    /// The milliseconds that it took.
    pub duration_ms: u64,
}

/// A step of a call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolStep {
    /// It is to be called. Its number is the next one of its turn.
    Call(CallTool),
    /// It gave a result, or failed.
    Answer(AnswerTool),
}

/// What is to be sent to a model in the place of earlier turns.
#[derive(Debug, Clone, PartialEq)]
pub struct Compact {
    /// The last of these turns.
    pub through: TurnId,
    /// The summary; none if they are left out.
    pub text: Option<String>,
    /// The model, and the tokens of the summary.
    pub usage: Option<Usage>,
}

/// More text of a turn than its last checkpoint has: what is in memory of the process that runs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ahead {
    /// The runner.
    pub runner: u64,
    /// The whole answer so far.
    pub text: String,
    /// The whole reasoning so far.
    pub reasoning: String,
    /// The files and passages that the model was given.
    pub sources: Vec<Source>,
}

/// What can be asked of a conversation.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// Set the assistant, as a whole.
    SetAssistant(Assistant),
    /// Add a turn.
    Add {
        /// The message.
        add: AddTurn,
        /// The text of the running turn, if the message ends it.
        ahead: Option<Ahead>,
    },
    /// Stop one turn, or all that are open.
    Stop {
        /// Which; all when absent.
        turn: Option<TurnId>,
        /// The text of the running turn.
        ahead: Option<Ahead>,
    },
    /// Let the next turn follow another one.
    MoveHead {
        /// Which; the beginning when absent.
        turn: Option<TurnId>,
    },
    /// Remove all turns. Those that are open are stopped.
    Clear {
        /// Whether the session's files stay.
        keep_files: bool,
    },
    /// The engine: a process is to answer the next turn.
    Begin,
    /// The engine: more of an answer is known, or its runner is still there.
    Progress {
        /// The turn.
        turn: TurnId,
        /// The number of its runner.
        runner: u64,
        /// The text since the last checkpoint.
        text: String,
        /// The reasoning since the last checkpoint.
        reasoning: String,
        /// The files and passages that the model was given, if they are not in a checkpoint yet.
        sources: Vec<Source>,
        /// A tool that is to be called after that text, or what it gave.
        step: Option<ToolStep>,
    },
    /// The engine: the turn is answered, or cannot be.
    End(Box<EndTurn>),
    /// The engine: earlier turns are summarised.
    Compact(Compact),
    /// A timer: the runner gave no sign of life.
    ExpireLease {
        /// The number of the runner.
        runner: u64,
    },
}

/// The facet.
pub(crate) enum Talk {}

impl Facet for Talk {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::SetAssistant(_) => access::commands(principal, session, "set its assistant"),
            Command::Add { .. } => access::commands(principal, session, "talk to its assistant"),
            Command::Stop { .. } => access::commands(principal, session, "stop its turns"),
            Command::MoveHead { .. } => access::commands(principal, session, "choose a branch"),
            Command::Clear { .. } => access::commands(principal, session, "clear its conversation"),
            Command::Begin
            | Command::Progress { .. }
            | Command::End(_)
            | Command::Compact(_)
            | Command::ExpireLease { .. } => access::timers_alone(principal, session),
        }
    }

    fn is_timer(command: &Command) -> bool {
        matches!(command, Command::Begin | Command::ExpireLease { .. })
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        let is_use = command.is_use();
        // An answer is whole though its timer is late.
        let is_end = matches!(command, Command::End(_));
        if is_use && !is_end && draft.session().has_expired(draft.now()) {
            return Err(Rejection::SessionExpired);
        }
        let receipt = Self::decided(draft, command)?;
        if is_use {
            lifecycle::rules::renew(draft)?;
        }
        Ok(receipt)
    }
}

impl Command {
    /// Whether somebody uses the session by it, or a turn that somebody asked for ends. A session that expires without use
    /// stays longer then.
    fn is_use(&self) -> bool {
        match self {
            Self::SetAssistant(_)
            | Self::Add { .. }
            | Self::Stop { .. }
            | Self::MoveHead { .. }
            | Self::Clear { .. }
            | Self::End(_) => true,
            Self::Begin | Self::Progress { .. } | Self::Compact(_) | Self::ExpireLease { .. } => false,
        }
    }
}

impl Talk {
    fn decided(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::SetAssistant(assistant) => rules::set_assistant(draft, assistant)?,
            Command::Add { add, ahead } => {
                let turn_id = rules::add(draft, add, ahead)?;
                return Ok(Receipt::Turn { turn_id, runner: None });
            }
            Command::Stop { turn, ahead } => rules::stop(draft, turn, ahead)?,
            Command::MoveHead { turn } => rules::move_head(draft, turn)?,
            Command::Clear { keep_files } => rules::clear(draft, keep_files)?,
            Command::Begin => return rules::begin(draft),
            Command::Progress { turn, runner, text, reasoning, sources, step } => {
                rules::progress(draft, &turn, runner, text, reasoning, sources)?;
                if let Some(step) = step {
                    rules::step(draft, &turn, runner, step)?;
                }
            }
            Command::End(end) => rules::end(draft, *end)?,
            Command::Compact(compact) => rules::compact(draft, compact)?,
            Command::ExpireLease { runner } => rules::expire_lease(draft, runner)?,
        }
        Ok(Receipt::Nothing)
    }
}
