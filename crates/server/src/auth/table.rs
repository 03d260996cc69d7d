//! Every route, and who may call it at all. A route that is missing here is denied; a test compares this table with
//! the router's own document, both ways.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::Method;

/// Who may call a route at all.
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

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Its method; `HEAD` goes with `GET`.
    pub method: &'static str,
    /// Its path, as it is matched.
    pub path: &'static str,
    /// Who may call it at all.
    pub access: Access,
}

macro_rules! table {
    ($($access:ident: $($method:ident $path:literal)*;)*) => {
        &[$($(Route { method: stringify!($method), path: $path, access: Access::$access },)*)*]
    };
}

/// Every route, and who may call it at all.
pub const TABLE: &[Route] = table! {
    Public:
        GET "/"
        GET "/health"
        GET "/ready"
        GET "/openapi.json"
        GET "/docs"
        GET "/docs/errors"
        GET "/docs/errors/{code}"
        GET "/docs/{guide}"
        GET "/docs/images/{image}"
        GET "/console"
        GET "/console/"
        GET "/console/{*path}";
    AnyKey:
        GET "/metrics"
        GET "/whoami"
        GET "/sessions"
        POST "/sessions"
        POST "/sessions/import"
        GET "/sessions/{session_id}"
        PATCH "/sessions/{session_id}"
        DELETE "/sessions/{session_id}"
        POST "/sessions/{session_id}/complete"
        POST "/sessions/{session_id}/terminate"
        POST "/sessions/{session_id}/fail"
        POST "/sessions/{session_id}/fork"
        GET "/sessions/{session_id}/export"
        GET "/sessions/{session_id}/summary"
        POST "/sessions/{session_id}/participants"
        DELETE "/sessions/{session_id}/participants/{agent_id}"
        POST "/sessions/{session_id}/participants/{agent_id}/lease"
        PUT "/sessions/{session_id}/participants/{agent_id}/lease"
        DELETE "/sessions/{session_id}/participants/{agent_id}/lease"
        PUT "/sessions/{session_id}/workflow"
        POST "/sessions/{session_id}/workflow/advance"
        GET "/sessions/{session_id}/context"
        PUT "/sessions/{session_id}/context"
        PATCH "/sessions/{session_id}/context"
        POST "/sessions/{session_id}/execution"
        POST "/sessions/{session_id}/calls"
        GET "/sessions/{session_id}/tasks"
        POST "/sessions/{session_id}/tasks"
        GET "/sessions/{session_id}/events"
        GET "/sessions/{session_id}/telemetry"
        POST "/sessions/{session_id}/telemetry"
        GET "/tasks"
        GET "/tasks/{task_id}"
        POST "/tasks/{task_id}/accept"
        POST "/tasks/{task_id}/progress"
        POST "/tasks/{task_id}/complete"
        POST "/tasks/{task_id}/fail"
        POST "/tasks/{task_id}/cancel"
        POST "/messages/send"
        GET "/agents"
        GET "/agents/{agent_id}"
        POST "/aggregations"
        POST "/mcp";
    Agents:
        GET "/messages"
        POST "/agents/register"
        DELETE "/agents/{agent_id}"
        POST "/agents/{agent_id}/heartbeat"
        GET "/agents/{agent_id}/inbox"
        POST "/agents/{agent_id}/inbox/ack"
        POST "/agents/{agent_id}/inbox/{message_id}/requeue"
        GET "/ws";
    Admin:
        GET "/sessions/counts"
        GET "/keys"
        POST "/keys"
        DELETE "/keys/{key_id}";
};

/// What the table says of a request.
pub(crate) enum Found {
    /// Who may make it.
    Access(Access),
    /// The path takes these methods, and not the request's.
    Methods(String),
    /// Nothing: the path is not in the table.
    Nothing,
}

pub(crate) fn find(method: &Method, path: &str) -> Found {
    static PATHS: LazyLock<HashMap<&str, Vec<Route>>> = LazyLock::new(|| {
        let mut paths = HashMap::<_, Vec<_>>::new();
        for route in TABLE {
            paths.entry(route.path).or_default().push(*route);
        }
        paths
    });
    let Some(routes) = PATHS.get(path) else {
        return Found::Nothing;
    };
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    if let Some(route) = routes.iter().find(|route| route.method == method) {
        return Found::Access(route.access);
    }
    let mut methods: Vec<_> = routes.iter().map(|route| route.method).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    Found::Methods(methods.join(", "))
}
