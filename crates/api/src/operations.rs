//! The operations of the HTTP interface, each in one place: method and path, who may call it, which headers it takes,
//! whether a repeat is safe, and the problems that are its own.
//!
//! A noun declares its operations beside its wire types, by the macro `operations!`, and has a line in the list below.
//! Everything that depends on an operation reads it from here: the server's rights and routes, the OpenAPI document, the
//! HTTP client and the tools of MCP.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Code;

/// The nouns, whose operations together are the whole interface.
macro_rules! nouns {
    ($($noun:ident)*) => {
        $(pub use crate::$noun::operations::*;)*

        const NOUNS: &[&[Operation]] = &[$(crate::$noun::OPERATIONS),*];
    };
}

nouns! {
    session
    participants
    workflow
    context
    calls
    conversation
    files
    questions
    signals
    schedules
    task
    event
    message
    agent
    inbox
    aggregation
    telemetry
    mcp
    a2a
    openai
    key
    server
    documents
}

/// All operations, noun by noun.
pub fn all() -> impl Iterator<Item = &'static Operation> {
    NOUNS.iter().copied().flatten()
}

/// Declares the operations of a noun: a public constant for each, and the list of them.
macro_rules! operations {
    ($($(#[$attribute:meta])* $name:ident = $operation:expr;)*) => {
        #[allow(unused_imports, reason = "not every noun needs all of them")]
        pub(crate) mod operations {
            use crate::Code;
            use crate::operations::{Header, Operation, Repeat};

            $($(#[$attribute])* pub const $name: Operation = $operation;)*
        }

        pub(crate) const OPERATIONS: &[crate::operations::Operation] = &[$(operations::$name),*];
    };
}
pub(crate) use operations;

/// An operation of the HTTP interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Its method; `HEAD` goes with `GET`, see [`head`](Self::head).
    pub method: Method,
    /// Its path as a template: `{name}` is one segment, `{*name}` the rest of the path.
    pub path: &'static str,
    /// Who may call it at all. What a session's own rules say comes on top.
    pub access: Access,
    /// Whether the token of a session may call it, for that session.
    pub token: bool,
    /// The request headers that have a meaning for it.
    pub headers: &'static [Header],
    /// Whether it may be sent again when its answer is lost.
    pub repeat: Repeat,
    /// The problems that are its own, beside those that follow from its path, its headers and its body.
    pub problems: &'static [Code],
    /// Whether a `GET` may be a `HEAD` too: not when it has an effect, as a read of an inbox has.
    pub head: bool,
}

/// The method of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Sets.
    Put,
    /// Does anything else.
    Post,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

/// Who may call an operation at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a key.
    Public,
    /// Any key.
    AnyKey,
    /// Keys with the role `agent` or `admin`.
    Agents,
    /// Keys with the role `admin`.
    Admin,
}

/// A request header that some operations take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// The same request with the same key has one effect and one answer.
    IdempotencyKey,
    /// The revision that the caller decided on.
    IfMatch,
    /// The token of the lease that the caller holds.
    FencingToken,
    /// The agent that the caller acts as.
    AgentId,
}

/// Whether a client may send a request again when it does not know what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Yes: a repeat has no second effect.
    Safe,
    /// Yes, with the same `Idempotency-Key`: a client makes one up when the caller gives none.
    Keyed,
    /// No.
    Unsafe,
}

/// What a change of a session takes: it is done once for a key, at that revision, under that lease, as that agent.
const CHANGE: &[Header] = &[Header::IdempotencyKey, Header::IfMatch, Header::FencingToken, Header::AgentId];

impl Operation {
    /// Reads; for any key.
    pub(crate) const fn get(path: &'static str) -> Self {
        Self::new(Method::Get, path, Repeat::Safe)
    }

    /// Does something; for any key, and not to be repeated.
    pub(crate) const fn post(path: &'static str) -> Self {
        Self::new(Method::Post, path, Repeat::Unsafe)
    }

