//! What can have happened. An [`Event`] is stored, published and exported as it is written here, so a change to
//! these shapes is a change of a stored format: add members with a default, never rename or reuse one.

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Error, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use strum::VariantNames;

use crate::calls::{CallsRecorded, ExecutionBegan};
use crate::context::ContextUpdated;
use crate::lifecycle::{
    SessionCompleted, SessionCreated, SessionExpired, SessionFailed, SessionForked, SessionTerminated,
    SessionUpdated,
};
use crate::messages::MessageSent;
use crate::participants::{LeaseClaimed, LeaseExpired, LeaseReleased, ParticipantAdded, ParticipantRemoved};
use crate::tasks::{TaskDelegated, TaskUpdated};
use crate::values::{Revision, Timestamp};
use crate::workflow::{WorkflowAdvanced, WorkflowUpdated};

use super::payload::{At, Payload};

/// One entry of a session's journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Its number: 1, 2, 3 … with no gaps.
    pub seq: Revision,
    /// When it was decided.
    pub time: Timestamp,
    /// Who caused it: an agent's id, or a principal's name.
    pub actor: String,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened; `type` and `data` on the wire. Each variant holds the payload that its facet defines in its
/// `events.rs`, under the same name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EventBody {
    /// The session began.
    SessionCreated(SessionCreated),
    /// Its name, labels or expiry changed.
    SessionUpdated(SessionUpdated),
    /// The journal before this event was copied from another session.
    SessionForked(SessionForked),
    /// Its work is done.
    SessionCompleted(SessionCompleted),
    /// Somebody stopped it.
    SessionTerminated(SessionTerminated),
    /// Its work could not be done.
    SessionFailed(SessionFailed),
    /// Its time ran out.
    SessionExpired(SessionExpired),
    /// An agent joined, or joined again.
    ParticipantAdded(ParticipantAdded),
    /// An agent left.
    ParticipantRemoved(ParticipantRemoved),
    /// A process took the right to write in a participant's name.
    LeaseClaimed(LeaseClaimed),
    /// It gave the right back.
    LeaseReleased(LeaseReleased),
    /// It was not heard of in time and was declared dead.
    LeaseExpired(LeaseExpired),
    /// The plan was given or replaced.
    WorkflowUpdated(WorkflowUpdated),
    /// Steps began, ended or were set manually.
    WorkflowAdvanced(WorkflowAdvanced),
    /// The shared context was replaced or patched.
    ContextUpdated(ContextUpdated),
    /// A participant was asked for work.
    TaskDelegated(TaskDelegated),
    /// A task made progress or ended.
    TaskUpdated(TaskUpdated),
    /// A message between participants that is no task request.
    MessageSent(MessageSent),
    /// A process began to write calls, or took over from another.
    ExecutionBegan(ExecutionBegan),
    /// Calls began and ended.
    CallsRecorded(CallsRecorded),
}

impl EventBody {
    /// The names of all events on the wire.
    pub const KINDS: &'static [&'static str] = <Self as VariantNames>::VARIANTS;

    /// The event's name on the wire.
    pub fn kind(&self) -> &'static str {
        self.into()
    }

    /// Whether it may change the session's row in lists, other than its revision and time.
    pub fn is_listed(&self) -> bool {
        self.payload().is_listed()
    }
}

/// What each event's payload does, and how it becomes an event: one name for each variant.
macro_rules! payloads {
    ($($name:ident)*) => {
        impl EventBody {
            pub(crate) fn payload(&self) -> &dyn Payload {
                match self {
                    $(Self::$name(payload) => payload,)*
                }
            }
        }
        $(impl From<$name> for EventBody {
            fn from(payload: $name) -> Self {
                Self::$name(payload)
            }
        })*
    };
}

payloads! {
    SessionCreated
    SessionUpdated
    SessionForked
    SessionCompleted
    SessionTerminated
    SessionFailed
    SessionExpired
    ParticipantAdded
    ParticipantRemoved
    LeaseClaimed
    LeaseReleased
    LeaseExpired
    WorkflowUpdated
    WorkflowAdvanced
    ContextUpdated
    TaskDelegated
    TaskUpdated
    MessageSent
    ExecutionBegan
    CallsRecorded
}

impl Event {
    pub(crate) fn at(&self) -> At {
        At { seq: self.seq, time: self.time }
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
        let parts = MapAccessDeserializer::new(Parts { kind: Some(&kind), data: Some(&data) });
        let body = EventBody::deserialize(parts).map_err(D::Error::custom)?;
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
                seed.deserialize(data)
            }
            (None, None) => Err(serde_json::Error::custom("a value follows a key")),
        }
    }
}
