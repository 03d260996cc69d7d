//! Executions: programs made of nodes that call nodes. Every call is recorded in a session, so that one can look at the
//! whole while it runs and afterwards, and so that a program which was killed goes on where it was.
//!
//! ```no_run
//! # async fn example() -> Result<(), sessiond_execution::Error> {
//! use std::time::Duration;
//! use sessiond_execution::{Session, call, function_node};
//!
//! let shout = function_node("Shout", |text: String| async move { Ok(text.to_uppercase()) });
//! let session = Session::builder().context([("key", "value")]).timeout(Duration::from_secs(150)).start().await?;
//! let answer: String = session.call(&shout, "Hello World").await?;
//! session.close().await?;
//! # Ok(())
//! # }
//! ```
//!
//! A step's effect happens *at least once*: a call whose end was not on disk when its process died is run again by
//! [`Session::resume`]. Make what it does idempotent, with a key made of the session's id and the call's input for one.
//!
//! [`Session`] is for Rust programs; [`execution::Execution`] is what it shares with the sessions of other languages.

mod agent;
mod ambient;
pub mod branch;
mod comparison;
pub mod config;
mod context;
pub mod control;
mod error;
pub mod execution;
mod info;
pub mod look;
mod node;
mod publisher;
mod recorder;
pub mod recover;
pub mod replay;
mod saved;
mod session;
mod values;

pub use agent::{AgentInput, AgentNode, AgentResult, AgentStream, AgentTool, node_tool, tool};
pub use ambient::now_us;
pub use branch::Branch;
pub use comparison::Beside;
pub use config::{Config, Durability, Server, Settings, set_config};
pub use context::Context;
pub use error::{BoxError, Error, Failure};
pub use info::Info;
pub use node::{FunctionNode, Node, function_node};
pub use publisher::{Publisher, SubscriberInfo, Subscription, Update};
pub use recorder::{Recorder, Ticket};
pub use session::{Builder, Closed, Session, branch, call, sleep};
/// What is recorded here and waits for a server.
pub use sessiond_recording::spool;
/// Connections to MCP servers.
#[cfg(feature = "mcp")]
pub use sessiond_turns::mcp;
pub use sessiond_turns::redact::Secret;
pub use sessiond_turns::usage::{Prices, Used, usage};
/// How an agent and its model take turns.
pub use sessiond_turns::{prompt, redact, turns};

/// The threads and the stores of this process, which all its sessions share.
pub mod background {
    pub use sessiond_background::{forked, handle, spawn, spawn_blocking};
    pub use sessiond_client::{after_fork, before_fork};
    pub use sessiond_recording::stores::{close, engine, spool};
    pub use sessiond_recording::{run, wait};
}

/// Language models, which agents ask.
pub mod model {
    pub use sessiond_model::*;
    /// With the feature `gguf`, the environment may name a file.
    #[cfg(feature = "gguf")]
    pub use sessiond_model_gguf::{Gguf, from_env};
}
