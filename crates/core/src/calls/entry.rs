//! What a journal says of the calls of an execution session: that one began, that one ended. An entry is flat on the
//! wire and in the journal, which is a stored format: add members with a default, never rename or reuse one.

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

use crate::values::check::Checks;
use crate::values::json::present;
use crate::values::{Json, limits};

/// One call: that it began (`node` is present), that it ended (`status` is present), or both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallEntry {
    /// Its number in the session: 1, 2, 3 … in the order in which calls began.
    pub call: u64,
    /// That it began; on the wire its members are there when `node` is.
    #[serde(flatten)]
    pub began: Option<CallBegan>,
    /// That it ended; on the wire its members are there when `status` is.
    #[serde(flatten)]
    pub ended: Option<CallEnded>,
}

/// How a call began.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallBegan {
    /// The call that made it; absent if the program itself did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<u64>,
    /// The node's name.
    pub node: Arc<str>,
    /// `function` (if absent), `agent`, `model`, `tool` or `other`.
    #[serde(skip_serializing_if = "CallKind::is_function")]
    pub kind: CallKind,
    /// The branch of its parent's concurrency that made it, such as `fetch/parse#1`; absent for the parent's own line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<Arc<str>>,
    /// Its index among the calls of that branch, from 0.
    pub position: u32,
    /// Its place among all begins, ends and context writes of the session, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_order: Option<u64>,
    /// A hash of its input, in hexadecimal.
    pub key: String,
    /// The interrupted call whose work it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumes: Option<u64>,
    /// When it began, in microseconds since the Unix epoch.
    pub began_us: u64,
    /// Its input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Json>,
    /// The input's size in bytes, if it was too large to record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_omitted: Option<u64>,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallEnded {
    /// `completed`, `failed`, `timeout`, `cancelled` or `abandoned`.
    pub status: CallStatus,
    /// When it ended, in microseconds since the Unix epoch.
    pub ended_us: u64,
    /// Its place among all begins, ends and context writes of the session, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_order: Option<u64>,
    /// Whether the output is only for display: it holds a secret or cannot be read back. False if absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub opaque: bool,
    /// Its output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Json>,
    /// The output's size in bytes, if it was too large to record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_omitted: Option<u64>,
    /// The SHA-256 of an omitted output that the process kept beside its journal, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_sha256: Option<String>,
    /// The error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<CallError>,
    /// The usage of a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// The kind of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// A function of the program.
    #[default]
    Function,
    /// An agent: a model with tools.
    Agent,
    /// One request to a model.
    Model,
    /// A tool that a model asked for.
    Tool,
    /// Anything else.
    Other,
}

impl CallEnded {
    /// A call that ended so, then, and of which nothing else is told.
    pub fn new(status: CallStatus, ended_us: u64) -> Self {
        Self {
            status,
            ended_us,
            ended_order: None,
            opaque: false,
            output: None,
            output_omitted: None,
            output_sha256: None,
            error: None,
            usage: None,
        }
    }

    /// Its place in the order of the session. A journal that has none was ordered by the clock.
    pub fn order(&self) -> u64 {
        self.ended_order.unwrap_or(self.ended_us)
    }
}

impl CallBegan {
    /// Its place in the order of the session. A journal that has none was ordered by the clock.
    pub fn order(&self) -> u64 {
        self.began_order.unwrap_or(self.began_us)
    }
}

impl CallStatus {
    /// Its word on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl CallKind {
    fn is_function(&self) -> bool {
        *self == Self::Function
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CallStatus {
    /// It gave its result.
    Completed,
    /// It gave an error.
    Failed,
    /// It took too long and was stopped.
    Timeout,
    /// It was wanted no more and was stopped.
    Cancelled,
    /// It could not be stopped, and nobody waits for it any more.
    Abandoned,
}

/// The error of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CallError {
    /// The kind of error, such as the name of an exception.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its message.
    pub message: String,
    /// Its stack trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The error as its language writes it, from which replay raises it again: any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<serde_json::Value>))]
    pub value: Option<Json>,
}

/// The usage of a model in a call.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// The model's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The service that runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Tokens of the prompt.
    #[serde(default)]
    pub input_tokens: u64,
    /// Tokens of the answer.
    #[serde(default)]
    pub output_tokens: u64,
    /// Tokens of the prompt that were in a cache, and were not read again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<u64>,
    /// The cost in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// The time until the answer, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_us: Option<u64>,
}

