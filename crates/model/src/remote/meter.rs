//! What is known of a service's window and of the way in which it counts tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::OnceCell;

use super::settings::{Api, Settings};
use crate::window::{Known, Window, estimate, fewest};
use crate::{Request, Usage};

/// The window that is asked of Ollama unless the model's file or the settings say another one: the whole window of a model
/// of today would take more memory than most machines have.
const OLLAMA: u64 = 8192;
/// The window of Anthropic's models.
const ANTHROPIC: u64 = 200_000;
/// The window of most of OpenAI's models, and what the older ones have.
const OPENAI: u64 = 128_000;
const OPENAI_OLDER: &[(&str, u64)] = &[
    ("gpt-3.5", 16_385),
    ("gpt-4-32k", 32_768),
    ("gpt-4-turbo", OPENAI),
    ("gpt-4-1", OPENAI),
    ("gpt-4-", 8192),
];

/// A request with fewer words than this tells nothing of a beginning that was cut off.
const LONG: u64 = 800;
/// A request with fewer tokens than this tells little of how a service counts.
const TELLING: u64 = 200;
/// A thousandth, in which the factor is kept.
const THOUSAND: f64 = 1000.0;

/// What is known; one for all clones of a model.
#[derive(Debug)]
pub(super) struct Meter {
    /// What the service says of its window. It is asked once, when it can be reached.
    told: OnceCell<Option<u64>>,
    /// What it has refused or cut off; 0 for nothing yet.
    learned: AtomicU64,
    /// How many tokens the service counts for one that is estimated, in thousandths.
    factor: AtomicU64,
    /// Whether it is a server of this project, which takes the key of a conversation.
    takes_key: AtomicBool,
}

/// What a request has, before it is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    estimate: u64,
    fewest: u64,
}

impl Sent {
    pub(super) fn of(request: &Request) -> Self {
        Self { estimate: estimate(request), fewest: fewest(request) }
    }
}

impl Meter {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            told: OnceCell::new(),
            learned: AtomicU64::new(0),
            factor: AtomicU64::new(1000),
            takes_key: AtomicBool::new(false),
        })
    }

    /// The window; `ask` asks the service.
    pub(super) async fn window<F: Future<Output = Result<Option<u64>, ()>>>(
        &self,
        settings: &Settings,
        official: bool,
        ask: impl FnOnce() -> F,
    ) -> Window {
        let added =
            settings.more.get("num_ctx").filter(|_| settings.api == Api::Ollama).and_then(Value::as_u64);
        let mut window = if let Some(tokens) = added.or(settings.window) {
            Window { tokens, known: Known::Set }
        } else if let Some(tokens) = known(settings, official) {
            Window { tokens, known: Known::Told }
        } else {
            // A service that cannot be reached is asked again with the next request.
            let told = self.told.get_or_try_init(ask).await.ok().copied().flatten();
            told.map_or_else(Window::default, |tokens| Window { tokens, known: Known::Told })
        };
        match self.learned.load(Ordering::Relaxed) {
            0 => {}
            learned if learned < window.tokens || window.known == Known::Assumed => {
                window = Window { tokens: learned, known: Known::Learned };
            }
            _ => {}
        }
        window
    }

    /// Takes in what the service says of itself beside its window.
    pub(super) fn heard(&self, body: &Value) {
        if body.pointer("/data/0/owned_by").and_then(Value::as_str) == Some("sessiond") {
            self.takes_key.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the service is known to take the key of a conversation, though it is not OpenAI's.
    pub(super) fn takes_key(&self) -> bool {
        self.takes_key.load(Ordering::Relaxed)
    }

    /// The tokens of a request as this service most likely counts them.
    pub(super) fn count(&self, request: &Request) -> u64 {
        (estimate(request) as f64 * self.factor()).ceil() as u64
    }

    fn factor(&self) -> f64 {
        self.factor.load(Ordering::Relaxed) as f64 / THOUSAND
    }

    /// A request was refused because it is too long.
    pub(super) fn refused(&self, sent: Sent, window: Option<u64>) {
        // Without a number, a tenth less than what was too much.
        let counted = (sent.estimate as f64 * self.factor()) as u64;
        self.learn(window.unwrap_or(counted - counted / 10));
    }

    fn learn(&self, tokens: u64) {
        self.learned.store(tokens.max(1), Ordering::Relaxed);
    }

    /// A request was answered. True if the service has not read all of it: it counts fewer tokens than there are words.
    pub(super) fn answered(&self, sent: Sent, usage: Option<Usage>) -> bool {
        let Some(counted) = usage.map(|usage| usage.input_tokens).filter(|counted| *counted > 0) else {
            return false;
        };
        // Some count only what they did not have in a cache: very little then.
        if sent.fewest >= LONG && counted * 10 < sent.fewest * 9 && counted * 4 >= LONG {
            self.learn(counted);
            return true;
        }
        if sent.estimate >= TELLING && counted >= sent.fewest {
            let (ratio, factor) = (counted as f64 / sent.estimate as f64, self.factor());
            let factor = if ratio > factor { ratio * 1.02 } else { factor * 0.9 + ratio.max(0.7) * 0.1 };
            self.factor.store((factor.clamp(0.7, 5.0) * THOUSAND) as u64, Ordering::Relaxed);
        }
        false
    }
}

/// The window of services that do not say it.
fn known(settings: &Settings, official: bool) -> Option<u64> {
    match settings.api {
        Api::Anthropic => Some(ANTHROPIC),
        Api::Chat | Api::Responses if official => {
            let model = settings.model.as_str();
            let older = OPENAI_OLDER.iter().find(|(name, _)| model.starts_with(name));
            Some(if model == "gpt-4" { 8192 } else { older.map_or(OPENAI, |(_, window)| *window) })
        }
        _ => None,
    }
}

/// What a service says of its model's window.
pub(super) fn told(settings: &Settings, body: &Value) -> Option<u64> {
    let number = |value: &Value, names: &[&str]| names.iter().find_map(|name| value.pointer(name)?.as_u64());
    let tokens = match settings.api {
        Api::Ollama => {
            // Lines of names and values.
            let lines = body.get("parameters").and_then(Value::as_str).unwrap_or_default().lines();
            let set =
                lines.filter_map(|line| line.trim().strip_prefix("num_ctx")?.trim().parse().ok()).next();
            let info = body.get("model_info").and_then(Value::as_object)?;
            let trained = info.iter().find(|(name, _)| name.ends_with(".context_length"))?.1.as_u64()?;
            set.unwrap_or(OLLAMA).min(trained)
        }
        Api::Gemini => number(body, &["/inputTokenLimit"])?,
        Api::Chat => {
            let models = body.get("data").and_then(Value::as_array)?;
            let named =
                models.iter().find(|model| model.get("id").and_then(Value::as_str) == Some(&settings.model));
            let only = || models.first().filter(|_| models.len() == 1);
            let names = [
                "/max_model_len",
                "/context_length",
                "/context_window",
                "/max_context_length",
                "/meta/n_ctx",
            ];
            number(named.or_else(only)?, &names)?
        }
        Api::Responses | Api::Anthropic => return None,
    };
    Some(tokens).filter(|tokens| *tokens > 0)
}
