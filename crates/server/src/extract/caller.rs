//! Who asks.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sessiond_api::Code;
use sessiond_client::Embedded;
use sessiond_core::Principal;
use sessiond_engine::Stay;

use crate::app::App;
use crate::respond::Failure;

/// The caller's own client: it has the caller's rights and no others.
pub(crate) struct Caller(pub(crate) Embedded);

impl FromRequestParts<App> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let principal: Principal = admitted(parts)?;
        Ok(Self(Embedded::new(app.engine.clone(), principal)))
    }
}

/// How long the caller may stay.
pub(crate) struct Staying(pub(crate) Stay);

impl FromRequestParts<App> for Staying {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        admitted(parts).map(Self)
    }
}

/// What `auth` found; on a route that anybody may call it looks for nothing.
fn admitted<T: Clone + Send + Sync + 'static>(parts: &Parts) -> Result<T, Failure> {
    let found = parts.extensions.get::<T>().cloned();
    found.ok_or_else(|| Failure::new(Code::Unauthenticated, "this needs a key"))
}
