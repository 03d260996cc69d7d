//! Any message.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use sessiond_core::*;

use super::tasks::{AnyRequest, any_request, chosen, later};
use super::{Fixture, any_agent, any_json, name, span, step_name};

#[derive(Debug, Clone)]
pub struct AnyMessage {
    pub from: u8,
    pub to: u8,
    pub kind: u8,
    pub task: Option<Index>,
    pub by_request: bool,
    pub step: Option<u8>,
    pub payload: Value,
    pub request: AnyRequest,
}

pub fn any_message() -> impl Strategy<Value = AnyMessage> {
    let send = (
        (any_agent(), any_agent(), 0u8..5),
        prop::option::weighted(0.8, any::<Index>()),
        any::<bool>(),
        prop::option::weighted(0.2, 0u8..6),
        any_json(),
        any_request(),
    );
    send.prop_map(|((from, to, kind), task, by_request, step, payload, request)| AnyMessage {
        from,
        to,
        kind,
        task,
        by_request,
        step,
        payload,
        request,
    })
}

impl AnyMessage {
    pub fn build(self, fixture: &Fixture) -> Command {
        let Self { from, to, kind, task, by_request, step, payload, request } = self;
        let types = [
            MessageType::TaskRequest,
            MessageType::TaskResponse,
            MessageType::StatusUpdate,
            MessageType::Error,
            MessageType::Heartbeat,
        ];
        let message_type = types[usize::from(kind)];
        let task = task.as_ref().and_then(|index| chosen(fixture, index));
        let answers = task.filter(|_| message_type != MessageType::TaskRequest);
        let mut metadata = serde_json::Map::new();
        if let Some(step) = step {
            metadata.insert("step".into(), json!(step_name(step)));
        }
        if let Some(task) = answers.filter(|_| !by_request) {
            metadata.insert("task_id".into(), json!(task.id));
        }
        let sender = answers.filter(|_| from < 3).map_or(name(from), |task| task.assignee.clone());
        let asker = answers.and_then(|task| task.delegator.clone());
        let recipient = asker.filter(|_| to < 3).unwrap_or_else(|| name(to));
        Command::Messages(messages::Command::Send(Message {
            message_id: MessageId::parse(format!("m{}", fixture.nonce)).unwrap(),
            timestamp: Timestamp::from_millis(fixture.now),
            sender: Party::new(sender),
            recipient: Party::new(recipient),
            deliver_at: later(fixture, request.later),
            message_type,
            priority: Priority::Medium,
            payload,
            routing: Routing {
                timeout: span(request.timeout),
                retry_policy: request.policy(),
                fallback_agents: request.fallbacks(),
                ..Routing::default()
            },
            metadata,
            in_reply_to: answers.filter(|_| by_request).map(|task| task.message_id.clone()),
        }))
    }
}
