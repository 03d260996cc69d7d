//! What the protocol says when something is wrong.

use std::collections::HashMap;

use a2a::{A2AError, FieldViolation, TypedDetail, error_code};
use sessiond_api::{Code, Problem};

use crate::respond::Failure;

/// The domain of our own codes among an error's details.
const DOMAIN: &str = "sessiond";

/// Why a request has no result.
#[derive(Debug)]
pub(super) enum Error {
    /// The protocol has a code for it.
    Protocol(Box<A2AError>),
    /// HTTP has a status for it: the caller may not do this.
    Refused(Failure),
}

impl From<A2AError> for Error {
    fn from(error: A2AError) -> Self {
        Self::Protocol(Box::new(error))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let code = match problem.code {
            Code::Forbidden | Code::Unauthenticated => return Self::Refused(problem.into()),
            Code::TaskNotFound | Code::SessionNotFound => error_code::TASK_NOT_FOUND,
            Code::TaskClosed | Code::SessionEnded | Code::QuestionClosed => error_code::UNSUPPORTED_OPERATION,
            _ if problem.status < 500 && !problem.retryable => error_code::INVALID_PARAMS,
            _ => error_code::INTERNAL_ERROR,
        };
        with_code(code, &problem).into()
    }
}

/// An error of that code, with what the problem says.
pub(super) fn with_code(code: i32, problem: &Problem) -> A2AError {
    let mut details = Vec::new();
    if !problem.errors.is_empty() {
        let field = |pointer: &str| pointer.trim_start_matches('/').replace('/', ".");
        let violations = problem
            .errors
            .iter()
            .map(|error| FieldViolation { field: field(&error.pointer), description: error.detail.clone() });
        details.push(TypedDetail::bad_request(violations.collect()));
    }
    let mut metadata = HashMap::from([("type".to_owned(), problem.type_uri.clone())]);
    if let Some(seconds) = problem.retry_after {
        metadata.insert("retryAfter".to_owned(), seconds.to_string());
    }
    // The crate keeps one detail of this type, the protocol's own, which has its metadata from here.
    details.push(TypedDetail::error_info(problem.code.as_str(), DOMAIN, Some(metadata)));
    let message = problem.errors.first().map_or_else(
        || problem.detail.clone(),
        |error| format!("{}: {}", error.pointer.trim_start_matches('/'), error.detail),
    );
    A2AError::new(code, message).with_details(details)
}

/// Parameters that are wrong at `field`.
pub(super) fn invalid(field: &str, detail: impl Into<String>) -> Error {
    let detail = detail.into();
    let violation = FieldViolation { field: field.to_owned(), description: detail.clone() };
    A2AError::invalid_params(format!("{field}: {detail}"))
        .with_details(vec![TypedDetail::bad_request(vec![violation])])
        .into()
}

/// There is no such task, or the caller may not see it: the answer is the same.
pub(super) fn task_not_found() -> Error {
    A2AError::new(error_code::TASK_NOT_FOUND, "there is no such task").into()
}
