//! Services that run models: OpenAI's, Anthropic's, Google's and Ollama's own interfaces, and whatever speaks one of them.
//!
//! `settings.rs` says which, `send.rs` sends and tries again, `stream.rs` reads an answer in pieces, `format.rs` says what
//! a format has to do, and the others are the formats.

mod anthropic;
mod chat;
mod format;
mod gemini;
mod ollama;
mod responses;
mod send;
mod settings;
mod stream;

use std::time::Instant;

use async_trait::async_trait;
use serde_json::Value;

use crate::{Answer, AnswerStream, Error, Model, Request};
use format::{Gathered, Reader};
use send::Sender;
pub use settings::{Api, Settings};

/// A model that a service runs; cheap to clone.
///
/// A request is tried again when the connection does not come about or breaks before the answer, at 429 and when the
/// service fails, with growing pauses; what `Retry-After` says is kept to. An answer that has begun to stream is not begun
/// anew.
#[derive(Debug, Clone)]
pub struct Remote {
    sender: Sender,
    settings: Settings,
}

/// A model behind an address with OpenAI's interface.
pub type OpenAi = Remote;

impl Remote {
    /// A provider with these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Settings`] when the address or the key cannot be one.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self { sender: Sender::new(&settings)?, settings })
    }

    fn body(&self, request: &Request, streaming: bool) -> Value {
        let Settings { model, api, more, .. } = &self.settings;
        let mut body = match api {
            Api::Chat => chat::request(request, model, self.sender.is_official(), streaming),
            Api::Responses => responses::request(request, model, streaming),
            Api::Anthropic => anthropic::request(request, model, streaming),
            Api::Gemini => gemini::request(request),
            Api::Ollama => ollama::request(request, model, streaming),
        };
        let inner = match api {
            Api::Gemini => &mut body["generationConfig"],
            Api::Ollama => &mut body["options"],
            Api::Chat | Api::Responses | Api::Anthropic => &mut body,
        };
        if let Value::Object(members) = inner {
            members.extend(more.clone());
        }
        body
    }

    fn reader(&self) -> Reader {
        Reader::new(match self.settings.api {
            Api::Chat => Box::new(chat::ChatCompletions::default()),
            Api::Responses => Box::new(responses::Responses),
            Api::Anthropic => Box::new(anthropic::Anthropic::default()),
            Api::Gemini => Box::new(gemini::Gemini),
            Api::Ollama => Box::new(ollama::Ollama),
        })
    }

    fn answer(&self, gathered: Gathered, started: Instant) -> Answer {
        Answer {
            finish: gathered.finish(),
            text: gathered.text,
            refusal: gathered.refusal,
            tool_calls: gathered.calls,
            usage: gathered.usage,
            latency: started.elapsed(),
            model: gathered.model.unwrap_or_else(|| self.settings.model.clone()),
            provider: self.settings.api.provider().to_owned(),
        }
    }
}

#[async_trait]
impl Model for Remote {
    fn name(&self) -> &str {
        &self.settings.model
    }

    fn provider(&self) -> &str {
        self.settings.api.provider()
    }

    async fn stream(&self, request: Request) -> Result<AnswerStream, Error> {
        let started = Instant::now();
        let response = self.sender.send(&self.body(&request, true)).await?;
        Ok(stream::read(self.clone(), response, started))
    }

    async fn complete(&self, request: Request) -> Result<Answer, Error> {
        let started = Instant::now();
        let text = self.sender.send_for_text(&self.body(&request, false)).await?;
        let unreadable = |reason: String| Error::unreadable(reason, &self.sender.clean(&text));
        let whole = serde_json::from_str(&text)
            .map_err(|error| unreadable(format!("it is no {}: {error}", self.settings.api.answer_name())))?;
        let mut reader = self.reader();
        reader.take(whole).map_err(|fault| self.sender.fault(fault, &text))?;
        let gathered = reader.end().ok_or_else(|| unreadable("there is nothing in it".to_owned()))?;
        Ok(self.answer(gathered, started))
    }
}
