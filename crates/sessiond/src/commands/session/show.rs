//! `sessiond session show` and `summary`.

use clap::Args;
use serde_json::json;
use sessiond_api::{ListSessionQuestions, ListTasks, Participant, Question, Session, Step};
use sessiond_client::Client;
use sessiond_core::{QuestionStatus, Status};

use super::state;
use crate::commands::One;
use crate::commands::task::table as task_table;
use crate::output::{Column, Details, Noun, Output, Table, cells};

/// How many lines of a summary are shown beside everything else.
const SUMMARY_LINES: usize = 10;

/// Show a session: its open questions, its plan, its participants, its tasks and its outcome
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session show sess_0198f3
  sessiond session show sess_0198f3 --context
  sessiond session show sess_0198f3 --json | jq .shared_context")]
pub struct Show {
    /// Show the shared context too
    #[arg(long)]
    context: bool,
    #[command(flatten)]
    one: One,
}

impl Show {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let session = self.one.view(client).await?;
        let id = session.session_id.clone();
        let tasks = client.session_tasks(&id, ListTasks::default()).await?;
        let mut open = Vec::new();
        if session.status == Status::Active && session.open_questions > 0 {
            let query = ListSessionQuestions {
                status: Some(QuestionStatus::Open),
                ..ListSessionQuestions::default()
            };
            open = client.session_questions(&id, query).await?.questions;
        }
        out.thing(&session, &session.session_id, |out| {
            head(out, &session)?;
            section(out, &questions(out, &open))?;
            let plan = session.workflow.as_ref().map_or(&[][..], |workflow| &workflow.steps);
            section(out, &steps(out, plan))?;
            section(out, &participants(out, &session.participants))?;
            section(out, &task_table(*out, &tasks.tasks, false))?;
            if tasks.next_cursor.is_some() {
                eprintln!("More tasks: sessiond task list --session {id}");
            }
            if self.context {
                out.title("Shared context")?;
                let text = serde_json::to_string_pretty(&session.shared_context)?;
                out.text(&(crate::output::printable_json(&text) + "\n"))?;
            }
            outcome(out, &session)
        })
    }
}

/// A table after an empty line, if it has any rows.
fn section(out: &Output, table: &Table) -> std::io::Result<()> {
    if table.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.table(table)
}

fn outcome(out: &Output, session: &Session) -> std::io::Result<()> {
    let Some(outcome) = &session.outcome else { return Ok(()) };
    out.title("Outcome")?;
    for text in [&outcome.reason, &outcome.details, &outcome.summary].into_iter().flatten() {
        beginning(out, text, &session.session_id)?;
    }
    for artifact in &outcome.artifacts {
        out.line(format_args!("artifact: {artifact}"))?;
    }
    Ok(())
}

/// The first lines of a text; a summary may fill several screens.
fn beginning(out: &Output, text: &str, id: &sessiond_core::SessionId) -> std::io::Result<()> {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    for line in lines.iter().take(SUMMARY_LINES) {
        out.paragraph(line)?;
    }
    if lines.len() > SUMMARY_LINES {
        out.line(format_args!(
            "… {} lines more: sessiond session summary {id}",
            lines.len() - SUMMARY_LINES
        ))?;
    }
    Ok(())
}

fn head(out: &Output, session: &Session) -> std::io::Result<()> {
    let mut details = Details::new();
    details.row("session", &session.session_id);
    details.some("name", session.name.as_ref());
    details.row("kind", session.kind);
    details.row("status", out.state(Noun::Session, state(session.status, session.open_questions)));
    details.row("revision", session.revision);
    details.row("owner", &session.owner);
    details.some("orchestrator", session.orchestrator.as_ref());
    details.some("parent", session.parent.as_ref());
    let fork =
        |point: &sessiond_core::ForkPoint| format!("{} at revision {}", point.session_id, point.revision);
    details.some("forked from", session.forked_from.as_ref().map(fork));
    details.some("imported from", session.imported_from.as_ref().map(fork));
    let labels: Vec<String> = session.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    details.some("labels", (!labels.is_empty()).then(|| labels.join(" ")));
    details.row("began", out.time(session.created_at));
    details.row("changed", out.time(session.updated_at));
    details.some("ended", session.ended_at.map(|at| out.time(at)));
    details.some("expires", session.expires_at.map(|at| out.time(at)));
    out.details(&details)
}

fn questions(out: &Output, questions: &[Question]) -> Table {
    let mut table = Table::new([
        Column::id("OPEN QUESTION"),
        Column::word("KIND"),
        Column::word("ASKED"),
        Column::word("DEADLINE"),
        Column::text("TEXT").kept(),
    ]);
    for question in questions {
        table.row(cells![
            &question.question_id,
            question.kind,
            out.time(question.asked_at),
            out.time_or(question.deadline, "none"),
            &question.text,
        ]);
    }
    table
}

/// The steps of a plan as a table.
pub fn steps(out: &Output, steps: &[Step]) -> Table {
    let mut table = Table::new([
        Column::id("STEP"),
        Column::word("STATUS").kept(),
        Column::ids("AGENTS"),
        Column::text("AFTER"),
        Column::text("REASON"),
        Column::text("DESCRIPTION").wide(),
    ]);
    for step in steps {
        let agents: Vec<&str> = step.required_agents.iter().map(AsRef::as_ref).collect();
        table.row(cells![
            &step.name,
            out.state(Noun::Step, step.status),
            agents.join(" "),
            step.dependencies.join(" "),
            step.reason.as_deref().unwrap_or_default(),
            step.description.as_deref().unwrap_or_default(),
        ]);
    }
    table
}

/// The participants of a session as a table.
pub fn participants(out: &Output, participants: &[Participant]) -> Table {
    let mut table = Table::new([
        Column::id("PARTICIPANT"),
        Column::text("ROLE"),
        Column::word("STATUS").kept(),
        Column::word("JOINED"),
        Column::text("FRAMEWORK").wide(),
        Column::word("LEFT").wide(),
        Column::text("LEASE").wide(),
    ]);
    for participant in participants {
        table.row(cells![
            &participant.agent_id,
            &participant.role,
            out.state(Noun::Participant, participant.status),
            out.time(participant.join_time),
            &participant.framework,
            out.time_or(participant.leave_time, "-"),
            participant.lease.as_ref().map_or("-", |lease| lease.holder.as_str()),
        ]);
    }
    table
}

/// Print the executive summary, in Markdown
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond session summary sess_0198f3 > summary.md")]
pub struct Summary {
    #[command(flatten)]
    one: One,
}

impl Summary {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.find(client).await?;
        let summary = client.summary(&id).await?;
        out.thing(&json!({ "session_id": id, "summary": summary }), &id, |out| {
            out.lines_of(summary.trim_end())
        })
    }
}
