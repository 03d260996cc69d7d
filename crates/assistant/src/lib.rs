//! Private assistants: what answers the turns of a session's conversation.
//!
//! [`Assistants`] is the engine's [`TurnRunner`](sessiond_engine::TurnRunner). It lays out the request (`prompt.rs`), streams
//! the model's answer into the turn, and says how it ended.

mod prompt;
mod runner;

pub use runner::Assistants;
