//! What handlers take from requests. Whatever is wrong becomes a problem that names the place.

mod body;
mod caller;
mod conditions;
mod path;
mod query;

pub(crate) use body::{Context, Json, Lines, OptionalJson, OptionalRaw, Raw, Verbatim};
pub(crate) use caller::{Caller, Staying};
pub(crate) use conditions::{SESSION, named_session};
pub(crate) use path::{
    At, ConsolePath, ErrorCode, Guide, Image, KeyId, ModelName, PassageNumber, SignalName,
};
pub(crate) use query::Query;
pub(crate) use sessiond_client::Conditions;
