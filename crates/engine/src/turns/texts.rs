//! The texts of turns, read from the journal.

use std::collections::HashMap;

use serde::Deserialize;
use sessiond_core::{
    AnswerMode, Citation, EventBody, FileId, Revision, SessionId, Source, ToolAnswered, ToolCalled,
    ToolStatus, ToolUse, TurnId, TurnSettings, Usage,
};

use super::Summary;
use crate::rows::{READ, read_event};
use crate::{Engine, Error};

/// What was said in a turn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnTexts {
    /// The message.
    pub message: String,
    /// Instructions to the model for this turn alone.
    pub instructions: Option<String>,
    /// The files that the message is about.
    pub files: Vec<FileId>,
    /// The sources of the answer, `chat` or `query`.
    pub mode: AnswerMode,
    /// Settings for this answer alone.
    pub settings: TurnSettings,
    /// The whole answer, or the part that is in the journal.
    pub answer: String,
    /// The model's reasoning.
    pub reasoning: String,
    /// Why the model stopped, in the provider's words.
    pub finish: Option<String>,
    /// Why there is no whole answer.
    pub reason: Option<String>,
    /// The model, and the tokens of the answer.
    pub usage: Option<Usage>,
    /// The files and passages that the model was given for the turn.
    pub sources: Vec<Source>,
    /// The sources that the answer cites.
    pub citations: Vec<Citation>,
    /// The tools that the model called.
    pub tools: Vec<ToolUse>,
}

/// The events that have texts of turns.
const WITH_TEXTS: [&str; 6] = [
    "turn_queued",
    "turn_progressed",
    "tool_called",
    "tool_answered",
    "turn_ended",
    "conversation_compacted",
];

/// The texts of a part of a journal.
#[derive(Default)]
pub(super) struct Texts {
    /// Of turns.
    pub(super) turns: HashMap<TurnId, TurnTexts>,
    /// What stands in the place of the turns through these.
    pub(super) summaries: HashMap<TurnId, Summary>,
}

impl Engine {
    /// The texts of the turns whose events are after one, by their ids.
    pub async fn turn_texts(
        &self,
        id: &SessionId,
        after: Revision,
    ) -> Result<HashMap<TurnId, TurnTexts>, Error> {
        Ok(self.texts_until(id, after, |_| false).await?.turns)
    }

    /// The texts of one turn, which was queued by that event. The journal is read up to the turn's end.
    pub async fn texts_of_turn(
        &self,
        id: &SessionId,
        turn: &TurnId,
        seq: Revision,
    ) -> Result<TurnTexts, Error> {
        let is_end = |body: &EventBody| matches!(body, EventBody::TurnEnded(ended) if ended.turn_id == *turn);
        let mut texts = self.texts_until(id, seq.saturating_sub(1), is_end).await?;
        Ok(texts.turns.remove(turn).unwrap_or_default())
    }

    pub(super) async fn texts_until(
        &self,
        id: &SessionId,
        mut after: Revision,
        is_last: impl Fn(&EventBody) -> bool,
    ) -> Result<Texts, Error> {
        let mut texts = Texts::default();
        loop {
            let page = self.shared.store.events(id, after, READ).await?;
            let page = page.ok_or(Error::Rejected(sessiond_core::Rejection::SessionNotFound))?;
            let Some(last) = page.records.last() else { return Ok(texts) };
            after = last.seq;
            for record in &page.records {
                if has_texts(&record.json) {
                    let body = read_event(record)?.body;
                    let last = is_last(&body);
                    take(&mut texts, body);
                    if last {
                        return Ok(texts);
                    }
                }
            }
            if after >= page.revision {
                return Ok(texts);
            }
        }
    }
}

/// Whether an event has texts of a turn. Most of a long journal is not read whole.
pub(super) fn has_texts(json: &str) -> bool {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(rename = "type", borrow)]
        kind: std::borrow::Cow<'a, str>,
    }
    serde_json::from_str::<Head<'_>>(json).is_ok_and(|head| WITH_TEXTS.contains(&&*head.kind))
}

fn take(Texts { turns: texts, summaries }: &mut Texts, body: EventBody) {
    match body {
        EventBody::ConversationCompacted(compacted) => {
            summaries.insert(compacted.through, Summary { text: compacted.text });
        }
        EventBody::TurnQueued(queued) => {
            let turn = texts.entry(queued.turn_id).or_default();
            turn.message = queued.text;
            turn.instructions = queued.instructions;
            turn.files = queued.files;
            turn.mode = queued.mode;
            turn.settings = queued.settings;
        }
        EventBody::TurnProgressed(progressed) => {
            let turn = texts.entry(progressed.turn_id).or_default();
            turn.answer.push_str(&progressed.text);
            turn.reasoning.push_str(&progressed.reasoning);
            turn.sources.extend(progressed.sources);
        }
        EventBody::ToolCalled(called) => {
            let ToolCalled { turn_id, runner: _, number, id, name, arguments, round, offset } = called;
            let (status, text, duration_ms) = (ToolStatus::Called, String::new(), None);
            let tool = ToolUse { number, id, name, arguments, round, offset, status, text, duration_ms };
            texts.entry(turn_id).or_default().tools.push(tool);
        }
        EventBody::ToolAnswered(answered) => {
            let ToolAnswered { turn_id, runner: _, number, status, text, duration_ms } = answered;
            let tools = &mut texts.entry(turn_id).or_default().tools;
            if let Some(tool) = tools.iter_mut().find(|tool| tool.number == number) {
                (tool.status, tool.text, tool.duration_ms) = (status, text, Some(duration_ms));
            }
        }
        EventBody::TurnEnded(ended) => {
            let turn = texts.entry(ended.turn_id).or_default();
            turn.answer = ended.text;
            turn.reasoning = ended.reasoning;
            turn.finish = ended.finish;
            turn.sources = ended.sources;
            turn.citations = ended.citations;
            turn.reason = ended.reason;
            turn.usage = ended.usage;
        }
        _ => {}
    }
}
