//! Language models behind one interface.
//!
//! [`Model`] is what a caller holds: it completes a [`Request`] to an [`Answer`], whole or as a stream of [`Delta`]s.
//! [`OpenAi`] speaks to any address with OpenAI's chat completions.
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
mod message;
mod model;
mod openai;
mod request;

pub use answer::{Answer, Finish, Usage};
pub use error::Error;
pub use message::{Message, Tool, ToolCall};
pub use model::{AnswerStream, Delta, Model, from_env};
pub use openai::{OpenAi, Settings};
pub use request::{Request, Schema, ToolChoice};
