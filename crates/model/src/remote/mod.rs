//! Services that run models: OpenAI's, Anthropic's, Google's and Ollama's own interfaces, and whatever speaks one of them.
//!
//! `settings.rs` says which, `send.rs` sends and tries again, `stream.rs` reads an answer in pieces, `format.rs` says what
//! a format has to do, `meter.rs` knows the window, `overflow.rs` how services say that it is exceeded, and the others are the
//! formats.

mod anthropic;
mod chat;
mod format;
mod gemini;
mod meter;
mod ollama;
mod overflow;
mod responses;
mod send;
mod settings;
mod stream;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::{Answer, AnswerStream, Error, Model, Request, Window};
use format::{Gathered, Reader};
use meter::{Meter, Sent};
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
    meter: Arc<Meter>,
}

/// A model behind an address with OpenAI's interface.
pub type OpenAi = Remote;

impl Remote {
    /// A provider with these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Settings`] when the address or the key cannot be one.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self { sender: Sender::new(&settings)?, settings, meter: Meter::new() })
    }

    async fn body(&self, request: &Request, streaming: bool) -> Value {
        let Settings { model, api, more, .. } = &self.settings;
        let mut body = match api {
            Api::Chat => chat::request(request, model, self.sender.is_official(), streaming),
            Api::Responses => responses::request(request, model, streaming),
            Api::Anthropic => anthropic::request(request, model, streaming),
            Api::Gemini => gemini::request(request),
            Api::Ollama => ollama::request(request, model, streaming),
        };
        if *api == Api::Ollama {
            // Without it, the service takes its own default and cuts the beginning of what is longer off.
            body["options"]["num_ctx"] = self.window().await.tokens.into();
        }
        if let Some(key) = &request.cache_key {
            // A service that does not know it may refuse it.
            let takes_key = self.sender.is_official() || self.meter.takes_key();
            if matches!(api, Api::Chat | Api::Responses) && takes_key {
                body["prompt_cache_key"] = key.as_str().into();
            }
            if *api == Api::Chat && self.settings.cache_salt {
                body["cache_salt"] = key.as_str().into();
            }
        }
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

    /// Refuses what the service's interface has no word for: left out, it would change the answer without notice.
    fn check(&self, request: &Request) -> Result<(), Error> {
        if self.settings.api == Api::Responses && !request.stop.is_empty() {
            let detail =
                "the interface `responses` has no `stop`: leave it out, or set SESSIOND_MODEL_API to `chat`";
            return Err(Error::Refused(detail.into()));
        }
        Ok(())
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

    fn answer(&self, gathered: Gathered, sent: Sent, started: Instant) -> Answer {
        Answer {
            is_cut: self.meter.answered(sent, gathered.usage),
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

    /// The same error. One that says that the request is too long tells the window.
    fn noted(&self, error: Error, sent: Sent) -> Error {
        if let Error::TooLong { window, .. } = &error {
            self.meter.refused(sent, *window);
        }
        error
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

    async fn window(&self) -> Window {
        let ask = async || match self.settings.about() {
            Some(url) => {
                let body = (self.settings.api == Api::Ollama).then(|| json!({"model": self.settings.model}));
                let about = self.sender.ask(url, body).await?;
                about.iter().for_each(|about| self.meter.heard(about));
                Ok(about.and_then(|about| meter::told(&self.settings, &about)))
            }
            None => Ok(None),
        };
        self.meter.window(&self.settings, self.sender.is_official(), ask).await
    }

    fn count(&self, request: &Request) -> u64 {
        self.meter.count(request)
    }

    async fn stream(&self, request: Request) -> Result<AnswerStream, Error> {
        self.check(&request)?;
        let (started, sent) = (Instant::now(), Sent::of(&request));
        let response = self.sender.send(&self.body(&request, true).await).await;
        let response = response.map_err(|error| self.noted(error, sent))?;
        Ok(stream::read(self.clone(), response, sent, started))
    }

    async fn complete(&self, request: Request) -> Result<Answer, Error> {
        self.check(&request)?;
        let (started, sent) = (Instant::now(), Sent::of(&request));
        let text = self.sender.send_for_text(&self.body(&request, false).await).await;
        let text = text.map_err(|error| self.noted(error, sent))?;
        let unreadable = |reason: String| Error::unreadable(reason, &self.sender.clean(&text));
        let whole = serde_json::from_str(&text)
            .map_err(|error| unreadable(format!("it is no {}: {error}", self.settings.api.answer_name())))?;
        let mut reader = self.reader();
        reader.take(whole).map_err(|fault| self.noted(self.sender.fault(fault, &text), sent))?;
        let gathered = reader.end().ok_or_else(|| unreadable("there is nothing in it".to_owned()))?;
        Ok(self.answer(gathered, sent, started))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Message;

    /// The members of a request by which its cache is found.
    async fn keys(url: &str, api: Api, change: impl FnOnce(&mut Settings, &Meter)) -> Value {
        let mut model = Remote::new(Settings { api, ..Settings::new(url, "m") }).unwrap();
        change(&mut model.settings, &model.meter);
        let request = Request { cache_key: Some("k".to_owned()), ..Request::new([Message::user("Hi")]) };
        let body = model.body(&request, true).await;
        json!([body.get("prompt_cache_key"), body.get("cache_salt")])
    }

    #[tokio::test]
    async fn the_key_of_a_conversation_is_sent_only_to_a_service_that_knows_it() {
        let (openai, other) = ("https://api.openai.com/v1", "http://h");
        let ours = json!({"data": [{"owned_by": "sessiond"}]});
        for api in [Api::Chat, Api::Responses] {
            assert_eq!(keys(openai, api, |_, _| ()).await, json!(["k", null]));
        }
        for api in [Api::Chat, Api::Responses, Api::Anthropic, Api::Gemini] {
            assert_eq!(keys(other, api, |_, _| ()).await, json!([null, null]));
        }
        assert_eq!(keys(other, Api::Chat, |_, meter| meter.heard(&ours)).await, json!(["k", null]));
        let salted = |settings: &mut Settings, _: &Meter| settings.cache_salt = true;
        assert_eq!(keys(other, Api::Chat, salted).await, json!([null, "k"]));
        assert_eq!(keys(other, Api::Anthropic, salted).await, json!([null, null]));
    }
}
