//! The events of conversations.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::calls::Usage;
use crate::session::payload::{At, Payload};
use crate::session::{EventBody, Rejection, Session};
use crate::values::check::Checks;
use crate::values::{FileId, TurnId, limits};

use super::rules;
use super::{
    AnswerMode, Assistant, Citation, Conversation, RunningTurn, Source, ToolStatus, Turn, TurnSettings,
    TurnStatus,
};

/// The assistant was set, as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AssistantSet {
    /// The assistant.
    pub assistant: Assistant,
}

/// A message was accepted. Its turn begins when those before it have ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TurnQueued {
    /// The turn's id.
    pub turn_id: TurnId,
    /// The turn that it is to follow; absent if it follows the head when it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TurnId>,
    /// Whether it follows no turn: another beginning; false if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub root: bool,
    /// The message.
    pub text: String,
    /// Instructions to the model for this turn alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The files that the message is about; the assistant chooses when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileId>,
    /// The sources of the answer, `chat` or `query`; `chat` if absent.
    #[serde(default, skip_serializing_if = "AnswerMode::is_default")]
    pub mode: AnswerMode,
    /// Settings for this answer alone; none if absent.
    #[serde(default, skip_serializing_if = "TurnSettings::is_default")]
    pub settings: TurnSettings,
    /// Whether it goes before the turns that wait; false if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub next: bool,
}

/// A process began to answer a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TurnBegan {
    /// The turn's id.
    pub turn_id: TurnId,
    /// The turn that it follows; absent for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TurnId>,
    /// The number of the runner: each has a higher one.
    pub runner: u64,
}

/// More of an answer is known. At most one a second; the whole answer comes with `turn_ended`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TurnProgressed {
    /// The turn's id.
    pub turn_id: TurnId,
    /// The number of the runner.
    pub runner: u64,
    /// Where the text continues: bytes of the answer before it.
    pub offset: u64,
    /// The text since the last checkpoint.
    pub text: String,
    /// The reasoning since the last checkpoint.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// The files and passages that the model was given, if no earlier checkpoint has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// The model calls a tool. It is called when this is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ToolCalled {
    /// The turn's id.
    pub turn_id: TurnId,
    /// The number of the runner.
    pub runner: u64,
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
    /// Where in the answer it is called: bytes of the text before it.
    pub offset: u64,
}

/// A tool gave a result, or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ToolAnswered {
    /// The turn's id.
    pub turn_id: TurnId,
    /// The number of the runner.
    pub runner: u64,
    /// The number of the call in its turn.
    pub number: u32,
    /// `completed` or `failed`.
    pub status: ToolStatus,
    /// The result, or why there is none, as the model reads it.
    pub text: String,
    /// The milliseconds that it took.
    pub duration_ms: u64,
}

/// A turn ended, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TurnEnded {
    /// The turn's id.
    pub turn_id: TurnId,
    /// How it ended: `completed`, `stopped`, `failed`, `interrupted` or `rolled_back`.
    pub status: TurnStatus,
    /// The whole answer, or the part before its end.
    #[serde(default)]
    pub text: String,
    /// The model's reasoning. It is never sent to a model again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// Why the model stopped, in the provider's words: `stop`, `length` or another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<String>,
    /// Why there is no whole answer, or why it may be wrong: the model has not read all of the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The model, and the tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The files and passages that the model was given for the turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// The sources that the answer cites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
}

/// The next turn follows another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HeadMoved {
    /// The turn that the next one follows; absent for the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
}

/// Earlier turns were summarised. In the branches that have them, a model is sent the summary in their place from then on; the
/// turns themselves stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationCompacted {
    /// The last of these turns. The others are those that lead to it.
    pub through: TurnId,
    /// The summary; absent if there is none, and the turns are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The model, and the tokens of the summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// All turns were removed. Their texts leave the events before this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationCleared {}

impl Payload for AssistantSet {
    fn fold(&self, session: &mut Session, _: At<'_>) -> Result<(), String> {
        session.conversation.assistant = Arc::new(self.assistant.clone());
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        rules::check_assistant(&self.assistant)
    }

    fn is_listed(&self) -> bool {
        false
    }
}

