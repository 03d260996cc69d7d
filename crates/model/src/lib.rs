//! Language models behind one interface.
//!
//! [`Model`] is what a caller holds: it completes a [`Request`] to an [`Answer`], whole or as a stream of [`Delta`]s.
//! [`OpenAi`] speaks to any address with OpenAI's chat completions. With the feature `gguf`, `Gguf` runs a GGUF file in the
//! process; with `serve`, `serve::router` is a server with chat completions around any model.
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
mod error;
#[cfg(feature = "gguf")]
mod gguf;
mod message;
mod model;
mod openai;
mod request;
#[cfg(feature = "serve")]
pub mod serve;

pub use answer::{Answer, Finish, Usage};
pub use error::Error;
#[cfg(feature = "gguf")]
pub use gguf::Gguf;
pub use message::{Message, Tool, ToolCall};
pub use model::{AnswerStream, Delta, Model, from_env};
pub use openai::{OpenAi, Settings};
pub use request::{Request, Schema, ToolChoice};
