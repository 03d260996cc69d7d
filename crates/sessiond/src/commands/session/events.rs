//! `sessiond session events`, and events in words.

use clap::Args;
use serde_json::{Value, json};
use sessiond_api::{Event, EventBody, ListEvents};
use sessiond_client::Client;
use sessiond_core::{ContextUpdated, SessionCompleted, SessionFailed, SessionTerminated};

use crate::commands::One;
use crate::output::{Column, Output, Table, cells, printable};

/// Rows of a page when all are read.
const PAGE: usize = 1000;

/// List a session's events, oldest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session events sess_0198f3
  sessiond session events sess_0198f3 --after 120 --limit 20
  sessiond session events sess_0198f3 --type task_updated --json | jq '.events[].data'")]
pub struct Events {
    /// Only events after this one
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,
    /// Only events of this type, such as task_updated; repeatable
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Maximum number of events that are read
    #[arg(long, value_name = "COUNT", default_value_t = 100, conflicts_with = "all")]
    limit: usize,
    /// Read all pages
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    one: One,
}

impl Events {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.find(client).await?;
        let limit = Some(if self.all { PAGE } else { self.limit });
        let mut page = client.events(&id, ListEvents { after: Some(self.after), limit }).await?;
        while self.all
            && let Some(after) = page.next_cursor.take()
        {
            let next = client.events(&id, ListEvents { after: Some(after), limit }).await?;
            page.events.extend(next.events);
            page.next_cursor = next.next_cursor;
        }
        page.events.retain(|event| self.types.is_empty() || self.types.contains(&event.kind));
        let mut table = Table::new([
            Column::word("SEQ"),
            Column::word("TIME"),
            Column::word("TYPE").kept(),
            Column::text("ACTOR").wide(),
            Column::text("WHAT").kept(),
        ]);
        for event in &page.events {
            table.row(cells![event.seq, out.time(event.time), &event.kind, &event.actor, said(event)]);
        }
        out.list(&page, &table, "no events")?;
        out.more_after(page.next_cursor);
        Ok(())
    }
}

/// What an event says beside its type.
fn said(event: &Event) -> String {
    let words = match event.body() {
        Ok(body) => words(&body),
        // A newer server's event, whose type is all that is known of it.
        Err(_) => String::new(),
    };
    if words.is_empty() { format!("by {}", event.actor) } else { words }
}

/// Characters that the type of an event has, with two blanks.
const TYPE: usize = 24;

/// An event in one line.
pub fn describe(event: &Event) -> String {
    printable(format!("{:<TYPE$}{}", event.kind, said(event)).trim_end())
}

