//! A participant's own process: it registers an agent, reads its inbox, runs a handler for each task and reports
//! what came of it.
//!
//! ```no_run
//! use sessiond_agent::{Agent, Failure, Options, TaskContext};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let options = Options::connect("http://127.0.0.1:8080", None, "opencode://backend".parse()?)?;
//! let agent = Agent::start(options, |task: TaskContext| async move {
//!     task.progress("reading").await;
//!     Ok::<_, Failure>(serde_json::json!({ "reviewed": task.payload }))
//! });
//! agent.wait().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//!
//! - A task's request is acknowledged after its end was reported. An agent that dies in between is given the same
//!   request again when it comes back, with the same task and the same attempt, so a handler may see work that it
//!   had begun before: make it safe to begin twice.
//! - A request that comes again while its task runs here, or after it has ended here, does not run again.
//! - At most [`Options::concurrency`] tasks run at once; messages that are no tasks are handled one at a time, in
//!   the order in which they came.
//! - A task that was cancelled, timed out or moved on to another attempt has its [`TaskContext::cancellation`]
//!   cancelled. A handler that ignores it is dropped after [`limits::CANCEL_GRACE`].
//! - [`Handle::stop`] takes no more work, gives running tasks [`Options::grace`] to end, and leaves the rest to be
//!   delivered again.
//!
//! The connection is a WebSocket; where none can be had (a proxy that refuses it, an embedded client) the inbox is
//! read by long polls. It is made again, with a growing and random delay, until somebody stops the agent, its key
//! is refused, or another process connects as the same agent.

mod agent;
mod connection;
mod dispatch;
mod error;
pub mod exec;
mod handler;
pub mod limits;
mod options;
mod retry;
mod seen;
mod task;
mod work;

pub use agent::{Agent, Handle, Health};
pub use error::Error;
pub use handler::{Failure, Handler};
pub use options::{Options, Socket};
pub use task::{Inputs, TaskContext};
