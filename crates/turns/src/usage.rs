//! What requests to models used, and what that cost.

use serde::{Deserialize, Serialize};
use sessiond_core::Usage;
use sessiond_model::Answer;

/// What tokens cost, in US dollars a million.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    /// Those that the model reads.
    pub input: f64,
    /// Those that it writes.
    pub output: f64,
}

impl Prices {
    /// What an answer cost.
    pub fn cost(&self, usage: &sessiond_model::Usage) -> f64 {
        (usage.input_tokens as f64 * self.input + usage.output_tokens as f64 * self.output) / 1e6
    }
}

/// What an agent's requests used, all together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// Tokens that the model read.
    pub input_tokens: u64,
    /// Tokens that it wrote.
    pub output_tokens: u64,
    /// What that cost, in US dollars; nothing when no prices are known.
    pub cost: Option<f64>,
}

/// What an answer used, as it is recorded.
pub fn usage(answer: &Answer, prices: Option<Prices>) -> Usage {
    let used = answer.usage.unwrap_or_default();
    Usage {
        model: Some(answer.model.clone()).filter(|name| !name.trim().is_empty()),
        provider: Some(answer.provider.clone()).filter(|name| !name.trim().is_empty()),
        input_tokens: used.input_tokens,
        output_tokens: used.output_tokens,
        cached_tokens: used.cached_tokens,
        cost: answer.usage.as_ref().and_then(|used| prices.map(|prices| prices.cost(used))),
        latency_us: Some(answer.latency.as_micros() as u64),
    }
}
