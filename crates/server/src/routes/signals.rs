//! Signals: values sent into a session from outside.

use axum::extract::State;
use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Signals as _;
use sessiond_core::SessionId;

use crate::app::App;
use crate::extract::{At, Caller, Conditions, OptionalJson, Query, SignalName};
use crate::respond::{self, Answer};

/// Send a signal to a session, for its program to receive.
#[utoipa::path(post, path = operations::SEND_SIGNAL.path, tag = "signals", request_body = Option<api::SendSignal>,
    responses((status = 200, description = "The signal.", body = api::Signal)))]
pub(super) async fn send_signal(
    Caller(client): Caller,
    At((id, name)): At<(SessionId, SignalName)>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::SendSignal>,
) -> Answer {
    respond::ok(client.send_signal(&id, &name.0, request, conditions).await?)
}

/// List a session's signals in order, optionally waiting for the first.
#[utoipa::path(get, path = operations::LIST_SIGNALS.path, tag = "signals", params(api::ListSignals),
    responses((status = 200, description = "Signals.", body = api::SignalPage)))]
pub(super) async fn list_signals(
    State(app): State<App>,
    Caller(client): Caller,
    At(id): At<SessionId>,
    Query(query): Query<api::ListSignals>,
) -> Answer {
    respond::ok(app.unless_shutdown(client.signals(&id, query)).await?)
}
