//! The JSON-RPC binding: one request, one response, or a stream of them.

use a2a::{A2AError, StreamResponse, methods};
use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sessiond_core::strict::Strict;

use super::error::{Error, invalid};
use super::{A2a, message, stream, task, v03};
use crate::respond::Answer;

/// A request that is one of JSON-RPC.
struct Call {
    id: Value,
    method: String,
    params: Value,
}

/// The version of the protocol that a request speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V03,
}

impl A2a {
    /// Answers one request, which says that it speaks `version`.
    pub(crate) async fn respond(&self, version: Option<&str>, body: &[u8]) -> Answer {
        let call = match read(body) {
            Ok(call) => call,
            Err(refused) => return Ok(failed(&refused.0, &refused.1)),
        };
        let id = call.id.clone();
        match self.call(version, call).await {
            Ok(response) => Ok(response),
            Err(Error::Protocol(error)) => Ok(failed(&id, &error)),
            Err(Error::Refused(failure)) => Err(failure),
        }
    }

    async fn call(&self, version: Option<&str>, call: Call) -> Result<Response, Error> {
        let version = Version::of(version)?;
        let Call { id, method, params } = call;
        let method = version.method(&method)?;
        let params = match version {
            Version::V1 => params,
            Version::V03 => v03::params(params),
        };
        match method {
            methods::SEND_MESSAGE => version.sent(&id, &message::send(self, params).await?),
            methods::SEND_STREAMING_MESSAGE => stream::send(self, version, id, params).await,
            methods::GET_TASK => version.task(&id, &task::get(self, self::params(params)?).await?),
            methods::LIST_TASKS => done(&id, &task::list(self, self::params(params)?).await?),
            methods::CANCEL_TASK => version.task(&id, &task::cancel(self, self::params(params)?).await?),
            methods::SUBSCRIBE_TO_TASK => stream::subscribe(self, version, id, self::params(params)?).await,
            methods::CREATE_PUSH_CONFIG
            | methods::GET_PUSH_CONFIG
            | methods::LIST_PUSH_CONFIGS
            | methods::DELETE_PUSH_CONFIG => Err(A2AError::push_notification_not_supported().into()),
            methods::GET_EXTENDED_AGENT_CARD if version == Version::V03 => {
                Err(A2AError::extended_card_not_configured().into())
            }
            method => {
                let detail = format!("{method} is not supported: the agent's card does not offer it");
                Err(A2AError::unsupported_operation(detail).into())
            }
        }
    }
}

impl Version {
    /// The version that a request names, if it is spoken here. A request that names none speaks 0.3.
    fn of(named: Option<&str>) -> Result<Self, Error> {
        let named = named.unwrap_or(v03::VERSION);
        // The third number makes no difference.
        let is = |version: &str| {
            let rest = named.strip_prefix(version);
            rest.is_some_and(|rest| {
                let patch = rest.strip_prefix('.').map(str::parse::<u32>);
                rest.is_empty() || patch.is_some_and(|patch| patch.is_ok())
            })
        };
        if is(a2a::VERSION) {
            Ok(Self::V1)
        } else if is(v03::VERSION) {
            Ok(Self::V03)
        } else {
            Err(not_spoken(named))
        }
    }

    /// The method of 1.0 that a name stands for.
    fn method(self, name: &str) -> Result<&str, Error> {
        match self {
            Self::V1 if methods::is_valid(name) => Ok(name),
            // The header was forgotten.
            Self::V03 if methods::is_valid(name) => Err(not_spoken(v03::VERSION)),
            Self::V1 => Err(A2AError::method_not_found(name).into()),
            Self::V03 => v03::method(name).ok_or_else(|| A2AError::method_not_found(name).into()),
        }
    }

    /// The response to a message.
    fn sent(self, id: &Value, task: &a2a::Task) -> Result<Response, Error> {
        match self {
            Self::V1 => done(id, &json!({"task": task})),
            Self::V03 => done(id, &v03::task(task)),
        }
    }

    /// The response that is a task.
    fn task(self, id: &Value, task: &a2a::Task) -> Result<Response, Error> {
        match self {
            Self::V1 => done(id, task),
            Self::V03 => done(id, &v03::task(task)),
        }
    }

    /// An update of a stream; `last` says that nothing follows.
    pub(super) fn update(self, update: &StreamResponse, last: bool) -> Value {
        match self {
            Self::V1 => json!(update),
            Self::V03 => v03::update(update, last),
        }
    }
}

/// The error of a version that is not spoken, or not by this method.
fn not_spoken(version: &str) -> Error {
    let mut error = A2AError::version_not_supported(version);
    error.message.push_str(&format!("; send the header {}: {}", a2a::SVC_PARAM_VERSION, a2a::VERSION));
    error.into()
}

/// The request in a body, or what is wrong with it and the id to say it to.
fn read(body: &[u8]) -> Result<Call, Box<(Value, A2AError)>> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        refused(Value::Null, A2AError::parse_error(format!("the body is not JSON: {error}")))
    })?;
    let Value::Object(mut members) = value else {
        let detail = "the body is not one request; batches are not supported";
        return Err(refused(Value::Null, A2AError::invalid_request(detail)));
    };
    let id = members.remove("id").unwrap_or(Value::Null);
    let invalid = |id: &Value, detail: &str| refused(id.clone(), A2AError::invalid_request(detail));
    if !(id.is_null() || id.is_string() || id.is_i64() || id.is_u64()) {
        return Err(invalid(&Value::Null, "id: it is a string or a whole number"));
    }
    if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(invalid(&id, "jsonrpc: it is \"2.0\""));
    }
    let Some(Value::String(method)) = members.remove("method") else {
        return Err(invalid(&id, "method: it is a text"));
    };
    let params = members.remove("params").unwrap_or_else(|| Value::Object(Map::new()));
    if !params.is_object() {
        return Err(refused(id, A2AError::invalid_params("params: it is an object")));
    }
    if let Err(problem) = sessiond_api::check_integers(body) {
        return Err(refused(id, super::error::with_code(a2a::error_code::INVALID_PARAMS, &problem)));
    }
    Ok(Call { id, method, params })
}

fn refused(id: Value, error: A2AError) -> Box<(Value, A2AError)> {
    Box::new((id, error))
}

/// The parameters of a method. Members that are not known are skipped, as the protocol asks.
pub(super) fn params<T: DeserializeOwned>(params: Value) -> Result<T, Error> {
    serde_path_to_error::deserialize(Strict::stored(params))
        .map_err(|error| invalid(&error.path().to_string(), error.inner().to_string()))
}

/// The response of a request that failed. HTTP knows nothing of it.
fn failed(id: &Value, error: &A2AError) -> Response {
    Json(self::error(id, error)).into_response()
}

/// The response of a request that has one result.
fn done(id: &Value, result: &impl serde::Serialize) -> Result<Response, Error> {
    match serde_json::to_value(result) {
        Ok(result) => Ok(Json(self::result(id, &result)).into_response()),
        Err(error) => {
            tracing::error!(%error, "a result of A2A cannot be written");
            Err(A2AError::internal("the result cannot be written; the server's log says more").into())
        }
    }
}

/// A result as JSON-RPC has it.
pub(super) fn result(id: &Value, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

/// An error as JSON-RPC has it.
pub(super) fn error(id: &Value, error: &A2AError) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": error.to_jsonrpc_error()})
}
