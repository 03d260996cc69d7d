//! The conformance suite of the two clients: what holds for one must hold for the other.
//!
//! Each case is a function that takes a client on an empty store; the cases of a noun are in its file. `tests/clients.rs`
//! runs all of them with both clients.

pub mod agents;
pub mod aggregations;
pub mod calls;
pub mod events;
pub mod keys;
pub mod messages;
pub mod participants;
pub mod schedules;
pub mod server;
pub mod sessions;
pub mod tasks;
pub mod telemetry;
pub mod workflow;

use serde_json::{Value, json};
use sessiond_api::{self as api, Code, Problem};
use sessiond_client::Client;
use sessiond_core::{AgentId, SessionId};

/// The members of a request, written as JSON.
pub fn request<T: serde::de::DeserializeOwned>(json: Value) -> T {
    api::from_value(json).expect("the request is valid")
}

/// An agent's id.
pub fn agent(id: &str) -> AgentId {
    AgentId::parse(id).expect("the id is valid")
}

fn session_id(id: &str) -> SessionId {
    SessionId::parse(id).expect("the id is valid")
}

/// A session with a plan of three steps and an agent for each.
pub fn tutorial() -> api::CreateSession {
    request(json!({
        "orchestrator": "claude-code://orchestrator",
        "participants": [
            { "agent_id": "opencode://backend", "role": "implementer" },
            { "agent_id": "codex://frontend", "role": "implementer" },
            { "agent_id": "claude-code://qa", "role": "reviewer" }
        ],
        "workflow": [
            { "name": "design", "required_agents": ["claude-code://orchestrator"] },
            { "name": "implementation", "required_agents": ["opencode://backend", "codex://frontend"] },
            { "name": "review", "required_agents": ["claude-code://qa"] }
        ],
        "shared_context": { "project": "feature/notifications", "requirements": ["real-time updates", "audit logs"] }
    }))
}

pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> Code {
    result.expect_err("it is refused").code
}

async fn register(client: &Client, id: &str) {
    client
        .register_agent(request(json!({ "agent_descriptor": { "agent_id": id, "framework": "test" } })))
        .await
        .expect("the agent registers");
}

fn task_request(session: &SessionId, message_id: &str, to: &str) -> api::Message {
    request(json!({
        "message_id": message_id,
        "timestamp": "2025-02-02T11:00:00Z",
        "sender": { "agent_id": "claude-code://orchestrator", "framework": "claude-code", "session_id": session },
        "recipient": { "agent_id": to, "framework": "opencode" },
        "message_type": "task_request",
        "priority": "high",
        "payload": { "task_type": "implementation", "context": { "component": "notification-service" } },
        "routing": {
            "timeout": "300s",
            "retry_policy": { "max_retries": 1, "backoff": "linear" },
            "delivery_mode": "async"
        }
    }))
}
