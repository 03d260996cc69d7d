//! One session engine for AI work, for Rust programs: the embedded and the HTTP client, agents, and the wire's types.
//!
//! ```no_run
//! use sessiond::{Client, api};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // In this process, on a store in a directory …
//! let client = Client::open(".sessiond".as_ref()).await?;
//! // … or at a server: Client::connect("http://127.0.0.1:8080", Some("key"))?
//! let session = client
//!     .create_session(api::CreateSession { name: Some("first".into()), ..Default::default() }, Default::default())
//!     .await?;
//! println!("{} is at revision {}", session.session_id, session.revision);
//! client.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! An agent, which is a process of its own that works on tasks, is in [`agent`]; a program whose calls are recorded, and
//! that goes on where it was, is an [`execution`]. The program `sessiond` is built
//! from this package too; its commands are no part of this library.

/// The wire: requests, views and problems.
pub use sessiond_api as api;

/// A participant's own process.
pub use sessiond_agent as agent;

/// Programs whose calls are recorded: nodes, sessions, and how they are resumed.
pub use sessiond_execution as execution;

pub use sessiond_agent::{Agent, Failure, Handler, TaskContext};
pub use sessiond_api::{Code, Problem};
pub use sessiond_client::{Api, Client, Conditions, ContextView, Export, Import, Watch, WatchItem};
pub use sessiond_core::{
    AgentId, Fence, InvalidId, InvalidSpan, Kind, MessageId, MessageType, Priority, Revision, Role,
    SessionId, Span, Status, StepStatus, TaskId, TaskStatus, Timestamp,
};
