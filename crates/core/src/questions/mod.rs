//! Questions: what a session needs to know from a person, or from another program, before it can continue.

mod events;
pub(crate) mod rules;
pub mod schema;
mod state;

use serde_json::Value;

pub use events::{QuestionAnswered, QuestionAsked, QuestionClosed};
pub use rules::approval_schema;
pub use state::{Asker, Question, QuestionKind, QuestionStatus, Questions};

use crate::session::access;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};
use crate::values::{QuestionId, Span};

/// A question that is to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct AskQuestion {
    /// Its id. Asked again under the same id, it is the same question. Absent: a fresh one.
    pub id: Option<QuestionId>,
    /// What kind of answer it needs.
    pub kind: QuestionKind,
    /// What is asked.
    pub text: String,
    /// The facts for an answer, such as the arguments of the call to approve.
    pub details: Option<Value>,
    /// The JSON schema of the answer; any JSON when absent. An approval has its own.
    pub schema: Option<Value>,
    /// For what it is asked.
    pub asker: Asker,
    /// The only answerers: names of keys, and ids of agents. Empty: everybody who commands the session.
    pub answerers: Vec<String>,
    /// How long it waits.
    pub timeout: Option<Span>,
    /// The answer when nobody gave one in time.
    pub default: Option<Value>,
}

/// What can be asked of questions.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// Ask one.
    Ask(Box<AskQuestion>),
    /// Answer one.
    Answer {
        /// Which.
        question: QuestionId,
        /// The answer.
        answer: Value,
    },
    /// Take one back: nobody needs its answer any more.
    Withdraw {
        /// Which.
        question: QuestionId,
        /// Why.
        reason: Option<String>,
    },
    /// A timer: its time ran out.
    Deadline {
        /// Which.
        question: QuestionId,
    },
}

/// The facet.
pub(crate) enum Asking {}

impl Facet for Asking {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Ask(_) => Ok(()),
            Command::Answer { question, .. } => rules::may_answer(principal, session, question),
            Command::Withdraw { question, .. } => rules::may_withdraw(principal, session, question),
            Command::Deadline { .. } => access::timers_alone(principal, session),
        }
    }

    fn is_timer(command: &Command) -> bool {
        matches!(command, Command::Deadline { .. })
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::Ask(ask) => {
                let question_id = rules::ask(draft, *ask)?;
                return Ok(Receipt::Question { question_id });
            }
            Command::Answer { question, answer } => rules::answer(draft, question, answer)?,
            Command::Withdraw { question, reason } => rules::withdraw(draft, question, reason)?,
            Command::Deadline { question } => rules::deadline(draft, question)?,
        }
        Ok(Receipt::Nothing)
    }
}
