//! Keys, for administrators; and who one is with the key that one has.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Keys as _;

use crate::app::App;
use crate::extract::{At, Caller, Conditions, Json, KeyId};
use crate::respond::{self, Answer};

/// Create a key; its secret is shown only once.
///
/// The secret is not stored: a repeat with the same `Idempotency-Key` returns the key with an empty `secret`. If the
/// response was lost, revoke the key and create another.
#[utoipa::path(post, path = operations::CREATE_KEY.path, tag = "keys", request_body = api::CreateKey,
    responses((status = 201, description = "The key and its secret.", body = api::CreatedKey)))]
pub(super) async fn create_key(
    Caller(client): Caller,
    conditions: Conditions,
    Json(request): Json<api::CreateKey>,
) -> Answer {
    let mut response =
        respond::created(operations::LIST_KEYS.path, client.create_key(request, conditions).await?)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// List all keys, oldest first, without their secrets.
#[utoipa::path(get, path = operations::LIST_KEYS.path, tag = "keys",
    responses((status = 200, description = "All keys.", body = api::KeyPage)))]
pub(super) async fn list_keys(Caller(client): Caller) -> Answer {
    respond::ok(client.keys().await?)
}

/// Revoke a key immediately.
#[utoipa::path(delete, path = operations::REVOKE_KEY.path, tag = "keys",
    responses((status = 200, description = "The key, revoked.", body = api::Key)))]
pub(super) async fn revoke_key(Caller(client): Caller, At(KeyId(key)): At<KeyId>) -> Answer {
    respond::ok(client.revoke_key(&key).await?)
}

/// Return the key's name, role and scope.
#[utoipa::path(get, path = operations::WHOAMI.path, tag = "keys",
    responses((status = 200, description = "The key's name, role and scope.", body = api::Whoami)))]
pub(super) async fn whoami(State(app): State<App>, Caller(client): Caller) -> Answer {
    respond::ok(api::Whoami::of(client.principal(), app.is_keyless()))
}
