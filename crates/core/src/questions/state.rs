//! What a session keeps of its questions.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lifecycle::Status;
use crate::session::facet_state::FacetState;
use crate::values::json::{json_bytes, present};
use crate::values::{Exceeded, Limit, QuestionId, Revision, TaskId, Timestamp};

use super::QuestionAsked;

/// A session's questions. Copies are cheap.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Questions {
    /// All of them, by their ids.
    pub all: OrdMap<QuestionId, Arc<Question>>,
    /// Those that wait for an answer.
    pub open: OrdSet<QuestionId>,
    /// What they hold together, as [`limits::QUESTIONS_BYTES`](crate::limits::QUESTIONS_BYTES) counts it.
    pub bytes: u64,
}

/// A question, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What was asked.
    pub asked: QuestionAsked,
    /// Who asked: a principal's or an agent's name.
    pub asked_by: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The number of the event that asked it.
    pub seq: Revision,
    /// Whether it waits for an answer.
    pub status: QuestionStatus,
    /// Its answer, or the default when its time ran out.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// Who answered or withdrew it.
    pub closed_by: Option<String>,
    /// When it was answered or closed.
    pub closed_at: Option<Timestamp>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
}

/// The kind of answer that a question needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum QuestionKind {
    /// Any JSON that keeps the question's schema.
    #[default]
    Input,
    /// An object with `approved`, a boolean, and maybe a `comment`.
    Approval,
}

/// Whether a question waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum QuestionStatus {
    /// It waits for an answer.
    Open,
    /// It was answered.
    Answered,
    /// Its time ran out; its answer is the default, if it has one.
    Expired,
    /// Nobody needs its answer any more.
    Withdrawn,
}

/// For what a question is asked: a call, a task or a step. None of them: the session as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Asker {
    /// The number of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<u64>,
    /// The task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
    /// The step's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

impl QuestionStatus {
    /// Its word on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Asker {
    /// Whether it is asked for the session as a whole.
    pub fn is_session(&self) -> bool {
        *self == Self::default()
    }
}

impl Question {
    /// Whether it waits for an answer.
    pub fn is_open(&self) -> bool {
        self.status == QuestionStatus::Open
    }
}

impl Questions {
    /// The questions, in the order in which they were asked.
    pub fn in_order(&self) -> Vec<&Arc<Question>> {
        let mut all: Vec<_> = self.all.values().collect();
        all.sort_by_key(|question| question.seq);
        all
    }

    /// Those that wait for an answer, in the order in which they were asked.
    pub fn open(&self) -> Vec<&Arc<Question>> {
        let mut open: Vec<_> = self.open.iter().filter_map(|id| self.all.get(id)).collect();
        open.sort_by_key(|question| question.seq);
        open
    }

    /// Adds one, in place of the one that had its id.
    pub(crate) fn ask(&mut self, question: Question) {
        let id = question.asked.question_id.clone();
        self.bytes += question.asked.bytes();
        self.open.insert(id.clone());
        if let Some(old) = self.all.insert(id, Arc::new(question)) {
            self.bytes = self.bytes.saturating_sub(old.bytes());
        }
    }

    /// Changes one that is open, and closes it. Answers whether there is one.
    pub(crate) fn close(&mut self, id: &QuestionId, change: impl FnOnce(&mut Question)) -> bool {
        if self.open.remove(id).is_none() {
            return false;
        }
        if let Some(question) = self.all.get_mut(id) {
            let question = Arc::make_mut(question);
            let before = question.bytes();
            change(question);
            self.bytes = (self.bytes + question.bytes()).saturating_sub(before);
        }
        true
    }

    /// Nobody waits for an answer any more.
    fn withdraw_all(&mut self, reason: &str) {
        for id in std::mem::take(&mut self.open) {
            if let Some(question) = self.all.get_mut(&id) {
                let question = Arc::make_mut(question);
                question.status = QuestionStatus::Withdrawn;
                question.reason = Some(reason.to_owned());
            }
        }
    }
}

impl Question {
    fn bytes(&self) -> u64 {
        self.asked.bytes() + self.answer.as_ref().map_or(0, |answer| json_bytes(answer) as u64)
    }
}

impl FacetState for Questions {
    fn on_end(&mut self, _: Status) {
        self.withdraw_all("the session ended");
    }

    fn on_fork(&mut self) {
        self.withdraw_all("it stays with the session that this one was forked from");
    }

    fn check(&self) -> Result<(), Exceeded> {
        self.check_counts()
    }

    fn check_counts(&self) -> Result<(), Exceeded> {
        Limit::Questions.allows(self.all.len())?;
        Limit::OpenQuestions.allows(self.open.len())?;
        if self.bytes > Limit::QuestionsBytes.most() { Err(Exceeded(Limit::QuestionsBytes)) } else { Ok(()) }
    }
}