    /// Sets something; for any key, and not to be repeated.
    pub(crate) const fn put(path: &'static str) -> Self {
        Self::new(Method::Put, path, Repeat::Unsafe)
    }

    /// Changes a part of something; for any key, and not to be repeated.
    pub(crate) const fn patch(path: &'static str) -> Self {
        Self::new(Method::Patch, path, Repeat::Unsafe)
    }

    /// Removes something; for any key, and not to be repeated.
    pub(crate) const fn delete(path: &'static str) -> Self {
        Self::new(Method::Delete, path, Repeat::Unsafe)
    }

    const fn new(method: Method, path: &'static str, repeat: Repeat) -> Self {
        Self {
            method,
            path,
            access: Access::AnyKey,
            token: false,
            headers: &[],
            repeat,
            problems: &[],
            head: matches!(method, Method::Get),
        }
    }

    /// Anybody may call it, without a key.
    pub(crate) const fn public(self) -> Self {
        Self { access: Access::Public, ..self }
    }

    /// The token of a session may call it too, for that session.
    pub(crate) const fn with_token(self) -> Self {
        Self { token: true, ..self }
    }

    /// Only keys of agents and administrators may call it.
    pub(crate) const fn agents(self) -> Self {
        Self { access: Access::Agents, ..self }
    }

    /// Only keys of administrators may call it.
    pub(crate) const fn admin(self) -> Self {
        Self { access: Access::Admin, ..self }
    }

    /// These headers have a meaning for it.
    pub(crate) const fn takes(self, headers: &'static [Header]) -> Self {
        Self { headers, ..self }
    }

    /// It changes a session, under all the conditions that a change may have.
    pub(crate) const fn changes_a_session(self) -> Self {
        // A client makes up a key for a POST alone: the answer to each key is kept for a day.
        let repeat = if matches!(self.method, Method::Post) { Repeat::Keyed } else { self.repeat };
        Self { headers: CHANGE, repeat, ..self }
    }

    /// It is done once for an idempotency key.
    pub(crate) const fn keyed(self) -> Self {
        Self { headers: &[Header::IdempotencyKey], repeat: Repeat::Keyed, ..self }
    }

    /// Whether it may be repeated.
    pub(crate) const fn repeat(self, repeat: Repeat) -> Self {
        Self { repeat, ..self }
    }

    /// These problems are its own.
    pub(crate) const fn fails_with(self, problems: &'static [Code]) -> Self {
        Self { problems, ..self }
    }

    /// It reads with an effect, so that there is no `HEAD` of it.
    pub(crate) const fn without_head(self) -> Self {
        Self { head: false, ..self }
    }

    /// Whether that header has a meaning for it.
    pub fn accepts(&self, header: Header) -> bool {
        self.headers.contains(&header)
    }

    /// The names in its path, in their order.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(parameter)
    }

    /// Its path with these values, percent-encoded, in place of the names.
    pub fn at(&self, values: &[&str]) -> String {
        debug_assert_eq!(
            self.parameters().count(),
            values.len(),
            "{} takes another number of values",
            self.path
        );
        let mut values = values.iter();
        let mut path = String::with_capacity(self.path.len() + 32);
        for part in self.path.split('/').skip(1) {
            path.push('/');
            match parameter(part).and_then(|_| values.next()) {
                Some(value) => path.push_str(&segment(value)),
                None => path.push_str(part),
            }
        }
        path
    }
}

impl Method {
    /// The method as it is in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Repeat {
    /// The word for it in the OpenAPI document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Keyed => "keyed",
            Self::Unsafe => "unsafe",
        }
    }
}

impl Header {
    /// The header's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdempotencyKey => "Idempotency-Key",
            Self::IfMatch => "If-Match",
            Self::FencingToken => "Fencing-Token",
            Self::AgentId => "x-agent-id",
        }
    }
}

