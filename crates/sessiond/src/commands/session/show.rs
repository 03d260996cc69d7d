//! `sessiond session show` and `summary`.

use clap::Args;
use serde_json::json;
use sessiond_api::{ListSessionQuestions, ListTasks, Question, Session, Task};
use sessiond_client::Client;
use sessiond_core::{QuestionStatus, Status};

use super::{One, short, state};
use crate::output::{Cell, Output, printable, time};

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
    pub one: One,
}

impl Show {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let session = client.session(&self.one.id).await?;
        if out.json {
            return out.json(&session);
        }
        let tasks = client.session_tasks(&self.one.id, ListTasks::default()).await?;
        head(out, &session)?;
        if session.status == Status::Active && session.open_questions > 0 {
            let open = ListSessionQuestions {
                status: Some(QuestionStatus::Open),
                ..ListSessionQuestions::default()
            };
            questions(out, &client.session_questions(&self.one.id, open).await?.questions)?;
        }
        steps(out, &session)?;
        participants(out, &session)?;
        task_rows(out, &tasks.tasks)?;
        if tasks.next_cursor.is_some() {
            eprintln!(
                "there are more tasks than these; --url and GET /sessions/{}/tasks show all",
                self.one.id
            );
        }
        if self.context {
            out.line("\nShared context")?;
            out.json(&session.shared_context)?;
        }
        if let Some(outcome) = &session.outcome {
            out.line("\nOutcome")?;
            for text in [&outcome.reason, &outcome.details, &outcome.summary].into_iter().flatten() {
                beginning(out, text, &self.one.id)?;
            }
            for artifact in &outcome.artifacts {
                out.line(format_args!("artifact: {}", printable(artifact)))?;
            }
        }
        Ok(())
    }
}

/// The first lines of a text; a summary may fill several screens.
fn beginning(out: Output, text: &str, id: &sessiond_core::SessionId) -> std::io::Result<()> {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    for line in lines.iter().take(SUMMARY_LINES) {
        out.line(printable(line))?;
    }
    if lines.len() > SUMMARY_LINES {
        out.line(format_args!(
            "… {} lines more: sessiond session summary {id}",
            lines.len() - SUMMARY_LINES
        ))?;
    }
    Ok(())
}

fn head(out: Output, session: &Session) -> std::io::Result<()> {
    let mut table = out.table(&[]);
    let mut row = |name: &str, value: Cell| {
        table.add_row([name.into(), value]);
    };
    row("session", session.session_id.as_str().into());
    if let Some(name) = &session.name {
        row("name", name.into());
    }
    row("kind", session.kind.to_string().into());
    row("status", out.state(state(session.status, session.open_questions)));
    row("revision", session.revision.to_string().into());
    row("owner", session.owner.as_str().into());
    if let Some(orchestrator) = &session.orchestrator {
        row("orchestrator", orchestrator.as_str().into());
    }
    if !session.labels.is_empty() {
        let labels: Vec<String> =
            session.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        row("labels", labels.join(" ").into());
    }
    row("began", time(session.created_at).into());
    row("changed", time(session.updated_at).into());
    if let Some(ended) = session.ended_at {
        row("ended", time(ended).into());
    }
    if let Some(expires) = session.expires_at {
        row("expires", time(expires).into());
    }
    out.print(&mut table)
}

fn questions(out: Output, questions: &[Question]) -> std::io::Result<()> {
    out.line("")?;
    let mut table = out.table(&["OPEN QUESTION", "KIND", "ASKED", "DEADLINE", "TEXT"]);
    for question in questions {
        table.add_row([
            question.question_id.to_string(),
            question.kind.to_string(),
            time(question.asked_at),
            question.deadline.map_or_else(|| "none".to_owned(), time),
            short(&json!(question.text), 60),
        ]);
    }
    out.print(&mut table)
}

fn steps(out: Output, session: &Session) -> std::io::Result<()> {
    let Some(workflow) = session.workflow.as_ref().filter(|workflow| !workflow.steps.is_empty()) else {
        return Ok(());
    };
    out.line("")?;
    let mut table = out.table(&["STEP", "STATUS", "AGENTS", "AFTER", "REASON"]);
    for step in &workflow.steps {
        let agents: Vec<&str> = step.required_agents.iter().map(AsRef::as_ref).collect();
        table.add_row([
            step.name.as_str().into(),
            out.state(step.status),
            agents.join(" ").into(),
            step.dependencies.join(" ").into(),
            step.reason.clone().unwrap_or_default().into(),
        ]);
    }
    out.print(&mut table)
}

fn participants(out: Output, session: &Session) -> std::io::Result<()> {
    if session.participants.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let mut table = out.table(&["PARTICIPANT", "ROLE", "STATUS", "JOINED"]);
    for participant in &session.participants {
        table.add_row([
            participant.agent_id.as_str().into(),
            participant.role.as_str().into(),
            out.state(participant.status),
            time(participant.join_time).into(),
        ]);
    }
    out.print(&mut table)
}

fn task_rows(out: Output, tasks: &[Task]) -> std::io::Result<()> {
    if tasks.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let mut table = out.table(&["TASK", "KIND", "STEP", "AGENT", "STATUS", "ATTEMPT", "CHANGED"]);
    for task in tasks {
        table.add_row([
            task.task_id.as_str().into(),
            task.task_type.as_str().into(),
            task.step.as_deref().unwrap_or("-").into(),
            task.assignee.as_str().into(),
            out.state(task.status),
            task.attempt.to_string().into(),
            time(task.updated_at).into(),
        ]);
    }
    out.print(&mut table)
}

/// Print the executive summary, in Markdown
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond session summary sess_0198f3 > summary.md")]
pub struct Summary {
    #[command(flatten)]
    pub one: One,
}

impl Summary {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let summary = client.summary(&self.one.id).await?;
        if out.json {
            return out.json(&json!({ "session_id": self.one.id, "summary": summary }));
        }
        for line in summary.trim_end().lines() {
            out.line(printable(line))?;
        }
        Ok(())
    }
}
