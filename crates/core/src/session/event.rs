//! What can have happened. An [`Event`] is stored, published and exported as it is written here, so a change to
//! these shapes is a change of a stored format: add members with a default, never rename or reuse one.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Error, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use strum::VariantNames;

use crate::calls::CallsRecorded;
use crate::values::strict::Strict;
use crate::values::{Revision, Timestamp};

use super::payload::{At, Payload};

/// The type of the events that have the texts of calls.
const CALLS_RECORDED: &str = "calls_recorded";

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

/// What becomes of the inputs of calls, which are most of a long journal's text, when events are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// They are kept.
    Kept,
    /// They are skipped, as if they were absent: replay compares their keys.
    Skipped,
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
    lifecycle: SessionCreated SessionUpdated SessionForked SessionImported SessionCompleted SessionTerminated SessionFailed SessionExpired SessionRetried TokenIssued;
    participants: ParticipantAdded ParticipantRemoved LeaseClaimed LeaseReleased LeaseExpired;
    workflow: WorkflowUpdated WorkflowAdvanced;
    context: ContextUpdated;
    tasks: TaskDelegated TaskUpdated;
    messages: MessageSent;
    calls: ExecutionBegan ExecutionInterrupted ExecutionContinued CallsRecorded;
    questions: QuestionAsked QuestionAnswered QuestionClosed;
    signals: SignalSent;
    conversation: AssistantSet TurnQueued TurnBegan TurnProgressed ToolCalled ToolAnswered TurnEnded HeadMoved ConversationCompacted ConversationCleared;
    files: FileAdded FilesRemoved;
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
        Body { kind, inputs: Inputs::Kept }.known(data)
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

    /// Reads the text of an event, once. None if its type is not in [`EventBody::KINDS`]: a newer version wrote it.
    pub fn read(json: &str, inputs: Inputs) -> serde_json::Result<Option<Self>> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let event = Text { inputs }.deserialize(&mut reader)?;
        reader.end()?;
        Ok(event.ok())
    }
}

impl<'de> Deserialize<'de> for Event {
    /// By hand, because serde reads a flattened body into a tree first, and the texts of calls with it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = Text { inputs: Inputs::Kept }.deserialize(deserializer)?;
        event.map_err(|kind| D::Error::unknown_variant(&kind, EventBody::KINDS))
    }
}

/// The text of an event, which is read in one pass if the type comes before the payload, as it is written here.
struct Text {
    inputs: Inputs,
}

/// The members of an event.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Member {
    Seq,
    Time,
    Actor,
    Type,
    Data,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Text {
    /// The event, or its type if that is not known.
    type Value = Result<Event, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Result<Event, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        fn set<T, E: Error>(member: &mut Option<T>, name: &'static str, value: T) -> Result<(), E> {
            if member.replace(value).is_some() { Err(E::duplicate_field(name)) } else { Ok(()) }
        }
        let inputs = self.inputs;
        let (mut seq, mut time, mut actor, mut kind) = (None, None, None, None::<String>);
        // The payload's text, if its type was not known yet.
        let (mut text, mut body) = (None::<Box<RawValue>>, None);
        while let Some(member) = members.next_key()? {
            match member {
                Member::Seq => set(&mut seq, "seq", members.next_value()?)?,
                Member::Time => set(&mut time, "time", members.next_value()?)?,
                Member::Actor => set(&mut actor, "actor", members.next_value()?)?,
                Member::Type => set(&mut kind, "type", members.next_value()?)?,
                Member::Data if text.is_some() => return Err(A::Error::duplicate_field("data")),
                Member::Data => match &kind {
                    Some(kind) => set(&mut body, "data", members.next_value_seed(Body { kind, inputs })?)?,
                    None => text = Some(members.next_value()?),
                },
                Member::Other => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        let kind = kind.ok_or_else(|| A::Error::missing_field("type"))?;
        if let Some(text) = text {
            let read = Body { kind: &kind, inputs }.deserialize(&*text);
            body = Some(read.map_err(A::Error::custom)?);
        }
        let Some(body) = body.ok_or_else(|| A::Error::missing_field("data"))? else { return Ok(Err(kind)) };
        Ok(Ok(Event {
            seq: seq.ok_or_else(|| A::Error::missing_field("seq"))?,
            time: time.ok_or_else(|| A::Error::missing_field("time"))?,
            actor: actor.ok_or_else(|| A::Error::missing_field("actor"))?,
            body,
        }))
    }
}

/// The payload of an event of this type.
struct Body<'a> {
    kind: &'a str,
    inputs: Inputs,
}

impl Body<'_> {
    /// Reads it as one of a type that is known.
    fn known<'de, D: Deserializer<'de>>(self, data: D) -> Result<EventBody, D::Error> {
        if self.inputs == Inputs::Skipped && self.kind == CALLS_RECORDED {
            return CallsRecorded::without_inputs(Strict::stored(data)).map(EventBody::CallsRecorded);
        }
        EventBody::deserialize(MapAccessDeserializer::new(Parts { kind: Some(self.kind), data: Some(data) }))
    }
}

impl<'de> DeserializeSeed<'de> for Body<'_> {
    /// None if its type is not known.
    type Value = Option<EventBody>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if !EventBody::KINDS.contains(&self.kind) {
            return IgnoredAny::deserialize(deserializer).map(|_| None);
        }
        self.known(deserializer).map(Some)
    }
}

/// What an event's body is made of.
struct Parts<'a, D> {
    kind: Option<&'a str>,
    data: Option<D>,
}

impl<'de, D: Deserializer<'de>> MapAccess<'de> for Parts<'_, D> {
    type Error = D::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, D::Error> {
        let key = match (self.kind, &self.data) {
            (Some(_), _) => "type",
            (None, Some(_)) => "data",
            (None, None) => return Ok(None),
        };
        let key: StrDeserializer<'_, D::Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, D::Error> {
        match (self.kind.take(), self.data.take()) {
            (Some(kind), data) => {
                self.data = data;
                let kind: StrDeserializer<'_, D::Error> = kind.into_deserializer();
                seed.deserialize(kind)
            }
            (None, Some(data)) => seed.deserialize(Strict::stored(data)),
            (None, None) => Err(D::Error::custom("a value follows a key")),
        }
    }
}
