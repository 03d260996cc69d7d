//! Who may ask.

use std::fmt;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sessiond_model::Error;
use sessiond_model::wire::Kind;
use subtle::ConstantTimeEq;

use super::{Failure, Options};

/// The longest key, in bytes.
const LONGEST: usize = 1024;

/// Who may ask.
#[derive(Debug, Clone)]
pub enum Admission {
    /// Whoever has this key.
    Key(Key),
    /// Whoever nothing speaks against, for a server without a key: gives what does.
    Unless(fn(&Request) -> Option<&'static str>),
}

/// A key, which is compared in constant time and never shown.
#[derive(Clone)]
pub struct Key(String);

impl Key {
    /// A key that can stand in a header.
    ///
    /// # Errors
    /// [`Error::Settings`] when it cannot.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        let key = key.into();
        if key.is_empty() || key.len() > LONGEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::Settings(format!(
                "the model's key must be 1 to {LONGEST} visible ASCII characters without spaces"
            )));
        }
        Ok(Self(key))
    }

    fn is(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(redacted)")
    }
}

/// Lets a request pass, or answers it.
pub(super) async fn admit(State(options): State<Options>, request: Request, next: Next) -> Response {
    let failure = match &options.admission {
        Admission::Key(key) if presented(&request).is_some_and(|presented| key.is(presented)) => None,
        Admission::Key(_) => {
            let detail = "this server asks for its key: send it as `Authorization: Bearer …`, which clients do that \
                          are given it as their API key";
            Some(Failure::new(StatusCode::UNAUTHORIZED, Kind::Key, detail))
        }
        Admission::Unless(judge) => {
            judge(&request).map(|detail| Failure::new(StatusCode::FORBIDDEN, Kind::Forbidden, detail))
        }
    };
    let Some(failure) = failure else { return next.run(request).await };
    let mut response = failure.into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn presented(request: &Request) -> Option<&str> {
    let (scheme, key) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
