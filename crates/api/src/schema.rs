//! How the core's closed sets of words look in the OpenAPI document. Nothing is made of these types; a test compares
//! them with the core's.
#![allow(dead_code, missing_docs)]

use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident),* })*) => {$(
        $(#[$doc])*
        #[derive(ToSchema, serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),* }
        #[cfg(test)]
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }
    )*};
}

words! {
    /// Which facet leads a session.
    Kind { Workflow, Assistant, Training, Federated, Execution }
    /// Whether a session lives, and how it ended.
    Status { Active, Completed, Terminated, Failed, Expired }
    /// What a participant does now.
    ParticipantStatus { Active, Waiting, Busy, Left, SessionTerminated }
    /// What a step is.
    StepStatus { Pending, Active, Completed, Failed }
    /// What a failed task means for its step.
    OnFailure { Fail, Continue, Retry }
    /// What a task is.
    TaskStatus { Pending, InProgress, Completed, Failed, Timeout, Cancelled }
    /// Orders an inbox.
    Priority { Low, Medium, High, Critical }
    /// What a message is.
    MessageType { TaskRequest, TaskResponse, StatusUpdate, Error, Heartbeat }
    /// Whether the sender waits for the response.
    DeliveryMode { Async, Sync }
    /// How the delay between attempts grows.
    Backoff { Linear, Exponential }
    /// What a node is.
    CallKind { Function, Agent, Model, Tool, Other }
    /// How a call ended.
    CallStatus { Completed, Failed, Timeout, Cancelled, Abandoned }
    /// What a key may do at all.
    Role { Client, Agent, Admin }
}

/// How a process ends the execution that it writes.
#[derive(ToSchema, serde::Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ExecutionEnd {
    /// Its program came to its end.
    Completed,
    /// Its program failed. It can be taken up again.
    Failed {
        /// Why, in a line.
        reason: String,
    },
}

/// What is told of one call: that it began, that it ended, or both.
#[derive(ToSchema, serde::Serialize)]
pub struct CallEntry {
    /// Its number in the session: 1, 2, 3 and so on in the order in which calls began.
    call: u64,
    /// The call that made it; absent when the program itself did.
    parent: Option<u64>,
    /// The node's name. When it is there, the call began: `position`, `key` and `began_us` are there too.
    #[schema(example = "NodeA")]
    node: Option<String>,
    /// What the node is; `function` when absent.
    kind: Option<CallKind>,
    /// The how-manieth call of its parent it is, from 0.
    position: Option<u32>,
    /// A hash of its input, in hexadecimal digits; what replay finds it by.
    #[schema(example = "9f86d081", pattern = "^[0-9A-Fa-f]{1,64}$")]
    key: Option<String>,
    /// The interrupted call that it takes up.
    resumes: Option<u64>,
    /// When it began, in microseconds since the Unix epoch.
    began_us: Option<u64>,
    /// What it was given: any JSON.
    #[schema(value_type = Option<Value>)]
    input: Option<serde_json::Value>,
    /// How many bytes it was given, when they were too many to stand here.
    input_omitted: Option<u64>,
    /// How it ended. When it is there, the call ended: `ended_us` is there too.
    status: Option<CallStatus>,
    /// When it ended, in microseconds since the Unix epoch.
    ended_us: Option<u64>,
    /// Whether what it gave is shown to people alone; a replay runs the call anew.
    opaque: Option<bool>,
    /// What it gave: any JSON.
    #[schema(value_type = Option<Value>)]
    output: Option<serde_json::Value>,
    /// How many bytes it gave, when they were too many to stand here.
    output_omitted: Option<u64>,
    /// What went wrong.
    error: Option<CallError>,
    /// What a model used.
    usage: Option<Usage>,
}

/// What went wrong in a call.
#[derive(ToSchema, serde::Serialize)]
pub struct CallError {
    /// The kind of error, such as the name of an exception.
    #[serde(rename = "type")]
    #[schema(example = "ValueError")]
    kind: String,
    /// What it says.
    message: String,
    /// Where it came from, for people.
    trace: Option<String>,
}

/// What a model used in a call.
#[derive(ToSchema, serde::Serialize)]
pub struct Usage {
    /// The model's name.
    model: Option<String>,
    /// Who runs it.
    provider: Option<String>,
    /// Tokens that it read; 0 when absent.
    input_tokens: Option<u64>,
    /// Tokens that it wrote; 0 when absent.
    output_tokens: Option<u64>,
    /// What it cost, in US dollars.
    cost: Option<f64>,
    /// How long it took to answer, in microseconds.
    latency_us: Option<u64>,
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    /// Every documented word is one that the core reads, and writes back the same.
    fn check<Documented: Serialize, Core: Serialize + DeserializeOwned>(all: &[Documented]) {
        for word in all {
            let word = serde_json::to_value(word).unwrap();
            let core: Core = serde_json::from_value(word.clone()).unwrap();
            assert_eq!(serde_json::to_value(core).unwrap(), word);
        }
    }

    /// An entry that says all it can.
    fn entry() -> super::CallEntry {
        super::CallEntry {
            call: 2,
            parent: Some(1),
            node: Some("NodeA".into()),
            kind: Some(super::CallKind::Model),
            position: Some(0),
            key: Some("9f".into()),
            resumes: Some(1),
            began_us: Some(1),
            input: Some(1.into()),
            input_omitted: Some(1),
            status: Some(super::CallStatus::Failed),
            ended_us: Some(2),
            opaque: Some(true),
            output: Some(1.into()),
            output_omitted: Some(1),
            error: Some(super::CallError {
                kind: "E".into(),
                message: "no".into(),
                trace: Some("at".into()),
            }),
            usage: Some(super::Usage {
                model: Some("m".into()),
                provider: Some("p".into()),
                input_tokens: Some(1),
                output_tokens: Some(2),
                cost: Some(0.5),
                latency_us: Some(3),
            }),
        }
    }

    #[test]
    fn the_documented_entry_of_a_call_is_that_of_the_core() {
        let documented = serde_json::to_value(entry()).unwrap();
        let core: sessiond_core::CallEntry = serde_json::from_value(documented.clone()).unwrap();
        assert_eq!(serde_json::to_value(core).unwrap(), documented);
    }

    #[test]
    fn the_documented_words_are_those_of_the_core() {
        check::<_, sessiond_core::Kind>(super::Kind::ALL);
        check::<_, sessiond_core::Status>(super::Status::ALL);
        check::<_, sessiond_core::ParticipantStatus>(super::ParticipantStatus::ALL);
        check::<_, sessiond_core::StepStatus>(super::StepStatus::ALL);
        check::<_, sessiond_core::OnFailure>(super::OnFailure::ALL);
        check::<_, sessiond_core::TaskStatus>(super::TaskStatus::ALL);
        check::<_, sessiond_core::Priority>(super::Priority::ALL);
        check::<_, sessiond_core::MessageType>(super::MessageType::ALL);
        check::<_, sessiond_core::DeliveryMode>(super::DeliveryMode::ALL);
        check::<_, sessiond_core::Backoff>(super::Backoff::ALL);
        check::<_, sessiond_core::CallKind>(super::CallKind::ALL);
        check::<_, sessiond_core::CallStatus>(super::CallStatus::ALL);
        check::<_, sessiond_core::Role>(super::Role::ALL);
    }
}
