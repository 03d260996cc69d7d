//! `sessiond session watch`.

use std::fmt::Write as _;

use clap::Args;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use sessiond_api::Event;
use sessiond_client::{Client, WatchItem};

use super::One;
use crate::output::Output;

/// Print a session's events as they happen, until it ends
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session watch sess_0198f3              from now on
  sessiond session watch sess_0198f3 --after 0    from its beginning
  sessiond session watch sess_0198f3 --json       one JSON document a line")]
pub struct Watch {
    /// Begin after this event; 0 is from the beginning
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
    #[command(flatten)]
    pub one: One,
}

impl Watch {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let mut watch = client.watch(&self.one.id, self.after).await?;
        while let Some(item) = watch.next().await {
            match item? {
                WatchItem::Snapshot(session) if out.json => {
                    out.json_line(&json!({ "snapshot": session }))?;
                }
                WatchItem::Snapshot(session) => {
                    let name = session.name.as_deref().unwrap_or("no name");
                    out.line(format_args!(
                        "{} ({name}) is {} at revision {}",
                        session.session_id, session.status, session.revision
                    ))?;
                }
                WatchItem::Event(event) if out.json => out.json_line(&event)?,
                WatchItem::Event(event) => {
                    let time = event.time.to_string();
                    let clock = time.get(11..23).unwrap_or(&time);
                    out.line(format_args!("{:>6}  {clock}  {}", event.seq, describe(&event)))?;
                }
                WatchItem::Gap { after, first } if out.json => {
                    out.json_line(&json!({ "gap": { "after": after, "first": first } }))?;
                }
                WatchItem::Gap { after, first } => {
                    out.line(format_args!(
                        "events {} to {} are no longer kept",
                        after + 1,
                        first.saturating_sub(1)
                    ))?;
                }
            }
        }
        Ok(())
    }
}

/// An event in one line.
fn describe(event: &Event) -> String {
    let data = &event.data;
    let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut line = format!("{:<20}", event.kind);
    // Writing to a String cannot fail.
    let _ = match event.kind.as_str() {
        "task_delegated" => {
            let step =
                data.get("step").and_then(Value::as_str).map_or(String::new(), |step| format!(" in {step}"));
            write!(line, "{} to {}{step} ({})", text("task_type"), text("delegatee"), text("task_id"))
        }
        "task_updated" => {
            let detail = ["progress", "error"]
                .iter()
                .find_map(|name| data.get(*name).filter(|value| !value.is_null()))
                .map_or(String::new(), |value| format!(": {}", short(value, 80)));
            write!(line, "{} by {}{detail}", text("status"), text("assignee"))
        }
        "workflow_advanced" => {
            let steps: Vec<String> = data["steps"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|step| {
                    let part = |name: &str| step[name].as_str().unwrap_or_default().to_owned();
                    format!("{} {}", part("name"), part("status"))
                })
                .collect();
            line.push_str(&steps.join(", "));
            Ok(())
        }
        "participant_added" => write!(line, "{} as {}", text("agent_id"), text("role")),
        "participant_removed" | "lease_claimed" | "lease_released" | "lease_expired" => {
            line.push_str(text("agent_id"));
            Ok(())
        }
        "message_sent" => {
            write!(line, "{} from {} to {}", text("message_type"), text("sender"), text("recipient"))
        }
        "context_updated" => {
            let changed = data.get("patch").or(data.get("document")).unwrap_or(&Value::Null);
            line.push_str(&short(changed, 80));
            Ok(())
        }
        "session_completed" | "session_terminated" | "session_failed" => {
            let outcome = &data["outcome"];
            let said = ["reason", "details", "summary"].iter().find_map(|name| outcome[*name].as_str());
            let first = said.unwrap_or_default().lines().next().unwrap_or_default();
            line.push_str(first);
            Ok(())
        }
        _ => {
            write!(line, "by {}", event.actor)
        }
    };
    line.truncate(line.trim_end().len());
    printable(&line)
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

/// The same text without characters that would move a terminal's cursor: events hold what anybody wrote.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, data: Value) -> Event {
        Event { seq: 1, time: Default::default(), kind: kind.into(), actor: "local".into(), data }
    }

    #[test]
    fn an_event_is_one_line_without_control_characters() {
        let update = json!({ "task_id": "t", "status": "in_progress", "assignee": "a://b",
            "progress": "half\u{1b}[2J\nway" });
        assert_eq!(
            describe(&event("task_updated", update)),
            "task_updated        in_progress by a://b: half [2J way"
        );
        let advanced = json!({ "steps": [{ "name": "design", "status": "completed" }, { "name": "build", "status": "active" }] });
        assert_eq!(
            describe(&event("workflow_advanced", advanced)),
            "workflow_advanced   design completed, build active"
        );
        assert_eq!(describe(&event("of_a_newer_server", json!({}))), "of_a_newer_server   by local");
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(short(&json!("äöü"), 2), "äö…");
        assert_eq!(short(&json!({ "a": 1 }), 80), r#"{"a":1}"#);
    }
}
