//! The OpenAPI document: what the routes say of themselves, and what holds for all of them.

use std::sync::LazyLock;

use sessiond_api::{self as api, Code};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, HttpMethod, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, Required, ResponseBuilder, Type,
};
use utoipa::{OpenApi as _, ToSchema};

use crate::auth::table::{Access, TABLE};
use crate::routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "sessiond",
        description = "One session engine for AI work: durable sessions, agents that work a plan together, messages \
            between them, live event streams. Every answer that is no success is `application/problem+json` with a \
            stable `code`, which has a page at `/docs/errors/{code}`.",
    ),
    tags(
        (name = "sessions", description = "Isolated, durable pieces of work, each with its own journal."),
        (name = "participants", description = "Who takes part in a session, and who may write in their names."),
        (name = "workflow", description = "The plan of a session."),
        (name = "context", description = "The JSON document that all participants share."),
        (name = "calls", description = "What a program does in an execution, as a tree of node calls."),
        (name = "tasks", description = "Work that participants are asked for."),
        (name = "events", description = "The journal, in pages or live."),
        (name = "messages", description = "Messages between agents."),
        (name = "inbox", description = "How an agent receives its messages."),
        (name = "agents", description = "Who is known, and how they are."),
        (name = "aggregations", description = "One result from those of several agents."),
        (name = "telemetry", description = "Metric points and log lines of a session."),
        (name = "mcp", description = "The same for models: tools and resources by the Model Context Protocol."),
        (name = "keys", description = "Who may come in."),
        (name = "operation", description = "How the server is."),
        (name = "documents", description = "What you read."),
    ),
    components(schemas(api::Problem, api::FieldError, api::Event))
)]
struct Document;

/// The whole document.
pub fn document() -> OpenApi {
    let (_, routes) = routes::router().split_for_parts();
    let mut document = Document::openapi();
    document.merge(routes);
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.license = None;
    document.info.contact = None;
    add_security(&mut document);
    add_problems(&mut document);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            complete(&method, path, operation);
        }
    }
    // OpenAPI has no word for the rest of a path, however many segments it has.
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    document
}

/// The whole document as JSON, indented, as it is served and committed.
pub fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| {
        let mut json = serde_json::to_string_pretty(&document()).unwrap_or_else(|error| {
            tracing::error!(%error, "the OpenAPI document cannot be written");
            "{}".to_owned()
        });
        json.push('\n');
        json
    });
    &JSON
}

/// The operations of a path with their methods.
pub(crate) fn operations(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [
        (HttpMethod::Get, get),
        (HttpMethod::Put, put),
        (HttpMethod::Post, post),
        (HttpMethod::Patch, patch),
        (HttpMethod::Delete, delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
    .collect()
}

/// The method as it stands in a request.
pub(crate) fn method_name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Put => "PUT",
        HttpMethod::Post => "POST",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Head => "HEAD",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Trace => "TRACE",
    }
}

fn add_security(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A key.")).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let header =
        ApiKeyValue::with_description("x-agent-api-key", "The same key, as seed 003's clients send it.");
    components.add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(header)));
}

/// One response for each status that a problem can have; operations refer to them.
fn add_problems(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for code in Code::ALL {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(api::Problem::name()))).build();
        let response = ResponseBuilder::new()
            .description(problem_description(code.status()))
            .content("application/problem+json", content)
            .build();
        components.responses.insert(problem_name(code.status()), response.into());
    }
}

fn problem_name(status: u16) -> String {
    format!("Problem{status}")
}

