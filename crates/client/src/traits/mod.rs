//! What a client can do, a trait a noun. The embedded client and the HTTP client implement all of them, and [`Api`] is
//! their sum.

mod agents;
mod aggregations;
mod calls;
mod context;
mod conversation;
mod events;
mod files;
mod inbox;
mod keys;
mod messages;
mod participants;
mod questions;
mod schedules;
mod server;
mod sessions;
mod signals;
mod tasks;
mod telemetry;
mod workflow;

use async_trait::async_trait;

pub use context::ContextView;
pub use conversation::{TurnFollow, TurnItem};
pub use events::{RecordPage, Watch, WatchItem};
pub use files::Sent;
pub use sessions::{Export, Import};

/// The nouns, each with its module and its trait: the one list of them. From it follow their public names and [`Api`].
macro_rules! nouns {
    ($($module:ident::$Noun:ident)*) => {
        $(pub use $module::$Noun;)*

        /// Everything that a client can do. Every operation returns what its route in the OpenAPI document returns; a
        /// failure is a [`Problem`](sessiond_api::Problem) with the same code from both clients.
        #[async_trait]
        pub trait Api: $($Noun +)* {
            /// Where this client leads, for people.
            fn location(&self) -> String;
            /// Removes a copy of a session from a store on this machine, and ends nothing: the session itself is on a
            /// server. Over HTTP there are no copies, so it is an error.
            async fn drop_copy(&self, id: &sessiond_core::SessionId) -> Result<(), sessiond_api::Problem>;
            /// Writes what waits and closes what is open; the handle is of no use after it.
            async fn close(&self);
        }
    };
}

nouns! {
    sessions::Sessions
    participants::Participants
    workflow::Workflow
    context::Context
    calls::Calls
    conversation::Conversation
    files::Files
    questions::Questions
    signals::Signals
    schedules::Schedules
    tasks::Tasks
    events::Events
    messages::Messages
    agents::Agents
    inbox::Inbox
    aggregations::Aggregations
    keys::Keys
    telemetry::Telemetry
    server::Server
}
