//! Agents: who is known, and how they are.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use sessiond_api as api;
use sessiond_client::Door;
use sessiond_core::AgentId;

use crate::extract::{At, Caller, Json, OptionalJson, Query};
use crate::respond::{self, Answer};

/// Make an agent known.
#[utoipa::path(post, path = "/agents/register", tag = "agents", request_body = api::RegisterAgent,
    responses(
        (status = 201, description = "It is known now.", body = api::Registered),
        (status = 200, description = "It was known already.", body = api::Registered)))]
pub(super) async fn register_agent(Caller(door): Caller, Json(request): Json<api::RegisterAgent>) -> Answer {
    let registered = door.register_agent(request).await?;
    if !registered.created {
        return Ok((StatusCode::OK, axum::Json(registered)).into_response());
    }
    let location = format!("/agents/{}", respond::segment(registered.agent_id.as_str()));
    respond::created(&location, registered)
}

/// List agents by id.
#[utoipa::path(get, path = "/agents", tag = "agents", params(api::ListAgents),
    responses((status = 200, description = "A page of agents.", body = api::AgentPage)))]
pub(super) async fn list_agents(Caller(door): Caller, Query(query): Query<api::ListAgents>) -> Answer {
    respond::ok(door.agents(query).await?)
}

/// Read an agent.
#[utoipa::path(get, path = "/agents/{agent_id}", tag = "agents",
    responses((status = 200, description = "The agent.", body = api::Agent)))]
pub(super) async fn get_agent(Caller(door): Caller, At(agent): At<AgentId>) -> Answer {
    respond::ok(door.agent(&agent).await?)
}

/// Remove an agent and its inbox.
#[utoipa::path(delete, path = "/agents/{agent_id}", tag = "agents",
    responses((status = 204, description = "It is gone.")))]
pub(super) async fn delete_agent(Caller(door): Caller, At(agent): At<AgentId>) -> Answer {
    door.delete_agent(&agent).await?;
    respond::nothing()
}

/// Say that an agent lives.
#[utoipa::path(post, path = "/agents/{agent_id}/heartbeat", tag = "agents", request_body = Option<api::Heartbeat>,
    responses((status = 204, description = "It is heard.")))]
pub(super) async fn heartbeat(
    Caller(door): Caller,
    At(agent): At<AgentId>,
    OptionalJson(request): OptionalJson<api::Heartbeat>,
) -> Answer {
    door.heartbeat(&agent, request).await?;
    respond::nothing()
}