impl Payload for TurnQueued {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        let conversation = &mut session.conversation;
        if conversation.turns.contains_key(&self.turn_id) {
            return Err("there is a turn of this id".to_owned());
        }
        if self.parent.as_ref().is_some_and(|parent| !conversation.turns.contains_key(parent)) {
            return Err("its parent is not there".to_owned());
        }
        let turn = Turn {
            id: self.turn_id.clone(),
            parent: self.parent.clone(),
            root: self.root,
            status: TurnStatus::Queued,
            seq: at.seq,
            asked_by: at.actor.to_owned(),
            queued_at: at.time,
            began_at: None,
            ended_at: None,
        };
        conversation.turns.insert(self.turn_id.clone(), Arc::new(turn));
        if self.next {
            conversation.queue.push_front(self.turn_id.clone());
        } else {
            conversation.queue.push_back(self.turn_id.clone());
        }
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        let mut checks = Checks::default();
        checks.text_if_any("/instructions", self.instructions.as_ref());
        rules::check_files(&mut checks, &self.files);
        rules::check_settings(&mut checks, &self.settings);
        checks.done()?;
        rules::check_answer(self.text.len())
    }
}

impl Payload for TurnBegan {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        let conversation = &mut session.conversation;
        if conversation.running.is_some() {
            return Err("another turn runs".to_owned());
        }
        if conversation.queue.front() != Some(&self.turn_id) {
            return Err("it is not the next turn".to_owned());
        }
        if self.parent.as_ref().is_some_and(|parent| !conversation.turns.contains_key(parent)) {
            return Err("its parent is not there".to_owned());
        }
        if self.runner <= conversation.runners {
            return Err("runners have rising numbers".to_owned());
        }
        conversation.queue.pop_front();
        conversation.runners = self.runner;
        let running = RunningTurn {
            turn: self.turn_id.clone(),
            runner: self.runner,
            text: String::new(),
            reasoning: String::new(),
            sources: Vec::new(),
            tool_calls: 0,
            open_calls: Vec::new(),
        };
        conversation.running = Some(Arc::new(running));
        turn(conversation, &self.turn_id, |turn| {
            turn.status = TurnStatus::Running;
            turn.parent = self.parent.clone();
            turn.began_at = Some(at.time);
        })
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

impl Payload for TurnProgressed {
    fn fold(&self, session: &mut Session, _: At<'_>) -> Result<(), String> {
        let running = running(session, &self.turn_id, self.runner)?;
        if self.offset != running.text.len() as u64 {
            return Err(format!("its text continues at {}", running.text.len()));
        }
        running.text.push_str(&self.text);
        running.reasoning.push_str(&self.reasoning);
        running.sources.extend(self.sources.iter().cloned());
        count_sources(&mut session.conversation, &self.sources);
        Ok(())
    }

    /// Looks at no more than it adds: its predecessors kept the limit.
    fn check(&self, session: &Session) -> Result<(), Rejection> {
        let running = session.conversation.running.as_ref();
        rules::check_sources(running.map_or(0, |running| running.sources.len()), &self.sources)?;
        let present = running.map_or(0, |running| running.text.len() + running.reasoning.len());
        rules::check_answer(present + self.text.len() + self.reasoning.len())
    }

    fn is_listed(&self) -> bool {
        false
    }
}

impl Payload for ToolCalled {
    fn fold(&self, session: &mut Session, _: At<'_>) -> Result<(), String> {
        let running = running(session, &self.turn_id, self.runner)?;
        if self.number != running.tool_calls + 1 {
            return Err(format!("the next call is number {}", running.tool_calls + 1));
        }
        if self.offset != running.text.len() as u64 {
            return Err(format!("its text continues at {}", running.text.len()));
        }
        running.tool_calls = self.number;
        running.open_calls.push(self.number);
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        rules::check_call(self.number, &self.id, &self.name, &self.arguments)
    }

    fn is_listed(&self) -> bool {
        false
    }
}

impl Payload for ToolAnswered {
    fn fold(&self, session: &mut Session, _: At<'_>) -> Result<(), String> {
        if self.status == ToolStatus::Called {
            return Err("a result is completed or failed".to_owned());
        }
        let running = running(session, &self.turn_id, self.runner)?;
        let open = running.open_calls.iter().position(|number| *number == self.number);
        running.open_calls.remove(open.ok_or_else(|| "no such call is open".to_owned())?);
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        rules::check_result(&self.text)
    }

    fn is_listed(&self) -> bool {
        false
    }
}

impl Payload for TurnEnded {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        if self.status.is_open() {
            return Err(format!("a turn does not end as {}", self.status));
        }
        let conversation = &mut session.conversation;
        if conversation.running.as_ref().is_some_and(|running| running.turn == self.turn_id) {
            conversation.running = None;
        } else if let Some(index) = conversation.queue.index_of(&self.turn_id) {
            conversation.queue.remove(index);
        } else {
            return Err("the turn is not open".to_owned());
        }
        count_sources(conversation, &self.sources);
        turn(conversation, &self.turn_id, |turn| {
            turn.status = self.status;
            turn.ended_at = Some(at.time);
        })
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        let mut checks = Checks::default();
        checks.name_if_any("/finish", self.finish.as_ref());
        checks.text_if_any("/reason", self.reason.as_ref());
        checks.done()?;
        rules::check_sources(0, &self.sources)?;
        rules::check_citations(&self.citations)?;
        rules::check_answer(self.text.len() + self.reasoning.len())
    }
}

