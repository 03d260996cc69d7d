//! Which address, model and key.

use std::fmt;
use std::time::Duration;

use reqwest::Url;

use crate::Error;

/// How long a model may be silent: long prompts on small machines take minutes before the first word.
const TIMEOUT: Duration = Duration::from_secs(600);
/// Tries after the first.
const RETRIES: usize = 4;
/// The smallest window that can be set, in tokens.
const SMALLEST: u64 = 256;
/// The port on which Ollama listens.
const OLLAMA_PORT: u16 = 11434;

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
    /// How many tokens a request and its answer may have together; where it is not set, the service is asked.
    pub window: Option<u64>,
    /// Whether a request's `cache_key` is sent as `cache_salt`, by which vLLM keeps the caches of conversations apart.
    pub cache_salt: bool,
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
            window: None,
            cache_salt: false,
            more: serde_json::Map::new(),
        }
    }

    /// The same with a key; an empty one is none.
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into()).filter(|key| !key.is_empty());
        self
    }

    /// What `SESSIOND_MODEL_URL`, `SESSIOND_MODEL` and `SESSIOND_MODEL_KEY` say; and, if they are set, `SESSIOND_MODEL_API`,
    /// the name of an interface, `SESSIOND_MODEL_WINDOW`, a number of tokens, and `SESSIOND_MODEL_CACHE_SALT`, `true` or
    /// `false`. Without the name of an interface, the address tells those of Anthropic, of Google and of Ollama.
    ///
    /// # Errors
    /// [`Error::Settings`] when one of the first two is missing, or one of the others makes no sense.
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
        let wrong = |name: &str, value: &str, expected: &str| {
            Error::Settings(format!("{name} is {value:?}; set it to {expected}"))
        };
        let mut settings = Self::new(url, model).with_key(read("SESSIOND_MODEL_KEY").unwrap_or_default());
        match read("SESSIOND_MODEL_API") {
            Some(name) => {
                let expected = "chat, responses, anthropic, gemini or ollama";
                settings.api =
                    Api::of_name(&name).ok_or_else(|| wrong("SESSIOND_MODEL_API", &name, expected))?;
            }
            None => settings.know_service(),
        }
        if let Some(text) = read("SESSIOND_MODEL_WINDOW") {
            let tokens = text.parse().ok().filter(|tokens| *tokens >= SMALLEST);
            let expected = || format!("a number of tokens, {SMALLEST} or more");
            settings.window = Some(tokens.ok_or_else(|| wrong("SESSIOND_MODEL_WINDOW", &text, &expected()))?);
        }
        if let Some(text) = read("SESSIOND_MODEL_CACHE_SALT") {
            settings.cache_salt =
                text.parse().map_err(|_| wrong("SESSIOND_MODEL_CACHE_SALT", &text, "true or false"))?;
        }
        Ok(settings)
    }

    /// Takes the interface that the service at a known address has. Ollama's address is often the one of its interface like
    /// OpenAI's, which does not know how large the window is to be and cuts the beginning of long conversations off.
    fn know_service(&mut self) {
        let Ok(mut url) = Url::parse(&self.url) else { return };
        let path = url.path().trim_end_matches('/').to_owned();
        match (url.host_str().unwrap_or_default(), url.port(), path.as_str()) {
            ("api.anthropic.com", _, "" | "/v1" | "/v1/messages") => self.api = Api::Anthropic,
            ("generativelanguage.googleapis.com", _, "" | "/v1beta") => self.api = Api::Gemini,
            (_, Some(OLLAMA_PORT), "" | "/v1" | "/api" | "/v1/chat/completions" | "/api/chat") => {
                url.set_path("/api");
                self.url = url.into();
                self.api = Api::Ollama;
            }
            _ => {}
        }
    }

    /// The address at which the service tells what it knows of its model; none where it tells nothing of its window.
    pub(super) fn about(&self) -> Option<Url> {
        let mut url = self.endpoint(false).ok()?;
        let path = url.path().to_owned();
        let path = match self.api {
            Api::Chat => format!("{}/models", path.strip_suffix("/chat/completions")?),
            Api::Gemini => path.strip_suffix(":generateContent")?.to_owned(),
            Api::Ollama => format!("{}/show", path.strip_suffix("/chat")?),
            Api::Responses | Api::Anthropic => return None,
        };
        url.set_path(&path);
        Some(url)
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
            .field("window", &self.window)
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
        let all = |name: &str| match name {
            "SESSIOND_MODEL_URL" => Some("http://h".to_owned()),
            "SESSIOND_MODEL" | "SESSIOND_MODEL_KEY" => Some("x".to_owned()),
            _ => None,
        };
        let settings = Settings::from_variables(all).unwrap();
        assert_eq!((settings.model.as_str(), settings.key.as_deref()), ("x", Some("x")));
        let only_url = |name: &str| (name == "SESSIOND_MODEL_URL").then(|| "http://h".to_owned());
        let error = Settings::from_variables(only_url).unwrap_err().to_string();
        assert!(error.contains("set SESSIOND_MODEL,"), "{error}");
    }

    #[test]
    fn the_address_tells_the_interface_of_known_services_and_a_variable_sets_it() {
        let read = |url: &str, name: &str, value: &str| {
            Settings::from_variables(|asked| match asked {
                "SESSIOND_MODEL_URL" => Some(url.to_owned()),
                "SESSIOND_MODEL" => Some("m".to_owned()),
                asked if asked == name => Some(value.to_owned()),
                _ => None,
            })
        };
        let of = |url: &str| {
            let settings = read(url, "", "").unwrap();
            (settings.api, settings.endpoint(false).unwrap().to_string())
        };
        for url in ["http://localhost:11434", "http://localhost:11434/v1", "http://localhost:11434/api/"] {
            assert_eq!(of(url), (Api::Ollama, "http://localhost:11434/api/chat".to_owned()), "{url}");
        }
        assert_eq!(of("https://api.anthropic.com").0, Api::Anthropic);
        assert_eq!(of("https://generativelanguage.googleapis.com/v1beta").0, Api::Gemini);
        let compatible = "https://generativelanguage.googleapis.com/v1beta/openai";
        assert_eq!(of(compatible), (Api::Chat, format!("{compatible}/chat/completions")));
        let chat = read("http://localhost:11434/v1", "SESSIOND_MODEL_API", "chat").unwrap();
        assert_eq!((chat.api, chat.url.as_str()), (Api::Chat, "http://localhost:11434/v1"));
        assert_eq!(read("http://h", "SESSIOND_MODEL_WINDOW", "32768").unwrap().window, Some(32_768));
        assert!(read("http://h", "SESSIOND_MODEL_CACHE_SALT", "true").unwrap().cache_salt);
        for (name, value) in [
            ("SESSIOND_MODEL_API", "grpc"),
            ("SESSIOND_MODEL_WINDOW", "8k"),
            ("SESSIOND_MODEL_WINDOW", "1"),
            ("SESSIOND_MODEL_CACHE_SALT", "maybe"),
        ] {
            let error = read("http://h", name, value).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("set it to"), "{error}");
        }
    }

    #[test]
    fn printed_settings_do_not_show_the_key() {
        let shown = format!("{:?}", Settings::new("http://h", "m").with_key("sk-secret"));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
