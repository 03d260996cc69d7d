//! `sessiond session questions` and `answer`.

use clap::Args;
use serde_json::{Value, json};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::{QuestionId, QuestionKind, QuestionStatus, SessionId};

use super::{Common, One, short};
use crate::commands::read_input;
use crate::output::{Output, time};

/// List the questions that wait for an answer
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session questions                  of all sessions
  sessiond session questions sess_0198f3      of one session
  sessiond session questions sess_0198f3 --all")]
pub struct Questions {
    /// The session's id [default: all sessions]
    #[arg(value_name = "SESSION")]
    id: Option<SessionId>,
    /// Also questions that are closed; of one session
    #[arg(long, requires = "id")]
    all: bool,
    /// Maximum number of rows
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Cursor of the next page
    #[arg(long)]
    cursor: Option<String>,
    #[command(flatten)]
    pub common: Common,
}

impl Questions {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let (limit, cursor) = (Some(self.limit), self.cursor);
        let page = match &self.id {
            Some(id) => {
                let status = (!self.all).then_some(QuestionStatus::Open);
                let query = api::ListSessionQuestions { status, limit, cursor };
                client.session_questions(id, query).await?
            }
            None => client.questions(api::ListQuestions { limit, cursor }).await?,
        };
        if out.json {
            return out.json(&page);
        }
        if page.questions.is_empty() {
            eprintln!("no questions in {}", client.location());
            return Ok(());
        }
        let mut table = out.table(&["SESSION", "QUESTION", "KIND", "STATUS", "ASKED", "TEXT", "ANSWER"]);
        for question in &page.questions {
            table.add_row([
                question.session_id.to_string(),
                question.question_id.to_string(),
                question.kind.to_string(),
                question.status.to_string(),
                time(question.asked_at),
                short(&json!(question.text), 60),
                question.answer.as_ref().map_or_else(String::new, |answer| short(answer, 40)),
            ]);
        }
        out.print(&mut table)?;
        if let Some(cursor) = &page.next_cursor {
            eprintln!("there are more: --cursor {cursor}");
        }
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
    pub one: One,
    /// The answer: JSON, @FILE, or - for standard input; anything that is not JSON is a text
    #[arg(value_name = "ANSWER", required_unless_present_any = ["approve", "reject"])]
    answer: Option<String>,
    /// The question's id [default: the only open question]
    #[arg(long, value_name = "QUESTION")]
    question: Option<QuestionId>,
    /// Approve
    #[arg(long, conflicts_with_all = ["reject", "answer"])]
    approve: bool,
    /// Reject
    #[arg(long, conflicts_with = "answer")]
    reject: bool,
    /// A comment for the approval or the rejection
    #[arg(long, value_name = "TEXT", conflicts_with = "answer")]
    comment: Option<String>,
}

impl Answer {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = &self.one.id;
        let question = match &self.question {
            Some(question) => client.question(id, question, api::GetQuestion::default()).await?,
            None => only_question(client, id).await?,
        };
        let answer = match &self.answer {
            Some(answer) => value(answer, &question)?,
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
        if out.json {
            return out.json(&question);
        }
        Ok(out.line(format_args!("{} is {}", question.question_id, question.status))?)
    }
}

/// The question of a session that has one open question.
async fn only_question(client: &Client, id: &SessionId) -> anyhow::Result<api::Question> {
    let query = api::ListSessionQuestions {
        status: Some(QuestionStatus::Open),
        limit: Some(2),
        ..api::ListSessionQuestions::default()
    };
    let mut questions = client.session_questions(id, query).await?.questions;
    match (questions.pop(), questions.is_empty()) {
        (Some(question), true) => Ok(question),
        (Some(_), false) => anyhow::bail!("{id} has several open questions: name one with --question"),
        (None, _) => anyhow::bail!("{id} has no open question"),
    }
}

/// An answer from the command line. Where a text is asked for, what is typed is that text, `42` too.
fn value(argument: &str, question: &api::Question) -> anyhow::Result<Value> {
    let text = match argument.strip_prefix('@') {
        Some(file) => read_input(file)?,
        None if argument == "-" => read_input("-")?,
        None => argument.to_owned(),
    };
    let wants_text = question.kind == QuestionKind::Input
        && question.schema.as_ref().is_some_and(|schema| schema["type"] == "string");
    let parsed = serde_json::from_str::<Value>(&text).ok();
    let parsed = parsed.filter(|value| !wants_text || value.is_string());
    Ok(parsed.unwrap_or_else(|| Value::String(text.trim_end_matches(['\r', '\n']).to_owned())))
}
