//! The OpenAPI document: what the routes say of themselves, and what holds for all of them.

use std::sync::LazyLock;

use sessiond_api::operations::{self, Access, Header};
use sessiond_api::{self as api, Code};
use sessiond_core::limits;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, Required, ResponseBuilder, Schema, Type,
};
use utoipa::{OpenApi as _, ToSchema};

use crate::routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "sessiond",
        description = "A session engine for AI work: durable sessions, agents that carry out a plan together, messages \
            between them, live event streams. Every error is `application/problem+json` with a \
            stable `code`, which has a page at `/docs/errors/{code}`.",
    ),
    tags(
        (name = "sessions", description = "Isolated, durable pieces of work, each with its own journal."),
        (name = "participants", description = "The participants of a session, and their leases."),
        (name = "workflow", description = "The plan of a session."),
        (name = "context", description = "The JSON document that all participants share."),
        (name = "calls", description = "The recorded calls of a program, as a tree."),
        (name = "conversation", description = "Turns between a person and a private assistant."),
        (name = "files", description = "Documents for a session's assistant: uploads, searches, downloads."),
        (name = "questions", description = "Questions that sessions ask people and other programs."),
        (name = "signals", description = "Values that are sent into a session for its program to receive."),
        (name = "schedules", description = "Sessions that are created at times."),
        (name = "tasks", description = "Work that is delegated to participants."),
        (name = "events", description = "The journal, in pages or as a live stream."),
        (name = "messages", description = "Messages between agents."),
        (name = "inbox", description = "An agent's incoming messages."),
        (name = "agents", description = "Registered agents and their state."),
        (name = "aggregations", description = "Combined results of several agents."),
        (name = "telemetry", description = "Metric points and log lines of a session."),
        (name = "mcp", description = "Tools and resources for models, with the Model Context Protocol."),
        (name = "a2a", description = "The agents for clients of the Agent2Agent protocol."),
        (name = "openai", description = "Conversations for OpenAI's clients."),
        (name = "keys", description = "API keys."),
        (name = "operation", description = "Health and metrics."),
        (name = "documents", description = "The documentation and the console."),
    ),
    components(schemas(api::Problem, api::FieldError, api::Event, api::SessionSort))
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
    add_forms(&mut document);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in documented(item) {
            // A test compares the table with the routes, both ways.
            let known = operations::all().find(|known| known.method == method && known.path == path);
            if let Some(known) = known {
                complete(known, operation);
            }
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
fn documented(item: &mut PathItem) -> Vec<(operations::Method, &mut Operation)> {
    use operations::Method;
    let PathItem { get, put, post, delete, patch, .. } = item;
    [
        (Method::Get, get),
        (Method::Put, put),
        (Method::Post, post),
        (Method::Patch, patch),
        (Method::Delete, delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
    .collect()
}

fn add_security(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key.")).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let header = ApiKeyValue::with_description("x-agent-api-key", "The same key, in a header of its own.");
    components.add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(header)));
}

/// The forms of the names that bodies and queries hold, which are those in paths and headers.
fn add_forms(document: &mut OpenApi) {
    let schemas = &mut document.components.get_or_insert_default().schemas;
    for (schema, form) in [
        ("AgentId", name_schema("agent_id")),
        ("MessageId", name_schema("message_id")),
        ("QuestionId", name_schema("question_id")),
        ("SessionId", name_schema("session_id")),
        ("Span", name_schema("duration")),
        ("TaskId", name_schema("task_id")),
    ] {
        if let Some(RefOr::T(Schema::Object(schema))) = schemas.get_mut(schema) {
            let form = form.build();
            (schema.pattern, schema.min_length, schema.max_length) =
                (form.pattern, form.min_length, form.max_length);
        }
    }
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

/// Adds what the table says of an operation: keys, headers, problems, and as `x-repeat` whether a client may repeat it.
fn complete(known: &operations::Operation, operation: &mut Operation) {
    let public = known.access == Access::Public;
    let changes = known.method != operations::Method::Get;
    operation.security = Some(if public {
        Vec::new()
    } else {
        let none: [&str; 0] = [];
        vec![SecurityRequirement::new("bearer", none), SecurityRequirement::new("api_key", none)]
    });
    operation.extensions = Some(ExtensionsBuilder::new().add("x-repeat", known.repeat.as_str()).build());
    let named = known.parameters().map(path_parameter);
    let headers = known.headers.iter().map(|header| header_parameter(*header));
    let parameters = operation.parameters.get_or_insert_default();
    parameters.extend(named.chain(headers).map(RefOr::from));
    let takes_parameters = !parameters.is_empty();
    // A list of what belongs to a session that the caller does not see is no empty list.
    let asks_for_a_session = parameters
        .iter()
        .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == "session_id"));
    if !takes_parameters {
        operation.parameters = None;
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            constrain(parameter);
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for content in body.content.values_mut() {
            if let RefOr::T(content) = content {
                content.schema = content.schema.take().map(not_null);
            }
        }
    }
    let mut codes = vec![Code::Internal, Code::Unavailable, Code::HeadersTooLarge];
    // A server without keys refuses pages of other origins, also on what is public.
    codes.push(Code::OriginRefused);
    codes.extend(known.problems);
    // A wrong key is rejected also where none is necessary.
    codes.push(Code::Unauthenticated);
    if !public {
        codes.extend([Code::Forbidden, Code::RateLimited]);
    }
    if known.parameters().next().is_some() {
        codes.extend([Code::NotFound, Code::MalformedRequest]);
    }
    if asks_for_a_session && !changes {
        codes.push(Code::NotFound);
    }
    if operation.request_body.is_some() {
        codes.extend([Code::MalformedRequest, Code::BodyTooLarge, Code::UnsupportedMediaType]);
    }
    if known.token {
        codes.push(Code::SessionExpired);
    }
    if known.accepts(Header::IdempotencyKey) {
        // The state after the first request may not be known any more.
        codes.push(Code::EventGap);
    }
    if changes {
        codes.push(Code::StoreFull);
    }
    if changes || takes_parameters {
        codes.push(Code::InvalidInput);
    }
    if changes {
        codes.push(Code::Conflict);
    }
    if known.accepts(Header::IfMatch) {
        codes.push(Code::RevisionStale);
    }
    codes.sort_by_key(|code| code.status());
    for code in codes {
        let shared = Ref::new(format!("#/components/responses/{}", problem_name(code.status())));
        operation.responses.responses.insert(code.status().to_string(), shared.into());
    }
}

