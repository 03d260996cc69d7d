//! Language models behind one interface.
//!
//! [`Model`] is what a caller holds: it completes a [`Request`] to an [`Answer`], whole or as a stream of [`Delta`]s.
//! [`Remote`] speaks to services: OpenAI's, Anthropic's, Google's and Ollama's, and whatever has one of their interfaces.
//! Models of GGUF files in the process, and a server for a model, are the crate `sessiond-model-gguf`.
//!
//! ```no_run
//! use sessiond_model::{Message, Model, OpenAi, Request, Settings};
//!
//! # async fn example() -> Result<(), sessiond_model::Error> {
//! let model = OpenAi::new(Settings::from_env()?)?;
//! let answer = model.complete(Request::new([Message::user("What is the capital of France?")])).await?;
//! println!("{} ({:?})", answer.text, answer.usage);
//! # Ok(())
//! # }
//! ```

mod answer;
mod env;
mod error;
mod message;
mod model;
mod remote;
mod request;
mod window;
pub mod wire;

pub use answer::{Answer, Finish, Usage};
pub use env::{from_env, from_env_or_file};
pub use error::Error;
pub use message::{Message, Tool, ToolCall};
pub use model::{AnswerStream, Delta, Model};
pub use remote::{Api, OpenAi, Remote, Settings};
pub use request::{Request, Schema, ToolChoice};
pub use window::{Known, Window, estimate};
