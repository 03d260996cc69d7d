//! The interface of OpenAI's clients. It has its own messages, so there is no wire type.

crate::operations::operations! {
    /// Lists the models that a client may name.
    OPENAI_MODELS = Operation::get("/v1/models").with_token();
    /// Reads a model.
    OPENAI_MODEL = Operation::get("/v1/models/{model}").with_token().fails_with(&[Code::NotFound]);
    /// Sends a message in the form of chat completions.
    OPENAI_CHAT = Operation::post("/v1/chat/completions").with_token().takes(&[Header::IdempotencyKey]).fails_with(&[
        Code::SessionNotFound,
        Code::SessionEnded,
        Code::ModelUnavailable,
        Code::TurnStopped,
        Code::LimitReached,
    ]);
    /// Creates a response.
    OPENAI_CREATE_RESPONSE = Operation::post("/v1/responses").with_token().takes(&[Header::IdempotencyKey]).fails_with(&[
        Code::SessionNotFound,
        Code::SessionEnded,
        Code::ModelUnavailable,
        Code::TurnStopped,
        Code::LimitReached,
    ]);
    /// Reads a response.
    OPENAI_GET_RESPONSE = Operation::get("/v1/responses/{response_id}").with_token().fails_with(&[Code::TurnNotFound]);
    /// Cancels a response.
    OPENAI_CANCEL_RESPONSE = Operation::post("/v1/responses/{response_id}/cancel").with_token().fails_with(&[Code::TurnNotFound]);
    /// Creates a conversation.
    OPENAI_CREATE_CONVERSATION = Operation::post("/v1/conversations");
    /// Reads a conversation.
    OPENAI_GET_CONVERSATION =
        Operation::get("/v1/conversations/{conversation_id}").with_token().fails_with(&[Code::SessionNotFound]);
    /// Deletes a conversation.
    OPENAI_DELETE_CONVERSATION =
        Operation::delete("/v1/conversations/{conversation_id}").with_token().fails_with(&[Code::SessionNotFound]);
    /// Uploads a file.
    OPENAI_CREATE_FILE = Operation::post("/v1/files").with_token().fails_with(&[
        Code::SessionNotFound,
        Code::FileUnreadable,
        Code::FileTooLarge,
        Code::LimitReached,
        Code::SessionEnded,
        Code::StoreFull,
    ]);
    /// Lists the files.
    OPENAI_LIST_FILES = Operation::get("/v1/files").with_token().fails_with(&[Code::SessionNotFound, Code::MalformedRequest]);
    /// Reads the details of a file.
    OPENAI_GET_FILE =
        Operation::get("/v1/files/{file_id}").with_token().fails_with(&[Code::SessionNotFound, Code::FileNotFound]);
    /// Downloads a file.
    OPENAI_GET_FILE_CONTENT = Operation::get("/v1/files/{file_id}/content")
        .with_token()
        .fails_with(&[Code::SessionNotFound, Code::FileNotFound]);
    /// Removes a file.
    OPENAI_DELETE_FILE = Operation::delete("/v1/files/{file_id}")
        .with_token()
        .fails_with(&[Code::SessionNotFound, Code::FileNotFound, Code::SessionEnded]);
    /// Lists what was said in a conversation.
    OPENAI_LIST_ITEMS =
        Operation::get("/v1/conversations/{conversation_id}/items").with_token().fails_with(&[Code::SessionNotFound]);
}
