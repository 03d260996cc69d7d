//! Language models of GGUF files.
//!
//! With the feature `runtime`, `Gguf` runs a file in this process, on its processors, and `from_env` is the model that the
//! environment names, a file among them. With `serve`, `serve::router` is a server with OpenAI's chat completions for any
//! model. Both are off, because what they need takes long to build; without them this crate is empty.

#[cfg(feature = "runtime")]
mod env;
#[cfg(feature = "runtime")]
mod runtime;
#[cfg(feature = "serve")]
pub mod serve;

#[cfg(feature = "runtime")]
pub use env::from_env;
#[cfg(feature = "runtime")]
pub use runtime::{Gguf, Options};
