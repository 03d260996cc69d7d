//! Any address with OpenAI's chat completions: services, and programs on this machine.
//!
//! `settings.rs` says which, `send.rs` sends and tries again, `stream.rs` reads an answer in pieces, and `wire.rs` has the
//! format.

mod send;
mod settings;
mod stream;
mod wire;

use std::time::Instant;

use async_trait::async_trait;
use serde_json::Value;

use crate::{Answer, AnswerStream, Error, Model, Request};
use send::Sender;
pub use settings::Settings;

/// A model behind an OpenAI-compatible address; cheap to clone.
///
/// A request is tried again when the connection does not come about or breaks before the answer, at 429 and when the
/// service fails, with growing pauses; what `Retry-After` says is kept to. An answer that has begun to stream is not begun
/// anew.
#[derive(Debug, Clone)]
pub struct OpenAi {
    sender: Sender,
    model: String,
}

/// The provider's name in answers.
const PROVIDER: &str = "openai";

impl OpenAi {
    /// A provider with these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Settings`] when the address or the key cannot be one.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self { sender: Sender::new(&settings)?, model: settings.model })
    }

    fn body(&self, request: &Request, streaming: bool) -> Value {
        wire::request(request, &self.model, self.sender.is_official(), streaming)
    }
}

#[async_trait]
impl Model for OpenAi {
    fn name(&self) -> &str {
        &self.model
    }

    fn provider(&self) -> &str {
        PROVIDER
    }

    async fn stream(&self, request: Request) -> Result<AnswerStream, Error> {
        let started = Instant::now();
        let response = self.sender.send(&self.body(&request, true)).await?;
        Ok(stream::read(self.sender.clone(), response, self.model.clone(), started))
    }

    async fn complete(&self, request: Request) -> Result<Answer, Error> {
        let started = Instant::now();
        let text = self.sender.send_for_text(&self.body(&request, false)).await?;
        let chat = serde_json::from_str(&text).map_err(|error| {
            Error::unreadable(format!("it is no chat completion: {error}"), &self.sender.clean(&text))
        })?;
        let mut gathered = wire::Gathered::default();
        gathered.take(chat).map_err(|error| self.sender.failed(&error))?;
        if gathered.is_empty() {
            return Err(Error::unreadable("there is nothing in it", &self.sender.clean(&text)));
        }
        Ok(answer(gathered, &self.model, started))
    }
}

/// The whole of what was gathered.
fn answer(gathered: wire::Gathered, model: &str, started: Instant) -> Answer {
    let tool_calls = gathered.tool_calls();
    Answer {
        finish: gathered.finish(!tool_calls.is_empty()),
        tool_calls,
        text: gathered.text,
        refusal: gathered.refusal,
        usage: gathered.usage,
        latency: started.elapsed(),
        model: gathered.model.unwrap_or_else(|| model.to_owned()),
        provider: PROVIDER.to_owned(),
    }
}
