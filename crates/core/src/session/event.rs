//! What can have happened. An [`Event`] is stored, published and exported as it is written here, so a change to
//! these shapes is a change of a stored format: add members with a default, never rename or reuse one.

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Error, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use strum::VariantNames;

use crate::values::strict::Strict;
use crate::values::{Revision, Timestamp};

use super::payload::{At, Payload};

/// One entry of a session's journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Its number: 1, 2, 3 … with no gaps.
    pub seq: Revision,
    /// When it was decided.
    pub time: Timestamp,
    /// The agent or principal that caused it.
    pub actor: String,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// The events of all facets: the one list of them, facet by facet. From it follow [`EventBody`], and what the payload of
/// each does.
macro_rules! events {
    ($($module:ident: $($name:ident)*;)*) => {
        /// What happened; `type` and `data` on the wire. Each variant holds the payload that its facet defines in its
        /// `events.rs`, under the same name.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
        #[serde(tag = "type", content = "data", rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum EventBody {
            $($(#[doc = concat!("A [`", stringify!($name), "`](crate::", stringify!($module), "::", stringify!($name), ").")]
            $name(crate::$module::$name),)*)*
        }

        impl EventBody {
            pub(crate) fn payload(&self) -> &dyn Payload {
                match self {
                    $($(Self::$name(payload) => payload,)*)*
                }
            }

            /// The schema of each event's payload, in the order of [`KINDS`](Self::KINDS).
            #[cfg(feature = "schema")]
            pub fn payload_schemas() -> Vec<PayloadSchema> {
                let payloads = [$($(PayloadSchema::of::<crate::$module::$name>),*),*];
                Self::KINDS.iter().zip(payloads).map(|(kind, of)| of(kind)).collect()
            }
        }

        $($(impl From<crate::$module::$name> for EventBody {
            fn from(payload: crate::$module::$name) -> Self {
                Self::$name(payload)
            }
        })*)*
    };
}

events! {
    lifecycle: SessionCreated SessionUpdated SessionForked SessionImported SessionCompleted SessionTerminated SessionFailed SessionExpired SessionRetried;
    participants: ParticipantAdded ParticipantRemoved LeaseClaimed LeaseReleased LeaseExpired;
    workflow: WorkflowUpdated WorkflowAdvanced;
    context: ContextUpdated;
    tasks: TaskDelegated TaskUpdated;
    messages: MessageSent;
    calls: ExecutionBegan ExecutionInterrupted ExecutionContinued CallsRecorded;
    questions: QuestionAsked QuestionAnswered QuestionClosed;
    signals: SignalSent;
}

impl EventBody {
    /// The names of all events on the wire.
    pub const KINDS: &'static [&'static str] = <Self as VariantNames>::VARIANTS;

    /// The event's name on the wire.
    pub fn kind(&self) -> &'static str {
        self.into()
    }

    /// Reads an event of that name from its payload's text. A name that is not in [`KINDS`](Self::KINDS) is an error.
    pub fn read(kind: &str, data: &RawValue) -> serde_json::Result<Self> {
        Self::deserialize(MapAccessDeserializer::new(Parts { kind: Some(kind), data: Some(data) }))
    }

    /// Whether it may change the session's row in lists, other than its revision and time.
    pub fn is_listed(&self) -> bool {
        self.payload().is_listed()
    }
}

/// What an OpenAPI document says of an event's payload.
#[cfg(feature = "schema")]
pub struct PayloadSchema {
    /// The event's name on the wire.
    pub kind: &'static str,
    /// The schema's name.
    pub name: String,
    /// The schema.
    pub schema: utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>,
    /// The schemas that it refers to, with their names.
    pub references: Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
}

#[cfg(feature = "schema")]
impl PayloadSchema {
    fn of<P: utoipa::ToSchema>(kind: &'static str) -> Self {
        let mut references = Vec::new();
        P::schemas(&mut references);
        Self { kind, name: P::name().into_owned(), schema: P::schema(), references }
    }
}

impl Event {
    pub(crate) fn at(&self) -> At<'_> {
        At { seq: self.seq, time: self.time, actor: &self.actor }
    }
}

impl<'de> Deserialize<'de> for Event {
    /// By hand, because serde reads a flattened body into a tree first, and the texts of calls with it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Stored {
            seq: Revision,
            time: Timestamp,
            actor: String,
            #[serde(rename = "type")]
            kind: String,
            data: Box<RawValue>,
        }
        let Stored { seq, time, actor, kind, data } = Stored::deserialize(deserializer)?;
        let body = EventBody::read(&kind, &data).map_err(D::Error::custom)?;
        Ok(Self { seq, time, actor, body })
    }
}

/// What an event's body is made of.
struct Parts<'a> {
    kind: Option<&'a str>,
    data: Option<&'a RawValue>,
}

impl<'de> MapAccess<'de> for Parts<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> serde_json::Result<Option<K::Value>> {
        let key = match (self.kind, self.data) {
            (Some(_), _) => "type",
            (None, Some(_)) => "data",
            (None, None) => return Ok(None),
        };
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> serde_json::Result<V::Value> {
        match (self.kind.take(), self.data) {
            (Some(kind), _) => seed.deserialize(BorrowedStrDeserializer::new(kind)),
            (None, Some(data)) => {
                self.data = None;
                seed.deserialize(Strict::stored(data))
            }
            (None, None) => Err(serde_json::Error::custom("a value follows a key")),
        }
    }
}
