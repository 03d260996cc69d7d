//! Problems: every answer that is no success, as `application/problem+json` (RFC 9457).

use std::fmt;

use serde::{Deserialize, Serialize};
use sessiond_core::{Exceeded, Limit, Rejection, Violation};
use utoipa::ToSchema;

/// An error. `code` is stable and has a page, which `type` links to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A link to the page of the code, `/docs/errors/{code}`.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// A short description of the code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The fault in this request, and the next step.
    pub detail: String,
    /// The stable code.
    #[schema(value_type = String, example = "session_not_found")]
    pub code: Code,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// For `inbox_full` and similar codes: the seconds to wait before a retry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The invalid fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// An invalid field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// An RFC 6901 JSON pointer into the request's body, or the name of a query parameter or header.
    pub pointer: String,
    /// The fault, and the expected value.
    pub detail: String,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:literal, $retryable:literal, $title:literal;)*) => {
        /// The stable codes of problems. Each has a page `docs/errors/{code}.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $name,)*
            /// A code of a newer server than this program knows.
            #[serde(other, rename = "unknown")] Unknown,
        }

        impl Code {
            /// All codes that this version gives.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// The code on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* Self::Unknown => "unknown" }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* Self::Unknown => 500 }
            }

            /// Whether the same request may succeed later.
            pub fn is_retryable(self) -> bool {
                match self { $(Self::$name => $retryable,)* Self::Unknown => false }
            }

            /// A short description of the code.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* Self::Unknown => "Unknown problem" }
            }
        }
    };
}

