//! The interface of OpenAI's clients.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use sessiond_api::operations;
use sessiond_client::Conditions;
use sessiond_core::FileId;

use crate::app::App;
use crate::extract::{At, Caller, ModelName, OptionalRaw, Query, Raw};
use crate::openai::{ConversationId, GetResponse, ListItems, ListOpenAiFiles, OpenAi, ResponseId};
use crate::respond::{self, Answer};

/// List the models that a client of OpenAI's interface may name: `assistant` is the assistant of a session, and `assistant-stateless` the
/// model behind it, which has no session.
#[utoipa::path(get, path = operations::OPENAI_MODELS.path, tag = "openai",
    responses((status = 200, description = "The models.", body = Object)))]
pub(super) async fn list_models() -> Answer {
    respond::ok(OpenAi::models())
}

/// Read a model of OpenAI's interface.
#[utoipa::path(get, path = operations::OPENAI_MODEL.path, tag = "openai",
    responses((status = 200, description = "The model.", body = Object)))]
pub(super) async fn get_model(At(model): At<ModelName>) -> Answer {
    respond::ok(OpenAi::model(&model.0)?)
}

/// Chat completions: what follows the last answer in `messages` is a message to the session's assistant.
///
/// The session is that of the API key, when that is a session's token, or of the header `x-session-id`. The
/// earlier messages find the turn that the message follows. A parameter that is not supported is an error. The model
/// `assistant-stateless` has no session: it is sent all messages, and nothing is stored.
#[utoipa::path(post, path = operations::OPENAI_CHAT.path, tag = "openai", request_body = Object,
    params(("x-session-id" = Option<String>, Header, description = "The session.")),
    responses((status = 200, description = "The answer.", content(
        (Object = "application/json"), (String = "text/event-stream")))))]
pub(super) async fn chat_completions(
    State(app): State<App>,
    Caller(client): Caller,
    conditions: Conditions,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Answer {
    OpenAi::new(app, client).chat(&headers, conditions, &body).await
}

/// Create a response: a turn of a conversation.
///
/// It follows the turn of `previous_response_id`, or the last one of `conversation`; without both it is a beginning, in the
/// session of the API key or of the header `x-session-id`, or in a new one. With `background` the response is returned at
/// once.
#[utoipa::path(post, path = operations::OPENAI_CREATE_RESPONSE.path, tag = "openai", request_body = Object,
    params(("x-session-id" = Option<String>, Header, description = "The session.")),
    responses((status = 200, description = "The response.", content(
        (Object = "application/json"), (String = "text/event-stream")))))]
pub(super) async fn create_response(
    State(app): State<App>,
    Caller(client): Caller,
    conditions: Conditions,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Answer {
    OpenAi::new(app, client).respond(&headers, conditions, &body).await
}

/// Read a response, or with `stream=true` its events after number `starting_after`.
#[utoipa::path(get, path = operations::OPENAI_GET_RESPONSE.path, tag = "openai", params(GetResponse),
    responses((status = 200, description = "The response.", content(
        (Object = "application/json"), (String = "text/event-stream")))))]
pub(super) async fn get_response(
    State(app): State<App>,
    Caller(client): Caller,
    At(id): At<ResponseId>,
    Query(query): Query<GetResponse>,
) -> Answer {
    OpenAi::new(app, client).response(&id, query).await
}

/// Cancel a response: its turn is stopped, and keeps the answer so far.
#[utoipa::path(post, path = operations::OPENAI_CANCEL_RESPONSE.path, tag = "openai",
    responses((status = 200, description = "The response.", body = Object)))]
pub(super) async fn cancel_response(
    State(app): State<App>,
    Caller(client): Caller,
    At(id): At<ResponseId>,
) -> Answer {
    OpenAi::new(app, client).cancel(&id).await
}

/// Create a conversation: a session with an assistant.
#[utoipa::path(post, path = operations::OPENAI_CREATE_CONVERSATION.path, tag = "openai",
    request_body = Option<Object>,
    responses((status = 200, description = "The conversation.", body = Object)))]
pub(super) async fn create_conversation(
    State(app): State<App>,
    Caller(client): Caller,
    OptionalRaw(body): OptionalRaw,
) -> Answer {
    OpenAi::new(app, client).create_conversation(&body).await
}

