//! The journal as callers read it. An event is on the wire what it is in the store, so its payload stays the text that
//! was stored until somebody asks for its type.

use serde::{Deserialize, Serialize};
use sessiond_core::{EventBody, Json, Timestamp};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AnyOfBuilder, KnownFormat, ObjectBuilder, Ref, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::{IntoParams, PartialSchema, ToSchema};

crate::operations::operations! {
    /// Reads the journal in pages, or watches it live.
    LIST_EVENTS = Operation::get("/sessions/{session_id}/events").fails_with(&[Code::EventGap]).with_token();
}

/// One entry of a session's journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number: 1, 2, 3 … with no gaps.
    pub seq: u64,
    /// The time of the decision.
    pub time: Timestamp,
    /// What happened, such as `task_delegated`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The agent that acted, or the name of the key; `sessiond` for timers.
    pub actor: String,
    /// Its payload, as it was stored.
    #[serde(default = "Json::null")]
    pub data: Json,
}

/// Why an event's payload has no type here.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// A newer server wrote it.
    #[error("event {seq} is of type '{kind}', which this version does not know: use a newer one")]
    UnknownType {
        /// Its number.
        seq: u64,
        /// Its type.
        kind: String,
    },
    /// Its payload is not what its type says.
    #[error("event {seq} cannot be read: {source}")]
    Malformed {
        /// Its number.
        seq: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Event {
    /// Its payload with its type.
    pub fn body(&self) -> Result<EventBody, UnreadableEvent> {
        if !EventBody::KINDS.contains(&self.kind.as_str()) {
            return Err(UnreadableEvent::UnknownType { seq: self.seq, kind: self.kind.clone() });
        }
        EventBody::read(&self.kind, self.data.as_raw())
            .map_err(|source| UnreadableEvent::Malformed { seq: self.seq, source })
    }
}

/// One entry of a session's journal: which members `data` has follows from `type`. The last choice is an event of a
/// newer server.
impl PartialSchema for Event {
    fn schema() -> RefOr<Schema> {
        let known = EventBody::payload_schemas().into_iter().fold(AnyOfBuilder::new(), |events, payload| {
            let kind = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([payload.kind]));
            events.item(entry(kind, Ref::from_schema_name(payload.name).into()))
        });
        known
            .item(Ref::from_schema_name("UnknownEvent"))
            .description(Some(
                "One entry of a session's journal: which members `data` has follows from `type`.",
            ))
            .into()
    }
}

impl ToSchema for Event {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        for payload in EventBody::payload_schemas() {
            schemas.push((payload.name.clone(), payload.schema));
            schemas.extend(payload.references);
        }
        schemas.push((Timestamp::name().into_owned(), Timestamp::schema()));
        let kind = ObjectBuilder::new().schema_type(Type::String).description(Some("Any other type."));
        let data =
            ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("Any JSON.")).into();
        let unknown =
            entry(kind, data).description(Some("An event of a type that this document does not know."));
        schemas.push(("UnknownEvent".to_owned(), unknown.into()));
    }
}

/// An event of one type.
fn entry(kind: ObjectBuilder, data: RefOr<Schema>) -> ObjectBuilder {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
        .description(Some("Its number: 1, 2, 3 and so on with no gaps."));
    let actor = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("The agent or principal that caused it."));
    let members: [(&str, RefOr<Schema>); 5] = [
        ("seq", number.into()),
        ("time", Ref::from_schema_name(Timestamp::name()).into()),
        ("type", kind.into()),
        ("actor", actor.into()),
        ("data", data),
    ];
    members
        .into_iter()
        .fold(ObjectBuilder::new(), |entry, (name, schema)| entry.property(name, schema).required(name))
}

/// A filter for events.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListEvents {
    /// Only events with a larger number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// The maximum number of events, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// Events, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// The number of the session's newest event.
    pub revision: u64,
    /// The `after` of the next page; null if this page reaches the newest event.
    pub next_cursor: Option<u64>,
}
