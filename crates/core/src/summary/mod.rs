//! The executive summary of a session, in Markdown: what came out of it, how it went, and what is left to do.

mod sections;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::Write;

use crate::{AgentId, Session, Status, StepStatus, TaskStatus, Timestamp, limits};

/// The longest summary, in bytes; each section has its share of it.
pub const BYTES: usize = 4 * limits::TEXT_BYTES;

/// The executive summary of a session, in Markdown (CommonMark with GitHub's tables), [`BYTES`] long at most.
///
/// It says what the session's state says: times are those of its events, and what came before a step was started anew
/// is told as such. What people and agents wrote is escaped, so that it cannot break a table or mark up anything; long
/// results are cut, with a note.
pub fn markdown(session: &Session) -> String {
    let mut page = String::new();
    let title = match &session.name {
        Some(name) => text::inline(name, 512),
        None => text::code(session.id.as_str(), 256),
    };
    let _ = writeln!(page, "# {title}\n\n{}", outcome(session));
    let outcome = session.outcome.as_ref();
    if let Some(details) = outcome.and_then(|outcome| outcome.details.as_ref()) {
        let _ = write!(page, "\n{}", text::quote(details, 8 * 1024));
    }
    if let Some(summary) =
        outcome.and_then(|outcome| outcome.summary.as_ref()).filter(|s| !s.trim().is_empty())
    {
        let _ = write!(page, "\n## Summary\n\n{}", text::quote(summary, 32 * 1024));
    }
    for section in sections::all(session) {
        page.push_str(&section);
    }
    page
}

/// The outcome in one paragraph.
fn outcome(session: &Session) -> String {
    let mut said = String::new();
    let reason = session.outcome.as_ref().and_then(|outcome| outcome.reason.as_deref());
    let reason = reason.map_or(String::new(), |reason| format!(": {}", text::inline(reason, 512)));
    let began = moment(session.created_at);
    let _ = match session.ended_at {
        None => {
            let last = text::span(session.updated_at.since(session.created_at));
            write!(said, "**Active** since {began}; the last change came {last} later.")
        }
        Some(ended) => {
            let word = match session.status {
                Status::Completed => "Completed",
                Status::Failed => "Failed",
                Status::Expired => "Expired",
                Status::Terminated | Status::Active => "Terminated",
            };
            let took = text::span(ended.since(session.created_at));
            write!(
                said,
                "**{word}** after {took}{reason}. It began at {began} and ended at {}.",
                moment(ended)
            )
        }
    };
    let agents = session.participants.len();
    let took_part = count(agents, "agent");
    let _ = match &session.orchestrator {
        Some(leader) => write!(said, " {took_part} took part, led by {}.", agent(leader)),
        None if agents > 0 => write!(said, " {took_part} took part."),
        None => Ok(()),
    };
    if let Some(workflow) = &session.workflow {
        let steps = workflow.steps.len();
        let complete = workflow.named(StepStatus::Completed).count();
        let are = if steps == 1 { "is" } else { "are" };
        let _ = write!(said, " {complete} of {} {are} complete.", count(steps, "step"));
    }
    if !session.tasks.is_empty() {
        let of = |status| session.tasks.values().filter(|task| task.status == status).count();
        let (all, completed) = (session.tasks.len(), of(TaskStatus::Completed));
        let _ = write!(said, " {completed} of {} completed", count(all, "task"));
        for (number, what) in [
            (of(TaskStatus::Failed) + of(TaskStatus::Timeout), "failed"),
            (of(TaskStatus::Cancelled), "cancelled"),
            (session.open_tasks().count(), "still open"),
        ] {
            if number > 0 {
                let _ = write!(said, ", {number} {what}");
            }
        }
        let attempts: usize = session.tasks.values().map(|task| sections::attempts(task)).sum();
        let failures: usize = session.tasks.values().map(|task| sections::failures(task).count()).sum();
        let _ = write!(said, "; {}", count(attempts, "attempt"));
        let _ = match failures {
            0 => write!(said, ", none of which failed."),
            _ => write!(said, ", {failures} of which failed."),
        };
    }
    let _ = write!(
        said,
        " Session {}, owner {}.",
        text::code(session.id.as_str(), 256),
        text::inline(&session.owner, 256)
    );
    said
}

fn moment(time: Timestamp) -> String {
    let text = time.to_string();
    // The time without its milliseconds; a timestamp is within the years of four digits.
    text.get(..19).map_or(text.clone(), |seconds| format!("{} UTC", seconds.replace('T', " ")))
}

fn agent(agent: &AgentId) -> String {
    text::code(agent.as_str(), 300)
}

fn count(number: impl TryInto<u64>, what: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