/// One entry about a call: its start, its end, or both.
// An entry as it is written. It is read manually from this, because serde reads a flattened member into a tree first.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = CallEntry))]
#[serde(deny_unknown_fields, bound(deserialize = "I: Deserialize<'de>"))]
struct Flat<I> {
    /// Its number in the session: 1, 2, 3 and so on in the order in which calls began.
    call: u64,
    /// The call that made it; absent when the program itself did.
    parent: Option<u64>,
    /// The node's name. When it is there, the call began: `position`, `key` and `began_us` are there too.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, example = "NodeA"))]
    node: Option<Arc<str>>,
    /// The kind of the node. Default: `function`.
    kind: Option<CallKind>,
    /// The branch of its parent's concurrency that made it; absent for the parent's own line.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, example = "fetch#1"))]
    branch: Option<Arc<str>>,
    /// Its index among the calls of that branch, from 0.
    position: Option<u32>,
    /// The place of its begin among all begins, ends and context writes of the session, from 1.
    began_order: Option<u64>,
    /// A hash of its input, in hexadecimal digits; replay finds the call by it.
    #[cfg_attr(feature = "schema", schema(example = "9f86d081", pattern = "^[0-9A-Fa-f]{1,64}$"))]
    key: Option<String>,
    /// The interrupted call that it resumes.
    resumes: Option<u64>,
    /// When it began, in microseconds since the Unix epoch.
    began_us: Option<u64>,
    /// Its input: any JSON.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<serde_json::Value>))]
    input: Option<I>,
    /// The size of its input in bytes, when that was too large to be kept here.
    input_omitted: Option<u64>,
    /// How it ended. When it is there, the call ended: `ended_us` is there too.
    status: Option<CallStatus>,
    /// When it ended, in microseconds since the Unix epoch.
    ended_us: Option<u64>,
    /// The place of its end among all begins, ends and context writes of the session, from 1.
    ended_order: Option<u64>,
    /// Whether its output is shown to people alone; a replay runs the call again.
    opaque: Option<bool>,
    /// Its output: any JSON.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<serde_json::Value>))]
    output: Option<Json>,
    /// The size of its output in bytes, when that was too large to be kept here.
    output_omitted: Option<u64>,
    /// The SHA-256 of an omitted output that the process kept beside its journal, in hexadecimal digits.
    #[cfg_attr(feature = "schema", schema(pattern = "^[0-9A-Fa-f]{64}$"))]
    output_sha256: Option<String>,
    /// The error.
    error: Option<CallError>,
    /// The usage of a model.
    usage: Option<Usage>,
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for CallEntry {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        Flat::<Json>::schema()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for CallEntry {
    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        Flat::<Json>::schemas(schemas);
    }
}

/// What is kept of an input that is read.
trait Input {
    fn kept(self) -> Option<Json>;
}

impl Input for Json {
    fn kept(self) -> Option<Json> {
        Some(self)
    }
}

impl Input for IgnoredAny {
    fn kept(self) -> Option<Json> {
        None
    }
}

/// An entry that is read without its input.
pub(super) struct WithoutInput(pub(super) CallEntry);

impl<'de> Deserialize<'de> for CallEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Flat::<Json>::deserialize(deserializer)?.entry()
    }
}

impl<'de> Deserialize<'de> for WithoutInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Flat::<IgnoredAny>::deserialize(deserializer)?.entry().map(Self)
    }
}

impl<I: Input> Flat<I> {
    fn entry<E: serde::de::Error>(self) -> Result<CallEntry, E> {
        let flat = self;
        let needs = |member: &'static str| E::missing_field(member);
        let began = match flat.node {
            Some(node) => Some(CallBegan {
                parent: flat.parent,
                node,
                kind: flat.kind.unwrap_or_default(),
                branch: flat.branch,
                position: flat.position.ok_or_else(|| needs("position"))?,
                began_order: flat.began_order,
                key: flat.key.ok_or_else(|| needs("key"))?,
                resumes: flat.resumes,
                began_us: flat.began_us.ok_or_else(|| needs("began_us"))?,
                input: flat.input.and_then(I::kept),
                input_omitted: flat.input_omitted,
            }),
            None => {
                let others = [flat.parent, flat.resumes, flat.began_us, flat.began_order, flat.input_omitted];
                let others = others.iter().any(Option::is_some) || flat.position.is_some();
                let others = others || flat.branch.is_some();
                if others || flat.kind.is_some() || flat.key.is_some() || flat.input.is_some() {
                    return Err(needs("node"));
                }
                None
            }
        };
        let ended = match flat.status {
            Some(status) => Some(CallEnded {
                status,
                ended_us: flat.ended_us.ok_or_else(|| needs("ended_us"))?,
                ended_order: flat.ended_order,
                opaque: flat.opaque.unwrap_or_default(),
                output: flat.output,
                output_omitted: flat.output_omitted,
                output_sha256: flat.output_sha256,
                error: flat.error,
                usage: flat.usage,
            }),
            None => {
                let others = [flat.ended_us, flat.ended_order, flat.output_omitted];
                let others = others.iter().any(Option::is_some) || flat.opaque.is_some();
                let others = others || flat.output_sha256.is_some();
                if others || flat.output.is_some() || flat.error.is_some() || flat.usage.is_some() {
                    return Err(needs("status"));
                }
                None
            }
        };
        Ok(CallEntry { call: flat.call, began, ended })
    }
}