/// What holds for every query parameter of that name.
fn constrain(parameter: &mut Parameter) {
    let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema else { return };
    match parameter.name.as_str() {
        "limit" => schema.minimum = Some(1.into()),
        // Any number of 64 bits; one beyond the last event is not an error.
        "after" | "at_revision" => {
            schema.format = None;
            schema.minimum = Some(0.into());
        }
        "cursor" => schema.min_length = Some(1),
        _ => {}
    }
}

/// A body that may be left out is still no `null`.
fn not_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    let RefOr::T(Schema::OneOf(mut either)) = schema else {
        return schema;
    };
    let null = |schema: &RefOr<Schema>| matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null));
    either.items.retain(|item| !null(item));
    match either.items.pop() {
        Some(only) if either.items.is_empty() => only,
        last => {
            either.items.extend(last);
            Schema::OneOf(either).into()
        }
    }
}

/// The form of a name in a path or a header.
fn name_schema(name: &str) -> ObjectBuilder {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    let (pattern, longest) = match name {
        "session_id" => ("^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$", limits::SESSION_ID_BYTES),
        "agent_id" | "x-agent-id" => {
            ("^[A-Za-z0-9][A-Za-z0-9+._-]*://[A-Za-z0-9_.@:+~/-]+$", limits::AGENT_ID_BYTES)
        }
        "task_id" | "question_id" | "message_id" => ("^[A-Za-z0-9_.:-]+$", limits::MESSAGE_ID_BYTES),
        "duration" => ("^[0-9]+(ms|s|m|h)$", 22),
        "If-Match" => (r#"^(\*|(W/)?"?[0-9]{1,20}"?)$"#, 25),
        "Fencing-Token" => ("^[0-9]{1,20}$", 20),
        "Idempotency-Key" => ("^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$", limits::IDEMPOTENCY_KEY_BYTES),
        // The rest of a path may be empty.
        "path" => return schema,
        _ => return schema.min_length(Some(1)),
    };
    schema.pattern(Some(pattern)).min_length(Some(1)).max_length(Some(longest))
}

fn path_parameter(name: &str) -> Parameter {
    let (description, example) = match name {
        "session_id" => ("The session.", "sess_notifications_2025-02-02"),
        "agent_id" => ("The agent, percent-encoded.", "opencode://backend"),
        "task_id" => ("The task.", "task_0198f3a2"),
        "question_id" => ("The question.", "question_0198f3a2"),
        "signal" => ("The signal's name, percent-encoded.", "go"),
        "message_id" => ("The message.", "task_impl_backend"),
        "key_id" => ("The key.", "key_0198f3a2"),
        "path" => ("The file, or the path within the console.", "sessions"),
        "code" => ("An error code.", "session_not_found"),
        "image" => ("The file name of an image.", "console-session.png"),
        _ => ("The name of a guide.", "agents"),
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(name_schema(name)))
        .example(Some(example.into()))
        .build()
}

fn header_parameter(header: Header) -> Parameter {
    let description = match header {
        Header::IdempotencyKey => {
            "Requests with the same key have one effect and one response, for 24 hours."
        }
        Header::IfMatch => "The expected revision of the session, in quotes, or `*`.",
        Header::FencingToken => "The fencing token of the participant's lease.",
        Header::AgentId => "The agent that the request acts as.",
    };
    ParameterBuilder::new()
        .name(header.name())
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(name_schema(header.name())))
        .build()
}

fn problem_description(status: u16) -> &'static str {
    match status {
        400 => "The request is malformed.",
        401 => "A valid key is required.",
        403 => "The key may not do this.",
        404 => "The resource does not exist, or the key may not see it.",
        409 => "The current state does not allow the request.",
        410 => "The requested events are no longer kept.",
        412 => "The session has changed since it was read.",
        413 => "The body is too large.",
        415 => "The media type is not supported.",
        422 => "Fields of the request are invalid.",
        429 => "The inbox is full; `Retry-After` says when to retry.",
        503 => "The server is unavailable; `Retry-After` says when to retry.",
        431 => "The headers are too large.",
        504 => "No response arrived in time.",
        507 => "The disk is full.",
        _ => "The server failed.",
    }
}
