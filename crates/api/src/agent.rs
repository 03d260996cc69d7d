//! Agents: registration and health.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sessiond_core::{AgentId, SessionId, TaskId, Timestamp};
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

/// Makes an agent known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegisterAgent {
    /// What it is and can.
    pub agent_descriptor: AgentDescriptor,
    /// Where its health can be asked; kept for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_url: Option<String>,
    /// Where its state can be asked; kept for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_endpoint: Option<String>,
    /// How it knows the server: the secret that webhooks are signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
}

/// How an agent knows the server.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Authentication {
    /// The secret that webhooks are signed with, `whsec_` and base64 (Standard Webhooks). It is never shown again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(write_only)]
    pub webhook_secret: Option<String>,
    /// Anything else that the seed's clients send; it is not kept.
    #[serde(flatten, skip_serializing)]
    #[schema(ignore)]
    pub other: Map<String, Value>,
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authentication(redacted)")
    }
}

/// What an agent is and can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentDescriptor {
    /// Who it is.
    #[schema(example = "opencode://backend")]
    pub agent_id: AgentId,
    /// Its framework; the part of its id before `://` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
    /// What it can: `input_types, output_types, languages, tools, model_preferences, performance_profile` and more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub capabilities: Option<Value>,
    /// Where it listens. A message to an agent with an `http` endpoint is posted there, signed (Standard Webhooks).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
    /// `version, author, tags` and more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Value>,
}

/// Where an agent listens.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Endpoints {
    /// Messages are posted here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://agents.example.com/inbox")]
    pub http: Option<String>,
    /// Kept for who may act as the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcp: Option<String>,
    /// Kept for who may act as the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub websocket: Option<String>,
}

/// An agent was made known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Registered {
    /// Always true; what failed is a problem.
    pub success: bool,
    /// Who.
    pub agent_id: AgentId,
    /// Whether it was unknown before; then the status is 201, else 200.
    #[serde(default)]
    pub created: bool,
}

/// Whether an agent can be reached, and works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentHealth {
    /// It reads its inbox, and has not said more.
    Connected,
    /// It lives and has nothing to do.
    Idle,
    /// It works on a task.
    Busy,
    /// It was not heard of for 30 seconds.
    Unreachable,
    /// It was not heard of for 5 minutes, or never.
    Gone,
}

/// An agent and how it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Who.
    pub agent_id: AgentId,
    /// Its framework.
    pub framework: String,
    /// The principal who registered it.
    pub owner: String,
    /// Whether it can be reached, and works.
    pub status: AgentHealth,
    /// When it was last heard of, since the server started.
    pub last_seen: Option<Timestamp>,
    /// When it was first registered.
    pub registered_at: Timestamp,
    /// Messages in its inbox that it has not acknowledged.
    pub inbox_depth: u64,
    /// The time from a message's acceptance to its acknowledgement, as a moving average since the server started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
    /// The tasks that it has not ended.
    pub tasks: Vec<AgentTask>,
    /// What it is and can, as it said. Its endpoints are shown only to who may act as it: they can hold a secret.
    pub descriptor: AgentDescriptor,
}

/// A task that an agent has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentTask {
    /// The task.
    pub task_id: TaskId,
    /// Its session.
    pub session_id: SessionId,
    /// What it is.
    pub status: sessiond_core::TaskStatus,
}

/// A page of agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentPage {
    /// The agents, by id.
    pub agents: Vec<Agent>,
    /// What to pass for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// Which agents to list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAgents {
    /// Rows at most; 100 when absent, 1000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// An agent says that it lives.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// `idle` or `busy`; what its tasks say when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<AgentHealth>,
}
