//! Who asks, and whether they may call the route at all. The session's own rules come on top, in the core.

pub(crate) mod origin;
pub(crate) mod stay;
pub(crate) mod table;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ALLOW, AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use sessiond_api::Code;
use sessiond_core::{Principal, Role};
use sessiond_engine::Stay;

use crate::app::App;
use crate::respond::Failure;
use sessiond_api::operations::Access;
use table::Found;

/// The prefix of the WebSocket subprotocol that carries a key: a browser can set no header there.
const PROTOCOL_KEY: &str = "bearer.";

/// Lets a request pass to its route, with the principal among its extensions.
pub(crate) async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match admit(&app, &request) {
        Ok(Admitted::As(principal, stay)) => {
            request.extensions_mut().insert(principal);
            request.extensions_mut().insert(stay.clone());
            let path = request.extensions().get::<MatchedPath>().cloned();
            let path = path.as_ref().map_or("", MatchedPath::as_str);
            stay::run(&app.engine, stay, path, request, next).await
        }
        Ok(Admitted::Anybody) => next.run(request).await,
        Ok(Admitted::Options(methods)) => (StatusCode::NO_CONTENT, [(ALLOW, methods)]).into_response(),
        Err(Refused { failure, allow }) => {
            let mut response = match origin::page(&request, &failure, &app.options.allow_hosts) {
                Some(page) => (StatusCode::FORBIDDEN, Html(page)).into_response(),
                None => failure.into_response(),
            };
            response.headers_mut().extend(allow.map(|methods| (ALLOW, methods)));
            response
        }
    }
}

enum Admitted {
    As(Principal, Stay),
    Anybody,
    Options(HeaderValue),
}

struct Refused {
    failure: Failure,
    allow: Option<HeaderValue>,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, allow: None }
    }
}

fn admit(app: &App, request: &Request) -> Result<Admitted, Refused> {
    let keyless = app.is_keyless();
    let path = request.extensions().get::<MatchedPath>();
    let found = path.map(|path| table::find(request.method(), path.as_str()));
    if keyless {
        let public = matches!(found, Some(Found::Access(Access::Public)));
        origin::check(request, &app.options.allow_hosts, public)?;
    }
    let (Some(path), Some(found)) = (path, found) else {
        let detail = format!("there is nothing at {}; /docs lists all paths", request.uri().path());
        return Err(Failure::new(Code::NotFound, detail).into());
    };
    let access = match found {
        Found::Access(access) => access,
        Found::Methods(methods) if request.method() == Method::OPTIONS => {
            return Ok(Admitted::Options(allow(&methods)));
        }
        Found::Methods(methods) => {
            let detail = format!("{} takes {methods}, not {}", path.as_str(), request.method());
            let failure = Failure::new(Code::MethodNotAllowed, detail);
            return Err(Refused { failure, allow: Some(allow(&methods)) });
        }
        // What nobody thought about is denied.
        Found::Nothing => return Err(Failure::new(Code::Forbidden, "nobody may call this route").into()),
    };
    if access == Access::Public {
        return Ok(Admitted::Anybody);
    }
    let (principal, stay) =
        if keyless { (Principal::local(), app.engine.keyless_stay()) } else { authenticate(app, request)? };
    permit(access, principal.role)?;
    Ok(Admitted::As(principal, stay))
}

/// Whether a key of that role may call a route of that access at all.
pub(crate) fn permit(access: Access, role: Role) -> Result<(), Failure> {
    match (access, role) {
        (Access::Admin, Role::Client | Role::Agent) => {
            Err(Failure::new(Code::Forbidden, "this needs a key with the role admin"))
        }
        (Access::Agents, Role::Client) => {
            Err(Failure::new(Code::Forbidden, "this needs a key with the role agent or admin"))
        }
        _ => Ok(()),
    }
}

fn allow(methods: &str) -> HeaderValue {
    HeaderValue::from_str(methods).unwrap_or(HeaderValue::from_static(""))
}

/// Whom the request's key stands for.
fn authenticate(app: &App, request: &Request) -> Result<(Principal, Stay), Failure> {
    let unauthenticated = |detail: &str| Failure::new(Code::Unauthenticated, detail);
    let Some(secret) = secret(request.headers(), request.uri().path() == "/ws")? else {
        let detail = "send a key as `Authorization: Bearer …` or `x-agent-api-key: …`; \
                      `sessiond key create` makes one";
        return Err(unauthenticated(detail));
    };
    // Both are looked at in every case, so that the time tells nothing of which there are.
    let configured = app.options.admin_key.as_ref().is_some_and(|key| key.is(secret));
    let stored = app.engine.admit(secret);
    match (configured, stored) {
        (true, _) => {
            let principal = Principal { name: "admin".to_owned(), role: Role::Admin, agents: Vec::new() };
            Ok((principal, Stay::unlimited()))
        }
        (false, Some(admitted)) => Ok(admitted),
        (false, None) => Err(unauthenticated("the key is unknown, expired or revoked")),
    }
}

fn secret(headers: &HeaderMap, websocket: bool) -> Result<Option<&str>, Failure> {
    let unreadable = |_| Failure::new(Code::Unauthenticated, "the key is not visible ASCII");
    if let Some(value) = headers.get(AUTHORIZATION) {
        let value = value.to_str().map_err(unreadable)?;
        let (scheme, secret) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Failure::new(
                Code::Unauthenticated,
                "the Authorization header is `Bearer` and the key",
            ));
        }
        return Ok(Some(secret.trim()));
    }
    if let Some(value) = headers.get("x-agent-api-key") {
        return Ok(Some(value.to_str().map_err(unreadable)?.trim()));
    }
    if websocket {
        let offers = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
        let mut names = offers.flat_map(|offer| offer.split(',')).map(str::trim);
        return Ok(names.find_map(|name| name.strip_prefix(PROTOCOL_KEY)));
    }
    Ok(None)
}