/// Where a member of an entry stands in a request; written down only when it is wrong.
struct At(usize, &'static str);

impl From<At> for String {
    fn from(At(i, member): At) -> Self {
        format!("/calls/{i}/{member}")
    }
}

impl CallEntry {
    /// Checks what it says by itself; `i` is its place in the batch.
    pub(crate) fn check(&self, checks: &mut Checks, i: usize) {
        if let Some(began) = &self.began {
            checks.name(At(i, "node"), &began.node);
            let digits = began.key.bytes().all(|byte| byte.is_ascii_hexdigit());
            if began.key.is_empty() || began.key.len() > limits::CALL_KEY_BYTES || !digits {
                let detail = format!("it has 1 to {} hexadecimal digits", limits::CALL_KEY_BYTES);
                checks.wrong(At(i, "key"), detail);
            }
            if began
                .branch
                .as_ref()
                .is_some_and(|branch| branch.is_empty() || branch.len() > limits::TEXT_BYTES)
            {
                checks.wrong(At(i, "branch"), format!("it has 1 to {} bytes", limits::TEXT_BYTES));
            }
            if began.resumes.is_some_and(|earlier| earlier >= self.call) {
                checks.wrong(At(i, "resumes"), "it must be an earlier call");
            }
            payload(checks, i, ["input", "input_omitted"], began.input.as_ref(), began.input_omitted);
        }
        if let Some(ended) = &self.ended {
            payload(checks, i, ["output", "output_omitted"], ended.output.as_ref(), ended.output_omitted);
            if let Some(error) = &ended.error {
                checks.name(At(i, "error/type"), &error.kind);
                checks.text_if_any(At(i, "error/message"), Some(&error.message));
                checks.text_if_any(At(i, "error/trace"), error.trace.as_ref());
                if let Some(value) = &error.value {
                    if value.as_str().len() > limits::PAYLOAD_BYTES {
                        let detail = format!("it may have {} bytes at most", limits::PAYLOAD_BYTES);
                        checks.wrong(At(i, "error/value"), detail);
                    } else if let Err(detail) = value.check(limits::JSON_DEPTH) {
                        checks.wrong(At(i, "error/value"), detail);
                    }
                }
            }
            if let Some(sha256) = &ended.output_sha256
                && (ended.output_omitted.is_none()
                    || sha256.len() != 64
                    || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()))
            {
                checks.wrong(
                    At(i, "output_sha256"),
                    "it is the SHA-256 of an omitted output, 64 hexadecimal digits",
                );
            }
            if let Some(usage) = &ended.usage {
                checks.name_if_any(At(i, "usage/model"), usage.model.as_ref());
                checks.name_if_any(At(i, "usage/provider"), usage.provider.as_ref());
                let most = limits::CALL_COST as f64;
                if usage.cost.is_some_and(|cost| !(0.0..=most).contains(&cost)) {
                    checks.wrong(
                        At(i, "usage/cost"),
                        format!("it must be an amount from 0 to {most} US dollars"),
                    );
                }
            }
        }
        if self.began.is_none() && self.ended.is_none() {
            checks.wrong(At(i, "node"), "an entry says that the call began (node), ended (status), or both");
        }
    }

    /// How many bytes its input, output and error have.
    pub fn bytes(&self) -> usize {
        let text = |json: &Option<Json>| json.as_ref().map_or(0, |json| json.as_str().len());
        let began = self
            .began
            .as_ref()
            .map_or(0, |began| text(&began.input) + began.branch.as_ref().map_or(0, |branch| branch.len()));
        let ended = self.ended.as_ref().map_or(0, |ended| {
            let error = ended.error.as_ref();
            text(&ended.output)
                + error
                    .map_or(0, |e| e.message.len() + e.trace.as_ref().map_or(0, String::len) + text(&e.value))
        });
        began + ended
    }
}

fn payload(
    checks: &mut Checks,
    i: usize,
    members: [&'static str; 2],
    json: Option<&Json>,
    omitted: Option<u64>,
) {
    let Some(json) = json else { return };
    if omitted.is_some() {
        checks.wrong(At(i, members[1]), format!("it is allowed only if {} is left out", members[0]));
    }
    if json.as_str().len() > limits::PAYLOAD_BYTES {
        let detail = format!(
            "it may have {} bytes at most; leave it out and say its size in {}",
            limits::PAYLOAD_BYTES,
            members[1]
        );
        checks.wrong(At(i, members[0]), detail);
    } else if let Err(detail) = json.check(limits::JSON_DEPTH) {
        checks.wrong(At(i, members[0]), detail);
    }
}
