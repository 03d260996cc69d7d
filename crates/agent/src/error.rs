//! Why an agent ended by itself.

use sessiond_api::Problem;

/// Why an agent ended that nobody had stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A newer connection reads this agent's inbox.
    #[error(
        "another process has connected as this agent and taken over its inbox; \
         stop that one, or give this one an id of its own"
    )]
    TakenOver,

    /// The server will not have this agent, and asking again would not change that.
    #[error("the server rejected the agent: {0}")]
    Refused(Problem),

    /// The program that does its work cannot be started, so no task can be done here.
    #[error("the agent takes no more tasks, because its program does not start: {0}")]
    NotStarted(String),

    /// The agent's own task ended without an answer, which is a fault of this crate.
    #[error("the agent's process failed; its log has the cause")]
    Crashed,
}
