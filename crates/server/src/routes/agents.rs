//! Agents: who is known, and how they are.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Agents as _;
use sessiond_core::AgentId;

use crate::app::App;
use crate::extract::{At, Caller, Json, OptionalJson, Query};
use crate::respond::{self, Answer};
use crate::webhooks;

/// Register an agent.
#[utoipa::path(post, path = operations::REGISTER_AGENT.path, tag = "agents", request_body = api::RegisterAgent,
    responses(
        (status = 201, description = "The agent is registered.", body = api::Registered),
        (status = 200, description = "The agent was already registered.", body = api::Registered)))]
pub(super) async fn register_agent(
    State(app): State<App>,
    Caller(client): Caller,
    Json(request): Json<api::RegisterAgent>,
) -> Answer {
    webhooks::check_registration(&request, app.options.allow_private_webhooks).await?;
    let registered = client.register_agent(request).await?;
    if !registered.created {
        return Ok((StatusCode::OK, axum::Json(registered)).into_response());
    }
    let location = operations::GET_AGENT.at(&[registered.agent_id.as_str()]);
    respond::created(&location, registered)
}

/// List agents by id.
#[utoipa::path(get, path = operations::LIST_AGENTS.path, tag = "agents", params(api::ListAgents),
    responses((status = 200, description = "A page of agents.", body = api::AgentPage)))]
pub(super) async fn list_agents(Caller(client): Caller, Query(query): Query<api::ListAgents>) -> Answer {
    respond::ok(client.agents(query).await?)
}

/// Read an agent.
#[utoipa::path(get, path = operations::GET_AGENT.path, tag = "agents",
    responses((status = 200, description = "The agent.", body = api::Agent)))]
pub(super) async fn get_agent(Caller(client): Caller, At(agent): At<AgentId>) -> Answer {
    respond::ok(client.agent(&agent).await?)
}

/// Remove an agent and its inbox.
#[utoipa::path(delete, path = operations::DELETE_AGENT.path, tag = "agents",
    responses((status = 204, description = "The agent is removed.")))]
pub(super) async fn delete_agent(Caller(client): Caller, At(agent): At<AgentId>) -> Answer {
    client.delete_agent(&agent).await?;
    respond::nothing()
}

/// Send a heartbeat of an agent.
#[utoipa::path(post, path = operations::HEARTBEAT.path, tag = "agents", request_body = Option<api::Heartbeat>,
    responses((status = 204, description = "The heartbeat is recorded.")))]
pub(super) async fn heartbeat(
    Caller(client): Caller,
    At(agent): At<AgentId>,
    OptionalJson(request): OptionalJson<api::Heartbeat>,
) -> Answer {
    client.heartbeat(&agent, request).await?;
    respond::nothing()
}