/// What a segment of a path may contain as it is (RFC 3986, "unreserved").
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~');

/// A name as one segment of a path, percent-encoded.
pub fn segment(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

/// Whether a name that a client chooses could not be addressed as `{parameter}`: a route has it as a fixed segment in that
/// place, or clients resolve it as a relative path.
pub fn is_reserved(parameter: &str, name: &str) -> bool {
    static FIXED: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
        let paths: HashSet<Vec<&str>> = all().map(|operation| operation.path.split('/').collect()).collect();
        let mut fixed = HashMap::<_, HashSet<_>>::new();
        for path in &paths {
            for (place, segment) in path.iter().enumerate() {
                let Some(parameter) = self::parameter(segment) else { continue };
                let beside =
                    paths.iter().filter(|other| other.len() > place && other[..place] == path[..place]);
                let others =
                    beside.map(|other| other[place]).filter(|other| self::parameter(other).is_none());
                fixed.entry(parameter).or_default().extend(others);
            }
        }
        fixed
    });
    name.bytes().all(|byte| byte == b'.') || FIXED.get(parameter).is_some_and(|names| names.contains(name))
}

/// The name that a segment of a template stands for.
fn parameter(segment: &str) -> Option<&str> {
    Some(segment.strip_prefix('{')?.strip_suffix('}')?.trim_start_matches('*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_route_has_cannot_be_a_parameter_of_it() {
        for operation in all() {
            let fixed: Vec<_> = operation.path.split('/').collect();
            for other in all().filter(|other| other.path != operation.path) {
                // Where two paths part, at a name in the one and a parameter in the other, the name is reserved.
                let parted = fixed.iter().copied().zip(other.path.split('/')).find(|(a, b)| a != b);
                if let Some((name, Some(parameter))) = parted.map(|(name, b)| (name, parameter(b)))
                    && super::parameter(name).is_none()
                {
                    assert!(is_reserved(parameter, name), "{name} as {parameter}");
                }
            }
        }
        for reserved in ["counts", "import", ".", ".."] {
            assert!(is_reserved("session_id", reserved), "{reserved}");
        }
        for free in ["count", "counts.", "sess_1", "events", "ack"] {
            assert!(!is_reserved("session_id", free), "{free}");
        }
        assert!(is_reserved("message_id", "ack") && is_reserved("message_id", ".."));
    }

    #[test]
    fn a_path_is_built_from_its_template() {
        assert_eq!(LIST_SESSIONS.at(&[]), "/sessions");
        assert_eq!(
            CLAIM_LEASE.at(&["s_1", "opencode://backend/a b"]),
            "/sessions/s_1/participants/opencode%3A%2F%2Fbackend%2Fa%20b/lease"
        );
        assert_eq!(CLAIM_LEASE.parameters().collect::<Vec<_>>(), ["session_id", "agent_id"]);
        assert_eq!(GET_CONSOLE.at(&[]), "/console/");
        assert_eq!(GET_CONSOLE_FILE.parameters().collect::<Vec<_>>(), ["path"]);
    }

    #[test]
    fn every_operation_is_declared_once() {
        let mut seen = HashSet::new();
        for operation in all() {
            assert!(seen.insert((operation.method, operation.path)), "{operation:?} is declared twice");
        }
    }

    #[test]
    fn every_noun_that_declares_operations_is_in_the_list() {
        let sources = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
        let declaring = sources
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
            .filter(|text| text.contains("\ncrate::operations::operations! {\n"));
        assert_eq!(NOUNS.len(), declaring.count());
    }

    #[test]
    fn a_keyed_operation_takes_the_key_and_a_public_one_changes_nothing() {
        for operation in all() {
            if operation.repeat == Repeat::Keyed {
                assert!(operation.accepts(Header::IdempotencyKey), "{operation:?}");
            }
            if operation.access == Access::Public {
                assert_eq!(operation.method, Method::Get, "{operation:?}");
            }
        }
    }
}