/// Read a conversation.
#[utoipa::path(get, path = operations::OPENAI_GET_CONVERSATION.path, tag = "openai",
    responses((status = 200, description = "The conversation.", body = Object)))]
pub(super) async fn get_conversation(
    State(app): State<App>,
    Caller(client): Caller,
    At(id): At<ConversationId>,
) -> Answer {
    OpenAi::new(app, client).conversation_of(&id).await
}

/// Delete a conversation: its session, with everything that belongs to it.
#[utoipa::path(delete, path = operations::OPENAI_DELETE_CONVERSATION.path, tag = "openai",
    responses((status = 200, description = "It is deleted.", body = Object)))]
pub(super) async fn delete_conversation(
    State(app): State<App>,
    Caller(client): Caller,
    At(id): At<ConversationId>,
) -> Answer {
    OpenAi::new(app, client).delete_conversation(&id).await
}

/// Upload a file to the session of the API key, or of the header `x-session-id`.
#[utoipa::path(post, path = operations::OPENAI_CREATE_FILE.path, tag = "openai",
    params(("x-session-id" = Option<String>, Header, description = "The session.")),
    request_body(content = sessiond_api::FileForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "The file.", body = Object)))]
pub(super) async fn create_openai_file(
    State(app): State<App>,
    Caller(client): Caller,
    headers: HeaderMap,
    request: Request,
) -> Answer {
    OpenAi::new(app, client).create_file(&headers, request).await
}

/// List the files of the session.
#[utoipa::path(get, path = operations::OPENAI_LIST_FILES.path, tag = "openai", params(ListOpenAiFiles,
    ("x-session-id" = Option<String>, Header, description = "The session.")),
    responses((status = 200, description = "The files.", body = Object)))]
pub(super) async fn list_openai_files(
    State(app): State<App>,
    Caller(client): Caller,
    headers: HeaderMap,
    Query(query): Query<ListOpenAiFiles>,
) -> Answer {
    OpenAi::new(app, client).list_files(&headers, query).await
}

/// Read the details of a file of the session.
#[utoipa::path(get, path = operations::OPENAI_GET_FILE.path, tag = "openai",
    params(("x-session-id" = Option<String>, Header, description = "The session.")),
    responses((status = 200, description = "The file.", body = Object)))]
pub(super) async fn get_openai_file(
    State(app): State<App>,
    Caller(client): Caller,
    At(file): At<FileId>,
    headers: HeaderMap,
) -> Answer {
    OpenAi::new(app, client).file(&headers, &file).await
}

/// Download a file of the session, as it was uploaded.
#[utoipa::path(get, path = operations::OPENAI_GET_FILE_CONTENT.path, tag = "openai",
    params(("x-session-id" = Option<String>, Header, description = "The session.")),
    responses((status = 200, description = "Its bytes.", body = String, content_type = "application/octet-stream")))]
pub(super) async fn get_openai_file_content(
    State(app): State<App>,
    Caller(client): Caller,
    At(file): At<FileId>,
    headers: HeaderMap,
) -> Answer {
    OpenAi::new(app, client).file_content(&headers, &file).await
}

/// Remove a file of the session.
#[utoipa::path(delete, path = operations::OPENAI_DELETE_FILE.path, tag = "openai",
    params(("x-session-id" = Option<String>, Header, description = "The session.")),
    responses((status = 200, description = "It is removed.", body = Object)))]
pub(super) async fn delete_openai_file(
    State(app): State<App>,
    Caller(client): Caller,
    At(file): At<FileId>,
    headers: HeaderMap,
) -> Answer {
    OpenAi::new(app, client).delete_file(&headers, &file).await
}

/// List the messages of a conversation that lead to its head.
#[utoipa::path(get, path = operations::OPENAI_LIST_ITEMS.path, tag = "openai", params(ListItems),
    responses((status = 200, description = "A page of items.", body = Object)))]
pub(super) async fn list_items(
    State(app): State<App>,
    Caller(client): Caller,
    At(id): At<ConversationId>,
    Query(query): Query<ListItems>,
) -> Answer {
    OpenAi::new(app, client).items(&id, query).await
}
