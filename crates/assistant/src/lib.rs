//! Private assistants: what answers the turns of a session's conversation.
//!
//! [`Assistants`] is the engine's [`TurnRunner`](sessiond_engine::TurnRunner). It lays out the request (`prompt.rs`), streams
//! the model's answer into the turn, and says how it ended. `window.rs` says what fits into the model's window, and `compact.rs`
//! summarises earlier turns so that the rest does.

mod compact;
mod prompt;
mod runner;
mod window;

pub use runner::Assistants;
