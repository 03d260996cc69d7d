//! Who takes part in a session, and their leases.

use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Participants as _;
use sessiond_core::{AgentId, SessionId};

use crate::extract::{At, Caller, Conditions, Json};
use crate::respond::{self, Answer};

/// Add a participant.
#[utoipa::path(post, path = operations::ADD_PARTICIPANT.path, tag = "participants",
    request_body = api::AddParticipant,
    responses((status = 201, description = "The session with its new participant.", body = api::Session)))]
pub(super) async fn add_participant(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::AddParticipant>,
) -> Answer {
    respond::created_session(client.add_participant(&id, request, conditions).await?)
}

/// Remove a participant.
#[utoipa::path(delete, path = operations::REMOVE_PARTICIPANT.path, tag = "participants",
    responses((status = 200, description = "The session without the participant.", body = api::Session)))]
pub(super) async fn remove_participant(
    Caller(client): Caller,
    At((id, agent)): At<(SessionId, AgentId)>,
    conditions: Conditions,
) -> Answer {
    respond::session(client.remove_participant(&id, &agent, conditions).await?)
}

/// Claim the lease of a participant.
///
/// Only the holder may write in the participant's name, with the lease's token in the header `Fencing-Token`.
#[utoipa::path(post, path = operations::CLAIM_LEASE.path, tag = "participants",
    request_body = api::ClaimLease,
    responses((status = 200, description = "The lease.", body = api::ClaimedLease)))]
pub(super) async fn claim_lease(
    Caller(client): Caller,
    At((id, agent)): At<(SessionId, AgentId)>,
    conditions: Conditions,
    Json(request): Json<api::ClaimLease>,
) -> Answer {
    respond::ok(client.claim_lease(&id, &agent, request, conditions).await?)
}

/// Renew a lease for another `ttl`.
#[utoipa::path(put, path = operations::RENEW_LEASE.path, tag = "participants",
    request_body = api::RenewLease,
    responses((status = 200, description = "The lease.", body = api::ClaimedLease)))]
pub(super) async fn renew_lease(
    Caller(client): Caller,
    At((id, agent)): At<(SessionId, AgentId)>,
    Json(request): Json<api::RenewLease>,
) -> Answer {
    respond::ok(client.renew_lease(&id, &agent, request).await?)
}

/// Release a lease; its token is in the header `Fencing-Token`.
#[utoipa::path(delete, path = operations::RELEASE_LEASE.path, tag = "participants",
    responses((status = 204, description = "The lease is released.")))]
pub(super) async fn release_lease(
    Caller(client): Caller,
    At((id, agent)): At<(SessionId, AgentId)>,
    conditions: Conditions,
) -> Answer {
    client.release_lease(&id, &agent, conditions).await?;
    respond::nothing()
}
