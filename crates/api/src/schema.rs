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
    /// What a key may do at all.
    Role { Client, Agent, Admin }
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
        check::<_, sessiond_core::Role>(super::Role::ALL);
    }
}
