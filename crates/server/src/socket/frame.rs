//! What goes over an agent's WebSocket.

use serde::Serialize;
use serde_json::Value;
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_core::{AgentId, Fence, MessageId, limits};
use sessiond_store::Delivery;

/// What an agent says.
#[derive(Debug)]
pub(super) enum Incoming {
    /// These are done.
    Ack(Vec<MessageId>),
    /// It lives.
    Heartbeat(api::Heartbeat),
    /// A message to another agent.
    Send(Box<api::Message>),
}

/// A frame that says nothing to act on.
#[derive(Debug)]
pub(super) struct Broken {
    /// What is wrong.
    pub(super) problem: Problem,
    /// The message that it is about, where the frame names one.
    pub(super) message_id: Option<String>,
}

fn broken(problem: Problem) -> Box<Broken> {
    Box::new(Broken { problem, message_id: None })
}

/// Reads a frame.
pub(super) fn read(text: &str) -> Result<Incoming, Box<Broken>> {
    let mut frame: Value = api::parse(text.as_bytes()).map_err(broken)?;
    let kind = frame.as_object_mut().and_then(|members| members.remove("type"));
    let (message, prefix) = match kind.as_ref().map(Value::as_str) {
        // A bare message is a frame too.
        None => (frame, ""),
        Some(Some("send")) => (frame.get_mut("message").map(Value::take).unwrap_or_default(), "/message"),
        Some(Some("ack")) => return ack(frame).map_err(broken),
        Some(Some("heartbeat")) => {
            return api::from_value(frame).map(Incoming::Heartbeat).map_err(broken);
        }
        Some(_) => {
            let detail = "a frame is an ack, a heartbeat, a send, or a message without `type`";
            return Err(broken(Problem::invalid("/type", detail)));
        }
    };
    let message_id = message.get("message_id").and_then(Value::as_str).map(str::to_owned);
    let message = api::from_value(message)
        .map_err(|problem| Box::new(Broken { problem: problem.under(prefix), message_id }))?;
    Ok(Incoming::Send(Box::new(message)))
}

fn ack(frame: Value) -> Result<Incoming, Problem> {
    let api::AckMessages { message_ids, .. } = api::from_value(frame)?;
    if message_ids.len() > limits::BATCH {
        let detail = format!("a frame acknowledges {} messages at most", limits::BATCH);
        return Err(Problem::invalid("/message_ids", detail));
    }
    Ok(Incoming::Ack(message_ids))
}

/// The first frame.
pub(super) fn connected(agent_id: &AgentId, fence: Fence) -> String {
    text(&api::Connected { kind: "connected".to_owned(), agent_id: agent_id.clone(), fence })
}

/// A message goes out as it lies in the store, with its attempt and the time when it was accepted.
pub(super) fn delivery(delivery: &Delivery) -> String {
    match delivery.body.trim_end().strip_suffix('}') {
        Some(members) => {
            let Delivery { attempt, accepted_at, .. } = delivery;
            format!("{members},\"attempt\":{attempt},\"accepted_at\":\"{accepted_at}\"}}")
        }
        None => delivery.body.to_string(),
    }
}

/// The answer to a message that was sent.
pub(super) fn sent(sent: &api::Sent) -> String {
    #[derive(Serialize)]
    struct Frame<'a> {
        r#type: &'static str,
        #[serde(flatten)]
        sent: &'a api::Sent,
    }
    text(&Frame { r#type: "sent", sent })
}

/// What went wrong with a frame.
pub(super) fn problem(problem: &Problem, message_id: Option<&str>) -> String {
    #[derive(Serialize)]
    struct Frame<'a> {
        r#type: &'static str,
        problem: &'a Problem,
        #[serde(skip_serializing_if = "Option::is_none")]
        message_id: Option<&'a str>,
    }
    text(&Frame { r#type: "problem", problem, message_id })
}

fn text(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).unwrap_or_else(|error| {
        tracing::error!(%error, "a frame cannot be written");
        "{\"type\":\"problem\"}".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = r#"{"message_id": "m1", "timestamp": "2025-02-02T11:00:00Z", "sender": {"agent_id": "a://b"},
        "recipient": {"agent_id": "c://d"}, "message_type": "status_update"}"#;

    #[test]
    fn a_message_may_come_alone_or_in_a_frame() {
        for frame in [MESSAGE.to_owned(), format!(r#"{{"type": "send", "message": {MESSAGE}}}"#)] {
            let Ok(Incoming::Send(message)) = read(&frame) else {
                panic!("{frame}");
            };
            assert_eq!(message.message_id.as_str(), "m1");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_the_place() {
        let pointer =
            |frame: &str| read(frame).unwrap_err().problem.errors.first().map(|error| error.pointer.clone());
        assert_eq!(pointer(r#"{"type": "dance"}"#).as_deref(), Some("/type"));
        assert_eq!(pointer(r#"{"type": 5}"#).as_deref(), Some("/type"));
        assert_eq!(
            pointer(r#"{"type": "ack", "message_ids": ["ok", "not ok"]}"#).as_deref(),
            Some("/message_ids/1")
        );
        let broken = MESSAGE.replace("a://b", "nobody");
        let broken = read(&format!(r#"{{"type": "send", "message": {broken}}}"#)).unwrap_err();
        assert_eq!(broken.problem.errors[0].pointer, "/message/sender/agent_id");
        assert_eq!(broken.message_id.as_deref(), Some("m1"));
        assert!(read("{").is_err());
        assert!(read("[]").is_err());
        assert!(read("null").is_err());
    }
}
