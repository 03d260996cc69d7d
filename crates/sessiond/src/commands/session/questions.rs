//! `sessiond session questions` and `answer`.

use clap::Args;
use serde_json::{Value, json};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::questions::schema;
use sessiond_core::{QuestionId, QuestionKind, QuestionStatus, SessionId};

use super::short;
use crate::commands::input::text_argument;
use crate::commands::{Common, One, Paging, complete, find};
use crate::output::{Column, Noun, Output, Table, cells};

/// List the questions that wait for an answer; with --all also the closed ones of a session
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session questions                  of all sessions
  sessiond session questions sess_0198f3      of one session
  sessiond session questions sess_0198f3 --all")]
pub struct Questions {
    /// The session's id, or the beginning of it [default: all sessions]
    #[arg(value_name = "SESSION", add = complete::sessions())]
    id: Option<SessionId>,
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    common: Common,
}

impl Questions {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let session = find::maybe_session(client, self.id.as_ref()).await?;
        let status = (!self.paging.all).then_some(QuestionStatus::Open);
        let read = async |limit, cursor| match &session {
            Some(id) => {
                client.session_questions(id, api::ListSessionQuestions { status, limit, cursor }).await
            }
            None => client.questions(api::ListQuestions { limit, cursor }).await,
        };
        let page = self.paging.read(read).await?;
        let mut table = Table::new([
            Column::id("QUESTION"),
            Column::id("SESSION").kept(),
            Column::word("KIND"),
            Column::word("STATUS"),
            Column::word("ASKED"),
            Column::text("TEXT").kept(),
            Column::text("ANSWER"),
        ]);
        for question in &page.questions {
            table.row(cells![
                &question.question_id,
                &question.session_id,
                question.kind,
                out.state(Noun::Question, question.status),
                out.time(question.asked_at),
                &question.text,
                question.answer.as_ref().map_or_else(String::new, |answer| short(answer, 200)),
            ]);
        }
        out.list(&page, &table, format_args!("no questions in {}", client.location()))?;
        out.more(page.next_cursor.as_ref());
        Ok(())
    }
}

/// Answer a question
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session answer sess_0198f3 --approve --comment 'go ahead'
  sessiond session answer sess_0198f3 eu-west-1
  sessiond session answer sess_0198f3 '{\"region\": \"eu\", \"count\": 3}' --question question_0198f4")]
pub struct Answer {
    #[command(flatten)]
    one: One,
    /// The answer: JSON, @FILE, or - for standard input; anything that is not JSON is a text
    #[arg(value_name = "ANSWER", required_unless_present_any = ["decision", "comment"])]
    answer: Option<String>,
    /// The question's id, or the beginning of it [default: the only open question]
    #[arg(long, value_name = "QUESTION")]
    question: Option<QuestionId>,
    /// Approve
    #[arg(long, group = "decision", conflicts_with = "answer")]
    approve: bool,
    /// Reject
    #[arg(long, group = "decision", conflicts_with = "answer")]
    reject: bool,
    /// A comment for the approval or the rejection
    #[arg(long, value_name = "TEXT", requires = "decision", conflicts_with = "answer")]
    comment: Option<String>,
}

impl Answer {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = &self.one.find(client).await?;
        let question = match &self.question {
            Some(typed) => find::question(client, id, typed).await?,
            None => only_question(client, id).await?,
        };
        let name = &question.question_id;
        let answer = match &self.answer {
            Some(answer) => {
                let answer = value(answer, &question)?;
                if question.kind == QuestionKind::Approval && !answer.is_object() {
                    anyhow::bail!("question {name} is an approval: answer it with --approve or --reject");
                }
                answer
            }
            None if question.kind != QuestionKind::Approval => {
                anyhow::bail!(
                    "question {name} is not an approval: give the answer itself, such as a text or JSON"
                );
            }
            None => {
                let mut answer = json!({ "approved": self.approve });
                if let Some(comment) = self.comment {
                    answer["comment"] = comment.into();
                }
                answer
            }
        };
        let request = api::AnswerQuestion { answer };
        let question =
            client.answer_question(id, &question.question_id, request, Conditions::default()).await?;
        let said = format!("{} is {}", question.question_id, question.status);
        out.done(&question, &question.question_id, said)
    }
}

/// The question of a session that has one open question.
async fn only_question(client: &Client, id: &SessionId) -> anyhow::Result<api::Question> {
    let query = api::ListSessionQuestions {
        status: Some(QuestionStatus::Open),
        limit: Some(sessiond_core::limits::OPEN_QUESTIONS),
        ..api::ListSessionQuestions::default()
    };
    let mut questions = client.session_questions(id, query).await?.questions;
    match (questions.pop(), questions.is_empty()) {
        (Some(question), true) => Ok(question),
        (Some(last), false) => {
            let names = questions.iter().chain([&last]).map(|question| question.question_id.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            anyhow::bail!("{id} has several open questions, {names}: name one with --question")
        }
        (None, _) => anyhow::bail!("{id} has no open question"),
    }
}

/// An answer from the command line.
fn value(argument: &str, question: &api::Question) -> anyhow::Result<Value> {
    Ok(schema::typed(question.schema.as_ref(), &text_argument(argument)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_json_unless_only_a_text_keeps_the_schema() {
        let question = |schema: Option<Value>| {
            let question = json!({ "question_id": "q", "session_id": "s", "kind": "input", "text": "?", "schema": schema,
                "status": "open", "asked_by": "local", "asked_at": "2026-01-01T00:00:00Z", "revision": 1 });
            serde_json::from_value::<api::Question>(question).unwrap()
        };
        let check = |schema: Option<Value>, typed: &str, expected: Value| {
            assert_eq!(value(typed, &question(schema.clone())).unwrap(), expected, "{schema:?} {typed}");
        };
        check(None, "42", json!(42));
        check(None, "two words", json!("two words"));
        check(Some(json!({ "type": "string" })), "42", json!("42"));
        check(Some(json!({ "type": "string" })), "\"eu\"", json!("eu"));
        check(Some(json!({ "enum": ["1", "2"] })), "1", json!("1"));
        check(Some(json!({ "enum": [1, "2"] })), "1", json!(1));
        check(Some(json!({ "type": ["string", "null"] })), "null", json!(null));
        check(Some(json!({ "type": "number" })), "many", json!("many"));
        check(Some(json!({ "type": "object" })), "3", json!(3));
    }
}
