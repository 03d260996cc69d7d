//! The shared context of a session: the document is the body, the session's revision its `ETag`.

use sessiond_client::{ContextView, Door};
use sessiond_core::SessionId;

use crate::extract::{At, Caller, Conditions, Context};
use crate::respond::{self, Answer};

/// Read the shared context.
#[utoipa::path(get, path = "/sessions/{session_id}/context", tag = "context",
    responses((status = 200, description = "The document; `ETag` is the session's revision.", body = Object)))]
pub(super) async fn get_context(Caller(door): Caller, At(id): At<SessionId>) -> Answer {
    view(door.context(&id).await?)
}

/// Replace the shared context.
#[utoipa::path(put, path = "/sessions/{session_id}/context", tag = "context", request_body = Object,
    responses((status = 200, description = "The document as it is now.", body = Object)))]
pub(super) async fn replace_context(
    Caller(door): Caller,
    At(id): At<SessionId>,
    Conditions(call): Conditions,
    Context(document): Context,
) -> Answer {
    view(door.replace_context(&id, document, call).await?)
}

/// Patch the shared context by a JSON merge patch (RFC 7396).
#[utoipa::path(patch, path = "/sessions/{session_id}/context", tag = "context",
    request_body(content = Object, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The document as it is now.", body = Object)))]
pub(super) async fn patch_context(
    Caller(door): Caller,
    At(id): At<SessionId>,
    Conditions(call): Conditions,
    Context(patch): Context,
) -> Answer {
    view(door.patch_context(&id, patch, call).await?)
}

fn view(view: ContextView) -> Answer {
    respond::tagged(view.revision, view.document)
}
