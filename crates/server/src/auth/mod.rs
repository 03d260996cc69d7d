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
use crate::listen::Peer;
use crate::respond::Failure;
use sessiond_api::operations::Access;
use table::Found;

/// The prefix of the WebSocket subprotocol that carries a key: a browser can set no header there.
const PROTOCOL_KEY: &str = "bearer.";

/// Lets a request pass to its route, with the principal among its extensions.
pub(crate) async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let found = match find(&app, &request) {
        Ok(found) => found,
        Err(failure) => {
            return match origin::page(&request, &failure, &app.options.allow_hosts) {
                Some(page) => (StatusCode::FORBIDDEN, Html(page)).into_response(),
                None => failure.into_response(),
            };
        }
    };
    let presented = secret(request.headers(), request.uri().path() == "/ws");
    let address = request.extensions().get::<Peer>().map(|peer| peer.0);
    let caller = match presented.map(|secret| secret.map(str::to_owned)) {
        Ok(None) => Ok(None),
        Ok(Some(secret)) => match app.limits.credential(address) {
            Ok(()) => authenticate(&app, secret).await.map(Some),
            Err(problem) => Err(problem.into()),
        },
        Err(failure) => Err(failure),
    };
    if caller.as_ref().is_err_and(|failure| failure.0.code == Code::Unauthenticated) {
        app.limits.failed(address);
    }
    let caller = match caller {
        Ok(caller) => caller,
        Err(failure) => return failure.into_response(),
    };
    match admit(&app, &request, found, caller) {
        Ok(Admitted::As(principal, stay)) => {
            if let Err(problem) = app.limits.request(&principal) {
                return Failure::from(problem).into_response();
            }
            request.extensions_mut().insert(principal);
            request.extensions_mut().insert(stay.clone());
            stay::run(&app.engine, stay, request, next).await
        }
        Ok(Admitted::Anybody) => next.run(request).await,
        Ok(Admitted::Options(methods)) => (StatusCode::NO_CONTENT, [(ALLOW, methods)]).into_response(),
        Err(Refused { failure, allow }) => {
            let mut response = failure.into_response();
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

/// What the table of operations says of a request; nothing if there is no route at its path. A server without keys answers
/// no page elsewhere.
fn find(app: &App, request: &Request) -> Result<Option<Found>, Failure> {
    let path = request.extensions().get::<MatchedPath>();
    let found = path.map(|path| table::find(request.method(), path.as_str()));
    if app.is_keyless() {
        let public = matches!(&found, Some(Found::Operation(known)) if known.access == Access::Public);
        origin::check(request, &app.options.allow_hosts, public)?;
    }
    Ok(found)
}

/// Admits a request whose credential, if it has one, is that of `caller`.
fn admit(
    app: &App,
    request: &Request,
    found: Option<Found>,
    caller: Option<(Principal, Stay)>,
) -> Result<Admitted, Refused> {
    let path = request.uri().path();
    let operation = match found {
        Some(Found::Operation(operation)) => operation,
        Some(Found::Methods(methods)) if request.method() == Method::OPTIONS => {
            return Ok(Admitted::Options(allow(&methods)));
        }
        Some(Found::Methods(methods)) => {
            let path = request.extensions().get::<MatchedPath>().map_or(path, MatchedPath::as_str);
            let detail = format!("{path} takes {methods}, not {}", request.method());
            let failure = Failure::new(Code::MethodNotAllowed, detail);
            return Err(Refused { failure, allow: Some(allow(&methods)) });
        }
        // What nobody thought about is denied.
        Some(Found::Nothing) => {
            return Err(Failure::new(Code::Forbidden, "nobody may call this route").into());
        }
        None => {
            let detail = format!("there is nothing at {path}; /docs lists all paths");
            return Err(Failure::new(Code::NotFound, detail).into());
        }
    };
    if operation.access == Access::Public {
        return Ok(Admitted::Anybody);
    }
    let (principal, stay) = match caller {
        Some(caller) => caller,
        None if app.is_keyless() => (Principal::local(), app.engine.keyless_stay()),
        None => {
            let detail = "send a key as `Authorization: Bearer …` or `x-agent-api-key: …`; \
                          `sessiond key create` makes one";
            return Err(Failure::new(Code::Unauthenticated, detail).into());
        }
    };
    permit(operation.access, principal.role)?;
    if principal.session.is_some() && !operation.token {
        let detail = "a session's token may do this for no session; use a key";
        return Err(Failure::new(Code::Forbidden, detail).into());
    }
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

/// Whom a credential stands for: the configured key, another key, or a session's token.
async fn authenticate(app: &App, secret: String) -> Result<(Principal, Stay), Failure> {
    // Both are looked at in every case, so that the time tells nothing of which there are.
    let configured = app.options.admin_key.as_ref().is_some_and(|key| key.is(&secret));
    let stored = app.engine.admit(&secret);
    if configured {
        return Ok((Principal::new("admin", Role::Admin, Vec::new()), Stay::unlimited()));
    }
    let admitted = match stored {
        Some(admitted) => Some(admitted),
        None => app.engine.admit_token(&secret).await.map_err(sessiond_client::problem)?,
    };
    admitted
        .ok_or_else(|| Failure::new(Code::Unauthenticated, "the key or token is unknown, expired or revoked"))
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