codes! {
    /// The body is not JSON, or the request is malformed in another way.
    MalformedRequest = "malformed_request", 400, false, "The request is malformed";
    /// The cursor did not come from this list.
    InvalidCursor = "invalid_cursor", 422, false, "The cursor is not from this list";
    /// No key, or one that is unknown, expired or revoked.
    Unauthenticated = "unauthenticated", 401, false, "A valid key is required";
    /// The key may not do this.
    Forbidden = "forbidden", 403, false, "The key does not allow this";
    /// The request comes from a web page of another origin, or names another host.
    OriginRefused = "origin_refused", 403, false, "Requests from this origin are rejected";
    /// There is nothing at this path.
    NotFound = "not_found", 404, false, "There is nothing at this path";
    /// There is no such session, or the key may not see it.
    SessionNotFound = "session_not_found", 404, false, "There is no such session";
    /// No such agent is registered or takes part in the session.
    AgentNotFound = "agent_not_found", 404, false, "There is no such agent";
    /// That agent does not take part in the session.
    ParticipantNotFound = "participant_not_found", 404, false, "The agent does not take part";
    /// There is no such task.
    TaskNotFound = "task_not_found", 404, false, "There is no such task";
    /// The workflow has no such step.
    StepNotFound = "step_not_found", 404, false, "There is no such step";
    /// The session has no such question.
    QuestionNotFound = "question_not_found", 404, false, "There is no such question";
    /// The session has no such turn.
    TurnNotFound = "turn_not_found", 404, false, "There is no such turn";
    /// The session has no such file, or the file no such passage.
    FileNotFound = "file_not_found", 404, false, "There is no such file";
    /// There is no such message.
    MessageNotFound = "message_not_found", 404, false, "There is no such message";
    /// There is no such schedule, or the key may not see it.
    ScheduleNotFound = "schedule_not_found", 404, false, "There is no such schedule";
    /// There is no such key.
    KeyNotFound = "key_not_found", 404, false, "There is no such key";
    /// The path exists, but not with this method.
    MethodNotAllowed = "method_not_allowed", 405, false, "The path does not support this method";
    /// A session with this id exists.
    SessionExists = "session_exists", 409, false, "The session already exists";
    /// A schedule with this id exists.
    ScheduleExists = "schedule_exists", 409, false, "The schedule already exists";
    /// The session has ended.
    SessionEnded = "session_ended", 409, false, "The session has ended";
    /// The agent already takes part.
    ParticipantExists = "participant_exists", 409, false, "The agent already takes part";
    /// A step still needs the agent.
    ParticipantRequired = "participant_required", 409, false, "A step still needs the agent";
    /// The session has no workflow.
    NoWorkflow = "no_workflow", 409, false, "The session has no workflow";
    /// The step is not active.
    StepNotActive = "step_not_active", 409, false, "The step is not active";
    /// Several steps are active, or none, and the request names none.
    StepAmbiguous = "step_ambiguous", 409, false, "The step is ambiguous";
    /// Nothing that could be tried again has failed.
    NothingToRetry = "nothing_to_retry", 409, false, "There is nothing to retry";
    /// The task has ended.
    TaskClosed = "task_closed", 409, false, "The task has ended";
    /// The id belongs to another question.
    QuestionExists = "question_exists", 409, false, "The id belongs to another question";
    /// The question waits for no answer.
    QuestionClosed = "question_closed", 409, false, "The question is closed";
    /// A turn is open, and the message is not to wait.
    TurnActive = "turn_active", 409, false, "A turn is open";
    /// The turn ended without a whole answer.
    TurnStopped = "turn_stopped", 409, false, "The turn ended without a whole answer";
    /// The task has moved on to another attempt or another agent.
    AttemptStale = "attempt_stale", 409, false, "The attempt is no longer current";
    /// Another process holds the lease.
    LeaseHeld = "lease_held", 409, true, "Another process holds the lease";
    /// The fencing token is not the current one.
    FenceStale = "fence_stale", 409, false, "The fencing token is not current";
    /// Another process runs the execution.
    ExecutionRunning = "execution_running", 409, true, "Another process runs the execution";
    /// Another process has taken over the execution.
    WriterStale = "writer_stale", 409, false, "Another process is the writer now";
    /// A batch of calls before this one has not been recorded.
    BatchGap = "batch_gap", 409, false, "An earlier batch is missing";
    /// Another key registered this agent.
    AgentExists = "agent_exists", 409, false, "The agent is registered by another key";
    /// The recipient has a message with this id from another sender.
    MessageExists = "message_exists", 409, false, "The message id is taken";
    /// Another process changed the session at the same time.
    Conflict = "conflict", 409, true, "Another process changed the session";
    /// The events asked for are no longer kept.
    EventGap = "event_gap", 410, false, "The requested events are no longer kept";
    /// The session of an assistant has expired.
    SessionExpired = "session_expired", 410, false, "The session has expired";
    /// The session is not at the revision in `If-Match`.
    RevisionStale = "revision_stale", 412, false, "The session has changed since it was read";
    /// The body exceeds the size limit.
    BodyTooLarge = "body_too_large", 413, false, "The body is too large";
    /// A file that is uploaded is too large.
    FileTooLarge = "file_too_large", 413, false, "The file is too large";
    /// This path does not accept the media type of the body.
    UnsupportedMediaType = "unsupported_media_type", 415, false, "The media type is not supported";
    /// Fields of the request are invalid.
    InvalidInput = "invalid_input", 422, false, "Fields of the request are invalid";
    /// The idempotency key, or the message id, was used for another request.
    IdempotencyMismatch = "idempotency_mismatch", 422, false, "The key was used for another request";
    /// The request would exceed a limit.
    LimitReached = "limit_reached", 422, false, "A limit would be exceeded";
    /// The document cannot be imported.
    ImportInvalid = "import_invalid", 422, false, "The document cannot be imported";
    /// The file has no text that can be read.
    FileUnreadable = "file_unreadable", 422, false, "The file has no readable text";
    /// The recipient's inbox is full.
    InboxFull = "inbox_full", 429, true, "The inbox is full";
    /// The key or token makes too many requests.
    RateLimited = "rate_limited", 429, true, "There are too many requests";
    /// The headers exceed the size limit.
    HeadersTooLarge = "headers_too_large", 431, false, "The headers are too large";
    /// The server failed.
    Internal = "internal", 500, true, "The server failed";
    /// The assistant's model did not answer.
    ModelUnavailable = "model_unavailable", 503, true, "The model did not answer";
    /// The store does not respond, or the server is shutting down.
    Unavailable = "unavailable", 503, true, "The server is unavailable";
    /// A synchronous message got no response in time.
    ResponseTimeout = "response_timeout", 504, false, "No response arrived in time";
    /// The disk is full.
    StoreFull = "store_full", 507, true, "The disk is full";
    /// The server cannot be reached. Only clients report this problem.
    Unreachable = "unreachable", 503, true, "The server cannot be reached";
}

