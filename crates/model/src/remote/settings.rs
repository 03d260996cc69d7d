//! Which address, model and key.

use std::fmt;
use std::time::Duration;

use reqwest::Url;

use crate::Error;

/// How long a model may be silent: long prompts on small machines take minutes before the first word.
const TIMEOUT: Duration = Duration::from_secs(600);
/// Tries after the first.
const RETRIES: usize = 4;

/// Which interface a service has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Api {
    /// OpenAI's chat completions, which many others have as well.
    #[default]
    Chat,
    /// OpenAI's responses.
    Responses,
    /// Anthropic's messages.
    Anthropic,
    /// Google's `generateContent`.
    Gemini,
    /// Ollama's `/api/chat`.
    Ollama,
}

impl Api {
    /// The interface of this name: `chat`, `responses`, `anthropic`, `gemini` or `ollama`.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "chat" => Self::Chat,
            "responses" => Self::Responses,
            "anthropic" => Self::Anthropic,
            "gemini" => Self::Gemini,
            "ollama" => Self::Ollama,
            _ => return None,
        })
    }

    /// Who is said to have answered.
    pub(super) fn provider(self) -> &'static str {
        match self {
            Self::Chat | Self::Responses => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        }
    }

    /// What its answers are called.
    pub(super) fn answer_name(self) -> &'static str {
        match self {
            Self::Chat => "chat completion",
            Self::Responses => "response",
            Self::Anthropic => "message",
            Self::Gemini => "generated content",
            Self::Ollama => "chat response",
        }
    }
}

/// What an address provider needs to know. [`fmt::Debug`] leaves the key out.
#[derive(Clone, PartialEq)]
pub struct Settings {
    /// The service's address, such as `https://api.openai.com/v1` or `http://127.0.0.1:8081`. Without a path, `/v1` is
    /// its path.
    pub url: String,
    /// The model's name there.
    pub model: String,
    /// The key, if it asks for one.
    pub key: Option<String>,
    /// How long it may send nothing, 10 minutes unless set. Without streaming that is the time for the whole answer.
    pub timeout: Duration,
    /// How often a request is tried again after a connection that broke, a 429 or a failure of the service; 4 unless set.
    pub retries: usize,
    /// The interface that it has.
    pub api: Api,
    /// What is added to each request as it stands, among the service's own settings of how words are drawn.
    pub more: serde_json::Map<String, serde_json::Value>,
}

impl Settings {
    /// Settings for a service without a key.
    pub fn new(url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            model: model.into(),
            key: None,
            timeout: TIMEOUT,
            retries: RETRIES,
            api: Api::default(),
            more: serde_json::Map::new(),
        }
    }

    /// The same with a key; an empty one is none.
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into()).filter(|key| !key.is_empty());
        self
    }

    /// What `SESSIOND_MODEL_URL`, `SESSIOND_MODEL` and `SESSIOND_MODEL_KEY` say.
    ///
    /// # Errors
    /// [`Error::Settings`] when one of the first two is missing.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// As [`Self::from_env`], from variables that come from elsewhere.
    ///
    /// # Errors
    /// As there.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let read = |name: &str| {
            variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let needed = |name: &str, example: &str| {
            read(name)
                .ok_or_else(|| Error::Settings(format!("no model is named: set {name}, such as {example}")))
        };
        let url = needed("SESSIOND_MODEL_URL", "http://127.0.0.1:8081/v1")?;
        let model = needed("SESSIOND_MODEL", "gpt-5-mini")?;
        Ok(Self::new(url, model).with_key(read("SESSIOND_MODEL_KEY").unwrap_or_default()))
    }

    /// The address that requests go to, for answers in pieces or whole.
    pub(super) fn endpoint(&self, streaming: bool) -> Result<Url, Error> {
        let wrong = |detail: &str| {
            Error::Settings(format!(
                "the model's address {detail}; give one such as http://127.0.0.1:8081/v1"
            ))
        };
        let mut url = Url::parse(&self.url).map_err(|error| wrong(&format!("is no URL ({error})")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("begins with neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds a password, which belongs into SESSIOND_MODEL_KEY"));
        }
        url.set_fragment(None);
        let (root, suffix) = match self.api {
            Api::Chat => ("/v1", "/chat/completions".to_owned()),
            Api::Responses => ("/v1", "/responses".to_owned()),
            Api::Anthropic => ("/v1", "/messages".to_owned()),
            Api::Gemini => {
                let folder = if self.model.contains('/') { "" } else { "models/" };
                let method = if streaming { "streamGenerateContent" } else { "generateContent" };
                ("/v1beta", format!("/{folder}{}:{method}", self.model))
            }
            Api::Ollama => ("/api", "/chat".to_owned()),
        };
        let path = url.path().trim_end_matches('/');
        let path = match path.strip_suffix(&suffix).unwrap_or(path) {
            "" => root,
            path => path,
        };
        url.set_path(&format!("{path}{suffix}"));
        if streaming && self.api == Api::Gemini {
            url.query_pairs_mut().append_pair("alt", "sse");
        }
        Ok(url)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("url", &self.url)
            .field("model", &self.model)
            .field("key", &self.key.as_ref().map(|_| "…"))
            .field("timeout", &self.timeout)
            .field("retries", &self.retries)
            .field("api", &self.api)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Result<String, Error> {
        Settings::new(url, "m").endpoint(false).map(|url| url.to_string())
    }

    #[test]
    fn an_address_is_taken_in_every_form_that_people_write() {
        for url in [
            "http://host:1",
            "http://host:1/",
            "http://host:1/v1",
            "http://host:1/v1/",
            "http://host:1/v1/chat/completions",
        ] {
            assert_eq!(endpoint(url).unwrap(), "http://host:1/v1/chat/completions", "{url}");
        }
        assert_eq!(
            endpoint("https://host/openai?api-version=2").unwrap(),
            "https://host/openai/chat/completions?api-version=2"
        );
        for bad in ["host", "ftp://host", "http://u:secret@host"] {
            let error = endpoint(bad).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_environment_names_the_model_and_what_is_missing_is_named() {
        let all = |name: &str| Some(if name == "SESSIOND_MODEL_URL" { "http://h" } else { "x" }.to_owned());
        let settings = Settings::from_variables(all).unwrap();
        assert_eq!((settings.model.as_str(), settings.key.as_deref()), ("x", Some("x")));
        let only_url = |name: &str| (name == "SESSIOND_MODEL_URL").then(|| "http://h".to_owned());
        let error = Settings::from_variables(only_url).unwrap_err().to_string();
        assert!(error.contains("set SESSIOND_MODEL,"), "{error}");
    }

    #[test]
    fn printed_settings_do_not_show_the_key() {
        let shown = format!("{:?}", Settings::new("http://h", "m").with_key("sk-secret"));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