impl Payload for HeadMoved {
    fn fold(&self, session: &mut Session, _: At<'_>) -> Result<(), String> {
        let conversation = &mut session.conversation;
        if self.turn_id.as_ref().is_some_and(|head| !conversation.turns.contains_key(head)) {
            return Err("the turn is not there".to_owned());
        }
        conversation.head = self.turn_id.clone();
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn is_listed(&self) -> bool {
        false
    }
}

impl Payload for ConversationCompacted {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        let conversation = &mut session.conversation;
        match conversation.turns.get(&self.through) {
            Some(turn) if turn.is_said() && !turn.status.is_open() => {
                conversation.compacted.insert(self.through.clone(), at.seq);
                Ok(())
            }
            Some(_) => Err("the turn has not ended".to_owned()),
            None => Err("the turn is not there".to_owned()),
        }
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        let mut checks = Checks::default();
        checks.text_if_any("/text", self.text.as_ref());
        Ok(checks.done()?)
    }

    fn is_listed(&self) -> bool {
        false
    }
}

impl Payload for ConversationCleared {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        let conversation = &mut session.conversation;
        if conversation.running.is_some() || !conversation.queue.is_empty() {
            return Err("a turn is open".to_owned());
        }
        conversation.turns.clear();
        conversation.compacted.clear();
        conversation.head = None;
        conversation.cleared = at.seq;
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

/// Keeps the highest number of a source.
fn count_sources(conversation: &mut Conversation, sources: &[Source]) {
    let highest = sources.iter().map(|source| source.number).max().unwrap_or(0);
    conversation.sources = conversation.sources.max(highest);
}

/// The running turn, if it is that one of that runner.
fn running<'a>(session: &'a mut Session, turn: &TurnId, runner: u64) -> Result<&'a mut RunningTurn, String> {
    let running = session.conversation.running.as_mut();
    let running = running.filter(|running| running.turn == *turn && running.runner == runner);
    running.map(Arc::make_mut).ok_or_else(|| "the turn does not run there".to_owned())
}

fn turn(conversation: &mut Conversation, id: &TurnId, change: impl FnOnce(&mut Turn)) -> Result<(), String> {
    let turn = conversation.turns.get_mut(id).ok_or_else(|| "the turn is not there".to_owned())?;
    change(Arc::make_mut(turn));
    Ok(())
}

impl EventBody {
    /// The same event without the texts of its turn, which were cleared or rolled back; none if it has no such texts. It folds to
    /// the same state as soon as its turn has ended.
    pub fn without_texts(&self, of: Option<&TurnId>) -> Option<Self> {
        let is_meant = |turn: &TurnId| of.is_none_or(|of| of == turn);
        match self {
            Self::TurnQueued(event) if is_meant(&event.turn_id) => {
                let settings = TurnSettings { stop: Vec::new(), ..event.settings.clone() };
                Some(TurnQueued { text: String::new(), instructions: None, settings, ..event.clone() }.into())
            }
            Self::TurnProgressed(event) if is_meant(&event.turn_id) => {
                let (text, reasoning) = (String::new(), String::new());
                Some(
                    TurnProgressed { offset: 0, text, reasoning, sources: Vec::new(), ..event.clone() }
                        .into(),
                )
            }
            // Where it was called would not fit a text that is gone.
            Self::ToolCalled(event) if is_meant(&event.turn_id) => {
                Some(ToolCalled { arguments: String::new(), offset: 0, ..event.clone() }.into())
            }
            Self::ToolAnswered(event) if is_meant(&event.turn_id) => {
                Some(ToolAnswered { text: String::new(), ..event.clone() }.into())
            }
            Self::TurnEnded(event) if is_meant(&event.turn_id) => {
                let (text, reasoning) = (String::new(), String::new());
                let (sources, citations) = (Vec::new(), Vec::new());
                Some(TurnEnded { text, reasoning, reason: None, sources, citations, ..event.clone() }.into())
            }
            Self::ConversationCompacted(event) if is_meant(&event.through) => Some(
                ConversationCompacted { text: event.text.as_ref().map(|_| String::new()), ..event.clone() }
                    .into(),
            ),
            _ => None,
        }
    }
}

/// The most bytes that a message or an answer has.
pub(super) const TEXT_BYTES: usize = limits::TURN_BYTES;
