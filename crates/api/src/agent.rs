//! Agents: registration and health.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sessiond_core::{AgentId, MessageId, SessionId, TaskId, Timestamp};
use utoipa::{IntoParams, ToSchema};

crate::operations::operations! {
    /// Registers an agent; the same registration again changes nothing.
    REGISTER_AGENT = Operation::post("/agents/register").agents().repeat(Repeat::Safe);
    /// Lists agents.
    LIST_AGENTS = Operation::get("/agents");
    /// Reads an agent.
    GET_AGENT = Operation::get("/agents/{agent_id}");
    /// Deletes an agent and its inbox.
    DELETE_AGENT = Operation::delete("/agents/{agent_id}").agents();
    /// Reports that an agent is alive.
    HEARTBEAT = Operation::post("/agents/{agent_id}/heartbeat").agents().repeat(Repeat::Safe);
}

/// Registers an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegisterAgent {
    /// Its identity and capabilities.
    pub agent_descriptor: AgentDescriptor,
    /// Where its health can be queried; stored for display only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_url: Option<String>,
    /// Where its state can be queried; stored for display only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_endpoint: Option<String>,
    /// The names of the keys that may take the agent into their sessions and write to it, or `*` for all. Keys that may act
    /// as the agent always may, and so may the key that registers it. Default: nobody else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_to: Vec<String>,
    /// How the agent authenticates the server: the secret that signs webhooks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
}

/// How an agent authenticates the server.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Authentication {
    /// The secret that signs webhooks, `whsec_` and base64 (Standard Webhooks). It is never returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub webhook_secret: Option<String>,
    /// Other members are accepted for compatibility and not stored.
    #[serde(flatten, skip_serializing)]
    #[schema(ignore)]
    pub other: Map<String, Value>,
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authentication(redacted)")
    }
}

/// An agent's identity and capabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentDescriptor {
    /// Its id.
    #[schema(example = "opencode://backend")]
    pub agent_id: AgentId,
    /// Its framework. Default: the part of its id before `://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
    /// Its capabilities: `input_types, output_types, languages, tools, model_preferences, performance_profile` and others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub capabilities: Option<Value>,
    /// Its endpoints. The server posts messages to the `http` endpoint, signed (Standard Webhooks).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
    /// `version, author, tags` and others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Value>,
}

/// An agent's endpoints.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Endpoints {
    /// The server posts messages here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://agents.example.com/inbox")]
    pub http: Option<String>,
    /// Stored for keys that may act as the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcp: Option<String>,
    /// Stored for keys that may act as the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub websocket: Option<String>,
}

/// A registered agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Registered {
    /// Always true; a failure is a problem.
    pub success: bool,
    /// The agent.
    pub agent_id: AgentId,
    /// Whether it was not registered before; the status is then 201, otherwise 200.
    #[serde(default)]
    pub created: bool,
}

/// An agent's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentHealth {
    /// It reads its inbox, and has reported no other state.
    Connected,
    /// It is alive and has no task.
    Idle,
    /// It works on a task.
    Busy,
    /// It has shown no sign of life for 30 seconds.
    Unreachable,
    /// It has shown no sign of life for 5 minutes, or none at all.
    Gone,
}

/// An agent and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// The agent.
    pub agent_id: AgentId,
    /// Its framework.
    pub framework: String,
    /// The name of the key that registered it.
    pub owner: String,
    /// Whether it can be reached, and works.
    pub status: AgentHealth,
    /// Its last sign of life since the server started.
    pub last_seen: Option<Timestamp>,
    /// When it was first registered.
    pub registered_at: Timestamp,
    /// Messages in its inbox that it has not acknowledged.
    pub inbox_depth: u64,
    /// The time from the acceptance of a message to its acknowledgement: a moving average since the server started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
    /// Its webhook, if messages were posted to it since the server started. Only keys that may act as the agent see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Webhook>,
    /// Its open tasks.
    pub tasks: Vec<AgentTask>,
    /// The path of its A2A card.
    #[serde(default)]
    #[schema(example = "/a2a/opencode%3A%2F%2Fbackend/.well-known/agent-card.json")]
    pub agent_card: String,
    /// Its descriptor, as registered. Only keys that may act as the agent see its endpoints, which may contain a secret.
    pub descriptor: AgentDescriptor,
}

/// How the delivery to an agent's `http` endpoint goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// Its state.
    pub status: WebhookStatus,
    /// Failed posts since the last message that the endpoint accepted.
    pub failures: u32,
    /// Why the last post failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When the endpoint last accepted a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_accepted_at: Option<Timestamp>,
    /// When the next post is attempted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
}

/// The state of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookStatus {
    /// The endpoint accepted the last message.
    Working,
    /// The last post failed; it is retried with growing delays.
    Failing,
    /// The endpoint answered 410 Gone. Messages wait in the inbox until the agent registers again.
    Disabled,
}

/// A task of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentTask {
    /// The task.
    pub task_id: TaskId,
    /// Its session.
    pub session_id: SessionId,
    /// Its status.
    pub status: sessiond_core::TaskStatus,
}

/// A page of agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentPage {
    /// The agents, by id.
    pub agents: Vec<Agent>,
    /// The `cursor` of the next page; null on the last page.
    pub next_cursor: Option<String>,
}

/// A filter for agents.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAgents {
    /// Only agents whose `capabilities` name this: anywhere, as `rust`, or within one member, as `languages:rust`. Letter case
    /// does not matter. Default: all agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// The maximum number of rows, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The `next_cursor` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A heartbeat of an agent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// `idle` or `busy`. Default: derived from its tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<AgentHealth>,
    /// Requests that the agent has received and not begun, because it works on others: they are not delivered again while it
    /// names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<MessageId>,
}