impl Problem {
    /// A problem of that code.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            type_uri: format!("/docs/errors/{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            retryable: code.is_retryable(),
            retry_after: None,
            errors: Vec::new(),
        }
    }

    /// One wrong field.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::from(Rejection::Invalid(vec![Violation::new(pointer, detail)]))
    }

    /// The same, with the seconds to wait before a retry.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Puts `prefix` before every pointer, for a request that holds another.
    pub fn under(mut self, prefix: &str) -> Self {
        for error in &mut self.errors {
            error.pointer.insert_str(0, prefix);
        }
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.code.as_str())?;
        for error in &self.errors {
            let pointer = if error.pointer.is_empty() { "the body" } else { &error.pointer };
            write!(f, "\n  {pointer}: {}", error.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let code = match &rejection {
            Rejection::SessionNotFound => Code::SessionNotFound,
            Rejection::SessionExists => Code::SessionExists,
            Rejection::SessionEnded(_) => Code::SessionEnded,
            Rejection::SessionExpired => Code::SessionExpired,
            Rejection::RevisionStale { .. } => Code::RevisionStale,
            Rejection::Forbidden(_) => Code::Forbidden,
            Rejection::Invalid(_) | Rejection::InThePast(_) => Code::InvalidInput,
            // It becomes shorter.
            Rejection::LimitReached(Exceeded(Limit::QueuedTurns)) => Code::RateLimited,
            Rejection::LimitReached(_) => Code::LimitReached,
            Rejection::ParticipantExists(_) => Code::ParticipantExists,
            Rejection::ParticipantNotFound(_) => Code::ParticipantNotFound,
            Rejection::ParticipantRequired { .. } => Code::ParticipantRequired,
            Rejection::NoWorkflow => Code::NoWorkflow,
            Rejection::StepNotFound(_) => Code::StepNotFound,
            Rejection::StepNotActive { .. } => Code::StepNotActive,
            Rejection::StepAmbiguous(_) => Code::StepAmbiguous,
            Rejection::NothingToRetry(_) => Code::NothingToRetry,
            Rejection::TaskNotFound => Code::TaskNotFound,
            Rejection::TaskClosed { .. } => Code::TaskClosed,
            Rejection::AttemptStale { .. } => Code::AttemptStale,
            Rejection::LeaseHeld => Code::LeaseHeld,
            Rejection::ExecutionRunning { .. } => Code::ExecutionRunning,
            Rejection::FenceStale { .. } => Code::FenceStale,
            Rejection::WriterStale { .. } => Code::WriterStale,
            Rejection::BatchGap { .. } => Code::BatchGap,
            Rejection::QuestionNotFound => Code::QuestionNotFound,
            Rejection::QuestionExists(_) => Code::QuestionExists,
            Rejection::QuestionClosed { .. } => Code::QuestionClosed,
            Rejection::TurnNotFound => Code::TurnNotFound,
            Rejection::FileNotFound => Code::FileNotFound,
            Rejection::TurnActive => Code::TurnActive,
            Rejection::TurnClosed(_) => Code::TurnStopped,
            Rejection::Corrupt(_) => Code::Internal,
        };
        let detail = match &rejection {
            // What is damaged is for the log, not for the caller.
            Rejection::Corrupt(_) => {
                "the session's journal is damaged; the server's log says more".to_owned()
            }
            Rejection::NoWorkflow => {
                "the session has no workflow: set one with PUT /sessions/{id}/workflow".to_owned()
            }
            other => other.to_string(),
        };
        let mut problem = Problem::new(code, detail);
        if let Rejection::Invalid(violations) = rejection {
            problem.errors = violations
                .into_iter()
                .map(|violation| FieldError { pointer: violation.pointer, detail: violation.detail })
                .collect();
        }
        problem
    }
}

/// The problem of a body that cannot be read.
pub(crate) fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    use serde_json::error::Category;
    let inner = error.inner();
    if matches!(inner.classify(), Category::Syntax | Category::Eof | Category::Io) {
        return Problem::new(Code::MalformedRequest, format!("the body is not JSON: {inner}"));
    }
    // serde_json appends the place in the text; the pointer says it better.
    let text = inner.to_string();
    let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(detail, _)| detail).to_owned();
    Problem::invalid(pointer(error.path()), detail)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_written_as_it_is_read() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!((400..600).contains(&code.status()));
        }
    }

    #[test]
    fn a_wrong_member_is_named_by_a_pointer() {
        let problem = crate::parse::<crate::CreateSession>(
            br#"{"participants": [{"agent_id": "a://b", "role": "x"}, {"agent_id": "nonsense", "role": "x"}]}"#,
        )
        .unwrap_err();
        assert_eq!(problem.code, Code::InvalidInput);
        assert_eq!(problem.errors[0].pointer, "/participants/1/agent_id");
        let problem = crate::parse::<crate::CreateSession>(b"{").unwrap_err();
        assert_eq!(problem.code, Code::MalformedRequest);
        let problem = crate::parse::<crate::CreateSession>(b"{} {}").unwrap_err();
        assert_eq!(problem.code, Code::MalformedRequest);
        let problem = crate::parse::<crate::CreateSession>(br#"{"participents": []}"#).unwrap_err();
        assert!(problem.detail.contains("participents"), "{problem}");
    }
}