/// What holds for every operation of its kind: keys, conditions, problems.
fn complete(method: &HttpMethod, path: &str, operation: &mut Operation) {
    let name = method_name(method);
    let access =
        TABLE.iter().find(|route| route.method == name && route.path == path).map(|route| route.access);
    let public = access == Some(Access::Public);
    let changes = *method != HttpMethod::Get;
    let of_session = path.starts_with("/sessions/{session_id}") || path.starts_with("/tasks/{task_id}");
    operation.security = Some(if public {
        Vec::new()
    } else {
        let none: [&str; 0] = [];
        vec![SecurityRequirement::new("bearer", none), SecurityRequirement::new("api_key", none)]
    });
    let parameters = operation.parameters.get_or_insert_default();
    for parameter in path_parameters(path) {
        parameters.push(parameter.into());
    }
    if *method == HttpMethod::Post && is_idempotent_post(path) {
        parameters.push(header(
            "Idempotency-Key",
            "The same request with the same key has one effect and one answer, for 24 hours.",
        ));
    }
    let telemetry = path.ends_with("/telemetry");
    if changes && of_session && !telemetry {
        parameters.push(header("If-Match", "The revision that the caller decided on, in quotes, or `*`."));
    }
    if changes && of_session {
        parameters.push(header("Fencing-Token", "The token of the lease that the caller holds."));
        parameters.push(header("x-agent-id", "The agent that the caller acts as."));
    }
    if parameters.is_empty() {
        operation.parameters = None;
    }
    let mut codes = vec![Code::Internal, Code::Unavailable];
    if !public {
        codes.extend([Code::Unauthenticated, Code::Forbidden]);
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    if operation.request_body.is_some() {
        codes.extend([Code::MalformedRequest, Code::BodyTooLarge, Code::UnsupportedMediaType]);
    }
    if changes || !operation.parameters.as_ref().is_none_or(Vec::is_empty) {
        codes.push(Code::InvalidInput);
    }
    if changes && !public {
        codes.push(Code::Conflict);
    }
    if changes && of_session && !telemetry {
        codes.push(Code::RevisionStale);
    }
    if path == "/messages/send" {
        codes.extend([Code::NotFound, Code::InboxFull, Code::ResponseTimeout]);
    }
    if path.ends_with("/events") {
        codes.push(Code::EventGap);
    }
    codes.sort_by_key(|code| code.status());
    for code in codes {
        let shared = Ref::new(format!("#/components/responses/{}", problem_name(code.status())));
        operation.responses.responses.insert(code.status().to_string(), shared.into());
    }
}

/// Every POST takes the header; where it changes nothing that a repeat could double, it has no meaning.
fn is_idempotent_post(path: &str) -> bool {
    !path.ends_with("/heartbeat") && !path.ends_with("/ack") && !path.ends_with("/requeue") && path != "/mcp"
}

fn path_parameters(path: &str) -> Vec<Parameter> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| name.trim_start_matches('*'))
        .map(|name| {
            let (description, example) = match name {
                "session_id" => ("The session.", "sess_notifications_2025-02-02"),
                "agent_id" => ("The agent, percent-encoded.", "opencode://backend"),
                "task_id" => ("The task.", "task_0198f3a2"),
                "message_id" => ("The message.", "task_impl_backend"),
                "key_id" => ("The key.", "key_0198f3a2"),
                "path" => ("The file, or the address within the console.", "sessions"),
                "code" => ("The code of a problem.", "session_not_found"),
                "image" => ("The file name of a picture.", "console-session.png"),
                _ => ("The name of a guide.", "agents"),
            };
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(Some(description))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .example(Some(example.into()))
                .build()
        })
        .collect()
}

fn header(name: &str, description: &str) -> RefOr<Parameter> {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
        .into()
}

fn problem_description(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read.",
        401 => "A valid key is needed.",
        403 => "The key may not do this.",
        404 => "There is no such thing, or the key may not know of it.",
        409 => "The state of things does not allow it.",
        410 => "The events asked for are no longer kept.",
        412 => "The session has changed since it was read.",
        413 => "The body is too large.",
        415 => "The body's type is not taken here.",
        422 => "Fields of the request are wrong.",
        429 => "The inbox is full; `Retry-After` says when to come again.",
        503 => "The server cannot do this now; `Retry-After` says when to come again.",
        431 => "The headers are too large.",
        504 => "No response came in time.",
        507 => "The disk is full.",
        _ => "The server failed.",
    }
}
