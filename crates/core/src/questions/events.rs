//! The events of questions.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::check::Checks;
use crate::values::json::{json_bytes, present};
use crate::values::{QuestionId, Timestamp};

use super::rules::{check_answer_size, check_asked};
use super::{Asker, Question, QuestionKind, QuestionStatus};

/// A question was asked. Under the id of a withdrawn question, that question is open again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct QuestionAsked {
    /// The question's id.
    pub question_id: QuestionId,
    /// `input` or `approval`.
    pub kind: QuestionKind,
    /// The text of the question.
    pub text: String,
    /// The facts for an answer.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// The JSON schema of the answer.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// The call, task or step that asks; absent if the session as a whole does.
    #[serde(default, skip_serializing_if = "Asker::is_session")]
    pub asker: Asker,
    /// The only answerers: names of keys, and ids of agents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answerers: Vec<String>,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The answer if it expires.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Whether the plan asks it, and its step waits for the answer; false if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_plan: bool,
}

/// A question was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct QuestionAnswered {
    /// The question's id.
    pub question_id: QuestionId,
    /// The answer.
    pub answer: Value,
}

/// A question was closed without an answer. The end of a session closes its open questions without this event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct QuestionClosed {
    /// The question's id.
    pub question_id: QuestionId,
    /// `expired`: its answer is now its default, if it has one. `withdrawn`: nobody needs its answer any more.
    pub status: QuestionStatus,
    /// Why it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl QuestionAsked {
    /// What it holds.
    pub(crate) fn bytes(&self) -> u64 {
        let values = [&self.details, &self.schema, &self.default].into_iter().flatten();
        let names = self.answerers.iter().map(String::len).sum::<usize>();
        (self.text.len() + names + values.map(json_bytes).sum::<usize>()) as u64
    }
}

impl Payload for QuestionAsked {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        let present = session.questions.all.get(&self.question_id);
        if present.is_some_and(|question| question.status != QuestionStatus::Withdrawn) {
            return Err("the question was asked before".to_owned());
        }
        session.questions.ask(Question {
            asked: self.clone(),
            asked_by: at.actor.to_owned(),
            asked_at: at.time,
            seq: at.seq,
            status: QuestionStatus::Open,
            answer: None,
            closed_by: None,
            closed_at: None,
            reason: None,
        });
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        check_asked(self)
    }
}

impl Payload for QuestionAnswered {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        close(session, &self.question_id, at, |question| {
            question.status = QuestionStatus::Answered;
            question.answer = Some(self.answer.clone());
        })
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        check_answer_size("/answer", &self.answer)
    }
}

impl Payload for QuestionClosed {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        if !matches!(self.status, QuestionStatus::Expired | QuestionStatus::Withdrawn) {
            return Err(format!("a question is not closed as {}", self.status));
        }
        close(session, &self.question_id, at, |question| {
            question.status = self.status;
            question.reason = self.reason.clone();
            if self.status == QuestionStatus::Expired {
                question.answer = question.asked.default.clone();
            }
        })
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        let mut checks = Checks::default();
        checks.name_if_any("/reason", self.reason.as_ref());
        Ok(checks.done()?)
    }
}

fn close(
    session: &mut Session,
    id: &QuestionId,
    at: At<'_>,
    change: impl FnOnce(&mut Question),
) -> Result<(), String> {
    let closed = session.questions.close(id, |question| {
        question.closed_by = Some(at.actor.to_owned());
        question.closed_at = Some(at.time);
        change(question);
    });
    if closed { Ok(()) } else { Err("the question is not open".to_owned()) }
}
