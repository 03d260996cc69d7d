//! Who takes part in a session, and their leases.

use sessiond_api as api;
use sessiond_client::Door;
use sessiond_core::{AgentId, SessionId};

use crate::extract::{At, Caller, Conditions, Json};
use crate::respond::{self, Answer};

/// Add a participant.
#[utoipa::path(post, path = "/sessions/{session_id}/participants", tag = "participants",
    request_body = api::AddParticipant,
    responses((status = 201, description = "The session with its new participant.", body = api::Session)))]
pub(super) async fn add_participant(
    Caller(door): Caller,
    At(id): At<SessionId>,
    Conditions(call): Conditions,
    Json(request): Json<api::AddParticipant>,
) -> Answer {
    respond::created_session(door.add_participant(&id, request, call).await?)
}

/// Remove a participant.
#[utoipa::path(delete, path = "/sessions/{session_id}/participants/{agent_id}", tag = "participants",
    responses((status = 200, description = "The session without it.", body = api::Session)))]
pub(super) async fn remove_participant(
    Caller(door): Caller,
    At((id, agent)): At<(SessionId, AgentId)>,
    Conditions(call): Conditions,
) -> Answer {
    respond::session(door.remove_participant(&id, &agent, call).await?)
}

/// Claim the lease of a participant.
///
/// The holder alone may write in the participant's name, with the lease's token in the header `Fencing-Token`.
#[utoipa::path(post, path = "/sessions/{session_id}/participants/{agent_id}/lease", tag = "participants",
    request_body = api::ClaimLease,
    responses((status = 200, description = "The lease.", body = api::ClaimedLease)))]
pub(super) async fn claim_lease(
    Caller(door): Caller,
    At((id, agent)): At<(SessionId, AgentId)>,
    Conditions(call): Conditions,
    Json(request): Json<api::ClaimLease>,
) -> Answer {
    respond::ok(door.claim_lease(&id, &agent, request, call).await?)
}

/// Renew a lease for as long again.
#[utoipa::path(put, path = "/sessions/{session_id}/participants/{agent_id}/lease", tag = "participants",
    request_body = api::RenewLease,
    responses((status = 200, description = "The lease.", body = api::ClaimedLease)))]
pub(super) async fn renew_lease(
    Caller(door): Caller,
    At((id, agent)): At<(SessionId, AgentId)>,
    Json(request): Json<api::RenewLease>,
) -> Answer {
    respond::ok(door.renew_lease(&id, &agent, request).await?)
}

/// Release a lease; its token stands in the header `Fencing-Token`.
#[utoipa::path(delete, path = "/sessions/{session_id}/participants/{agent_id}/lease", tag = "participants",
    responses((status = 204, description = "It is released.")))]
pub(super) async fn release_lease(
    Caller(door): Caller,
    At((id, agent)): At<(SessionId, AgentId)>,
    Conditions(call): Conditions,
) -> Answer {
    door.release_lease(&id, &agent, call).await?;
    respond::nothing()
}
