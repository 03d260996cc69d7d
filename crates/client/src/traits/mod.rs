//! What a client can do, a trait a noun. The embedded client and the HTTP client implement all of them, and [`Api`] is
//! their sum.

mod agents;
mod aggregations;
mod calls;
mod context;
mod events;
mod inbox;
mod keys;
mod messages;
mod participants;
mod sessions;
mod tasks;
mod telemetry;
mod workflow;

use async_trait::async_trait;

pub use agents::Agents;
pub use aggregations::Aggregations;
pub use calls::Calls;
pub use context::{Context, ContextView};
pub use events::{Events, Watch, WatchItem};
pub use inbox::Inbox;
pub use keys::Keys;
pub use messages::Messages;
pub use participants::Participants;
pub use sessions::{Export, Import, Sessions};
pub use tasks::Tasks;
pub use telemetry::Telemetry;
pub use workflow::Workflow;

/// Everything that a client can do. Every operation returns what its route in the OpenAPI document returns; a failure is
/// a [`Problem`](sessiond_api::Problem) with the same code from both clients.
#[async_trait]
pub trait Api:
    Sessions
    + Participants
    + Workflow
    + Context
    + Calls
    + Tasks
    + Events
    + Messages
    + Agents
    + Inbox
    + Aggregations
    + Keys
    + Telemetry
{
    /// Where this client leads, for people.
    fn location(&self) -> String;
    /// Writes what waits and closes what is open; the handle is of no use after it.
    async fn close(&self);
}
