//! Keys, for administrators; and who one is with the key that one has.

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use sessiond_api as api;
use sessiond_client::Door;

use crate::auth::Pass;
use crate::extract::{At, Caller, Conditions, Json, KeyId};
use crate::respond::{self, Answer};

/// Make a key; its secret is shown this once.
///
/// The secret is not kept, so that a repeat with the same `Idempotency-Key` gets the key with an empty `secret`. If the
/// secret was lost on the way, revoke the key and make another.
#[utoipa::path(post, path = "/keys", tag = "keys", request_body = api::CreateKey,
    responses((status = 201, description = "The key and its secret.", body = api::CreatedKey)))]
pub(super) async fn create_key(
    Caller(door): Caller,
    Conditions(call): Conditions,
    Json(request): Json<api::CreateKey>,
) -> Answer {
    let mut response = respond::created("/keys", door.create_key(request, call).await?)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// List all keys, oldest first, without their secrets.
#[utoipa::path(get, path = "/keys", tag = "keys",
    responses((status = 200, description = "All keys.", body = api::KeyPage)))]
pub(super) async fn list_keys(Caller(door): Caller) -> Answer {
    respond::ok(door.keys().await?)
}

/// End a key's validity at once.
#[utoipa::path(delete, path = "/keys/{key_id}", tag = "keys",
    responses((status = 200, description = "The key, revoked.", body = api::Key)))]
pub(super) async fn revoke_key(Caller(door): Caller, At(KeyId(key)): At<KeyId>) -> Answer {
    respond::ok(door.revoke_key(&key).await?)
}

/// Say who the caller is, and what its key may do.
#[utoipa::path(get, path = "/whoami", tag = "keys",
    responses((status = 200, description = "The caller.", body = api::Whoami)))]
pub(super) async fn whoami(Caller(door): Caller, pass: Pass) -> Answer {
    respond::ok(api::Whoami::of(door.principal(), matches!(pass, Pass::Keyless)))
}
