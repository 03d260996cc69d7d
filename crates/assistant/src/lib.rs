//! Private assistants: what answers the turns of a session's conversation.
//!
//! [`Assistants`] is the engine's [`TurnRunner`](sessiond_engine::TurnRunner). It lays out the request (`prompt.rs`), streams
//! the model's answer into the turn, and says how it ended. `window.rs` says what fits into the model's window, and `compact.rs`
//! summarises earlier turns so that the rest does. [`Library`] reads and searches the files of sessions; `sources.rs` chooses
//! what a turn is given
//! of them, `citations.rs` checks what the answer cites, and `tools/` has what the model may call.

mod answer;
mod citations;
mod compact;
mod library;
mod prompt;
mod runner;
mod sources;
mod tools;
mod window;

pub use library::Library;
pub use runner::Assistants;
pub use tools::{Server as ToolServer, Tools};
