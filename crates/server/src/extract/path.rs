//! Names in paths. What cannot be a name is 422, what can be one and names nothing is for the client to tell.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use sessiond_api::Code;
use sessiond_core::{AgentId, FileId, MessageId, QuestionId, ScheduleId, SessionId, TaskId, TurnId};

use crate::app::App;
use crate::openai::{ConversationId, ResponseId};
use crate::respond::Failure;

/// The names in a path. (utoipa reads meaning into an argument that is called `Path`.)
pub(crate) struct At<T>(pub(crate) T);

/// The number of a passage.
pub(crate) struct PassageNumber(pub(crate) u32);
/// The name of a signal.
pub(crate) struct SignalName(pub(crate) String);
/// The id of a key.
pub(crate) struct KeyId(pub(crate) String);
/// The code of a problem.
pub(crate) struct ErrorCode(pub(crate) String);
/// The name of a guide.
pub(crate) struct Guide(pub(crate) String);
/// The name of a picture in the guides.
pub(crate) struct Image(pub(crate) String);
/// The name of a model.
pub(crate) struct ModelName(pub(crate) String);
/// What follows `/console/`.
pub(crate) struct ConsolePath(pub(crate) String);

/// What can stand in a path.
pub(crate) trait Name: Sized {
    fn read(parameters: &RawPathParams) -> Result<Self, Failure>;
}

macro_rules! names {
    ($($type:ty = $parameter:literal,)*) => {$(
        impl Name for $type {
            fn read(parameters: &RawPathParams) -> Result<Self, Failure> {
                parse(parameters, $parameter)
            }
        }
    )*};
}

names! {
    SessionId = "session_id",
    AgentId = "agent_id",
    TaskId = "task_id",
    MessageId = "message_id",
    QuestionId = "question_id",
    TurnId = "turn_id",
    FileId = "file_id",
    PassageNumber = "passage",
    ScheduleId = "schedule_id",
    SignalName = "signal",
    KeyId = "key_id",
    ErrorCode = "code",
    Guide = "guide",
    Image = "image",
    ModelName = "model",
    ResponseId = "response_id",
    ConversationId = "conversation_id",
    ConsolePath = "path",
}

impl<A: Name, B: Name> Name for (A, B) {
    fn read(parameters: &RawPathParams) -> Result<Self, Failure> {
        Ok((A::read(parameters)?, B::read(parameters)?))
    }
}

impl<T: Name> FromRequestParts<App> for At<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let parameters = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| Failure::new(Code::MalformedRequest, "the path is not percent-encoded UTF-8"))?;
        T::read(&parameters).map(Self)
    }
}

fn parse<T: FromStr<Err: std::fmt::Display>>(parameters: &RawPathParams, name: &str) -> Result<T, Failure> {
    let value = parameters.iter().find(|(parameter, _)| *parameter == name).map_or("", |(_, value)| value);
    value.parse().map_err(|error: T::Err| Failure::invalid(name, error.to_string()))
}

impl FromStr for PassageNumber {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| "a passage is a number from 1")
    }
}

impl<A: Name, B: Name, C: Name> Name for (A, B, C) {
    fn read(parameters: &RawPathParams) -> Result<Self, Failure> {
        Ok((A::read(parameters)?, B::read(parameters)?, C::read(parameters)?))
    }
}

macro_rules! texts {
    ($($type:ident),*) => {$(
        impl FromStr for $type {
            type Err = std::convert::Infallible;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self(text.to_owned()))
            }
        }
    )*};
}

texts!(SignalName, KeyId, ErrorCode, Guide, Image, ModelName, ConsolePath);