/// What an event says, in a few words; none where its type says it all.
fn words(body: &EventBody) -> String {
    match body {
        EventBody::SessionCreated(_)
        | EventBody::SessionExpired(_)
        | EventBody::SessionRetried(_)
        | EventBody::TokenIssued(_) => String::new(),
        EventBody::SessionUpdated(event) => {
            let name = event.name.as_ref().map(|name| format!("name {name}"));
            let labels = event.labels.as_ref().map(|labels| format!("{} labels", labels.len()));
            let expiry = event.expires_at.map(|at| format!("expires at {at}"));
            name.into_iter().chain(labels).chain(expiry).collect::<Vec<_>>().join(", ")
        }
        EventBody::SessionForked(event) => {
            format!("from {} at revision {}", event.from.session_id, event.from.revision)
        }
        EventBody::SessionImported(event) => {
            format!("from {} at revision {}", event.from.session_id, event.from.revision)
        }
        EventBody::SessionCompleted(SessionCompleted { outcome })
        | EventBody::SessionTerminated(SessionTerminated { outcome })
        | EventBody::SessionFailed(SessionFailed { outcome }) => {
            let said = [&outcome.reason, &outcome.details, &outcome.summary].into_iter().flatten().next();
            said.and_then(|text| text.lines().next()).unwrap_or_default().to_owned()
        }
        EventBody::ParticipantAdded(event) => format!("{} as {}", event.agent_id, event.role),
        EventBody::ParticipantRemoved(event) => event.agent_id.to_string(),
        EventBody::LeaseClaimed(event) => format!("{} by {}", event.agent_id, event.holder),
        EventBody::LeaseReleased(event) => event.agent_id.to_string(),
        EventBody::LeaseExpired(event) => event.agent_id.to_string(),
        EventBody::WorkflowUpdated(event) => {
            event.steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>().join(", ")
        }
        EventBody::WorkflowAdvanced(event) => {
            let steps = event.steps.iter().map(|step| format!("{} {}", step.name, step.status));
            steps.collect::<Vec<_>>().join(", ")
        }
        EventBody::ContextUpdated(event) => short(&Value::String(context_change(event)), 80),
        EventBody::TaskDelegated(event) => {
            let step = event.step.as_ref().map_or(String::new(), |step| format!(" in {step}"));
            format!("{} to {}{step} ({})", event.task_type, event.delegatee, event.task_id)
        }
        EventBody::TaskUpdated(event) => {
            let detail = event.progress.as_ref().or(event.error.as_deref());
            let detail = detail.map_or(String::new(), |value| format!(": {}", short(value, 80)));
            format!("{} by {}{detail}", event.status, event.assignee)
        }
        EventBody::MessageSent(event) => {
            format!("{} from {} to {}", event.message_type, event.sender, event.recipient)
        }
        EventBody::ExecutionBegan(event) => format!("{} is writer {}", event.process, event.writer),
        EventBody::ExecutionInterrupted(event) => {
            let why = if event.expired { "has not renewed its lease" } else { "has left the execution" };
            format!("writer {} {why}", event.writer)
        }
        EventBody::ExecutionContinued(event) => format!("writer {} continues", event.writer),
        EventBody::QuestionAsked(event) => {
            format!("{} ({})", short(&json!(event.text), 80), event.question_id)
        }
        EventBody::QuestionAnswered(event) => format!("{}: {}", event.question_id, short(&event.answer, 80)),
        EventBody::QuestionClosed(event) => format!("{} is {}", event.question_id, event.status),
        EventBody::SignalSent(event) => format!("{}: {}", event.name, short(&event.value, 80)),
        EventBody::AssistantSet(event) => event.assistant.model.clone().unwrap_or_default(),
        EventBody::TurnQueued(event) => format!("{} ({})", short(&json!(event.text), 80), event.turn_id),
        EventBody::TurnBegan(event) => event.turn_id.to_string(),
        EventBody::TurnProgressed(event) => format!("{}: {} bytes", event.turn_id, event.text.len()),
        EventBody::ToolCalled(event) => format!("{} {}", event.name, short(&json!(event.arguments), 80)),
        EventBody::ToolAnswered(event) => {
            format!("call {} is {}: {}", event.number, event.status, short(&json!(event.text), 80))
        }
        EventBody::TurnEnded(event) => {
            let said = event.reason.as_ref().unwrap_or(&event.text);
            format!("{} is {}: {}", event.turn_id, event.status, short(&json!(said), 80))
        }
        EventBody::HeadMoved(event) => match &event.turn_id {
            Some(turn) => turn.to_string(),
            None => "to the beginning".to_owned(),
        },
        EventBody::ConversationCompacted(event) => {
            let said = event.text.as_deref().unwrap_or("left out");
            format!("through {}: {}", event.through, short(&json!(said), 80))
        }
        EventBody::ConversationCleared(_) => String::new(),
        EventBody::FileAdded(event) => format!("{} ({})", short(&json!(event.name), 80), event.file_id),
        EventBody::FilesRemoved(event) => {
            event.file_ids.iter().map(|file| file.as_str()).collect::<Vec<_>>().join(", ")
        }
        EventBody::CallsRecorded(event) => {
            let began = event.calls.iter().filter(|entry| entry.began.is_some()).count();
            let ended = event.calls.iter().filter(|entry| entry.ended.is_some()).count();
            format!("{began} began, {ended} ended")
        }
    }
}

/// What a change of the shared context says: the patch, the document, or the members that were written.
pub fn context_change(event: &ContextUpdated) -> String {
    let changed = event.patch.as_ref().or(event.document.as_ref());
    let written = event.writes.iter().flatten().map(|write| match &write.value {
        Some(value) => format!("{} = {value}", write.key),
        None => format!("{} removed", write.key),
    });
    changed.map_or_else(|| written.collect::<Vec<_>>().join(", "), |value| format!("{value}"))
}

/// A value on one line, cut where it is too long.
pub fn short(value: &Value, most: usize) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let mut short: String = text.chars().take(most).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use sessiond_core::Json;

    use super::*;

    fn event(kind: &str, data: Value) -> Event {
        Event {
            seq: 1,
            time: Default::default(),
            kind: kind.into(),
            actor: "local".into(),
            data: Json::from(&data),
        }
    }

    #[test]
    fn an_event_is_one_line_without_control_characters() {
        let update = json!({ "task_id": "t", "status": "in_progress", "assignee": "a://b", "attempt": 1,
            "progress": "half\u{1b}[2J\nway" });
        assert_eq!(
            describe(&event("task_updated", update)),
            "task_updated            in_progress by a://b: half [2J way"
        );
        let steps =
            json!([{ "name": "design", "status": "completed" }, { "name": "build", "status": "active" }]);
        let advanced = json!({ "steps": steps, "current_step": "build" });
        assert_eq!(
            describe(&event("workflow_advanced", advanced)),
            "workflow_advanced       design completed, build active"
        );
        let began = json!({ "writer": 2, "process": "host:17" });
        assert_eq!(describe(&event("execution_began", began)), "execution_began         host:17 is writer 2");
        let entry = json!({ "call": 1, "node": "A", "position": 0, "key": "9f", "began_us": 1 });
        let calls = json!({ "writer": 2, "batch": 1, "calls": [entry, { "call": 2, "status": "completed", "ended_us": 2 }] });
        assert_eq!(describe(&event("calls_recorded", calls)), "calls_recorded          1 began, 1 ended");
        assert!(EventBody::KINDS.iter().all(|kind| kind.len() + 2 <= TYPE), "each has two blanks behind it");
        assert_eq!(describe(&event("of_a_newer_server", json!({}))), "of_a_newer_server       by local");
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(short(&json!("äöü"), 2), "äö…");
        assert_eq!(short(&json!({ "a": 1 }), 80), r#"{"a":1}"#);
    }
}
