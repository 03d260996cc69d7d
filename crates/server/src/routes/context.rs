//! The shared context of a session: the document is the body, the session's revision its `ETag`.

use sessiond_api::operations;
use sessiond_client::ContextView;
use sessiond_client::traits::Context as _;
use sessiond_core::SessionId;

use crate::extract::{At, Caller, Conditions, Context};
use crate::respond::{self, Answer};

/// Read the shared context.
#[utoipa::path(get, path = operations::GET_CONTEXT.path, tag = "context",
    responses((status = 200, description = "The document; `ETag` is the session's revision.", body = Object)))]
pub(super) async fn get_context(Caller(client): Caller, At(id): At<SessionId>) -> Answer {
    view(client.context(&id).await?)
}

/// Replace the shared context.
#[utoipa::path(put, path = operations::REPLACE_CONTEXT.path, tag = "context", request_body = Object,
    responses((status = 200, description = "The document after the change.", body = Object)))]
pub(super) async fn replace_context(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Context(document): Context,
) -> Answer {
    view(client.replace_context(&id, document, conditions).await?)
}

/// Apply a JSON merge patch (RFC 7396) to the shared context.
#[utoipa::path(patch, path = operations::PATCH_CONTEXT.path, tag = "context",
    request_body(content = Object, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The document after the change.", body = Object)))]
pub(super) async fn patch_context(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Context(patch): Context,
) -> Answer {
    view(client.patch_context(&id, patch, conditions).await?)
}

fn view(view: ContextView) -> Answer {
    respond::tagged(view.revision, view.document)
}
