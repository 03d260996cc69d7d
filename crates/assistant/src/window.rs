//! What of a model's window a request may have, and what is done when it does not fit.

use sessiond_core::Compact;
use sessiond_engine::TurnToRun;
use sessiond_model::{Model, Request, Tool, Window};

use crate::{compact, prompt};

/// The most tokens that are kept for an answer when its assistant does not say how long it may be.
const ANSWER: u64 = 2048;

/// A model's window, and the part of it that is kept for the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    window: Window,
    answer: u64,
}

/// A request that fits, or why there is none.
pub(crate) struct Fitted {
    /// The turn, with the summary that it needs.
    pub(crate) turn: TurnToRun,
    /// The request.
    pub(crate) request: Request,
    /// What was summarised so that it fits.
    pub(crate) compact: Option<Compact>,
    /// Whether that has no summary of turns that are left out.
    pub(crate) left_out: bool,
}

impl Budget {
    pub(crate) async fn of(model: &dyn Model, turn: &TurnToRun) -> Self {
        let window = model.window().await;
        let wanted = turn.max_tokens().map_or(ANSWER.min(window.tokens / 4), u64::from);
        Self { window, answer: wanted.min(window.tokens / 2) }
    }

    /// The most tokens of a request.
    pub(crate) fn request(&self) -> u64 {
        self.window.tokens - self.answer
    }

    /// Above this, earlier turns are summarised after a turn.
    pub(crate) fn is_high(&self, tokens: u64) -> bool {
        tokens > share(self.request(), 70)
    }

    /// What a request is to have after a summary: so much less that the next summary is not due soon.
    pub(crate) fn low(&self) -> u64 {
        share(self.request(), 40)
    }
}

fn share(tokens: u64, percent: u64) -> u64 {
    (u128::from(tokens) * u128::from(percent) / 100) as u64
}

/// The request of a turn. What does not fit is summarised first; `refused` says that the service has refused a request that
/// seemed to fit, so that less is sent. What does not fit even then is an error that says what to do, and no model is asked.
pub(crate) async fn fit(
    model: &dyn Model,
    mut turn: TurnToRun,
    tools: &[Tool],
    refused: bool,
) -> Result<Fitted, String> {
    let budget = Budget::of(model, &turn).await;
    let mut request = prompt::request(&turn, tools);
    let mut tokens = model.count(&request);
    let is_long = |tokens: u64| tokens > budget.request() || refused;
    if is_long(tokens) && turn.before.iter().any(|said| !said.tools.is_empty()) {
        // What tools gave for earlier turns is missed least: their answers stay.
        turn.before.iter_mut().for_each(|said| said.tools.clear());
        request = prompt::request(&turn, tools);
        tokens = model.count(&request);
    }
    if !is_long(tokens) {
        return Ok(Fitted {
            request: limited(request, tokens, &budget),
            turn,
            compact: None,
            left_out: false,
        });
    }
    let low = budget.low().min(share(tokens, 40));
    let Some((compact, left_out)) = compact::now(model, &turn, tools, &budget, low).await else {
        return Err(too_long(model, tokens, &budget, tools));
    };
    let turn = turn.with_summary(&compact);
    let request = prompt::request(&turn, tools);
    let tokens = model.count(&request);
    if tokens > budget.request() {
        return Err(too_long(model, tokens, &budget, tools));
    }
    Ok(Fitted { request: limited(request, tokens, &budget), turn, compact: Some(compact), left_out })
}

/// The request with an answer that fits: services refuse one that may be longer than what is left of the window.
pub(crate) fn limited(mut request: Request, tokens: u64, budget: &Budget) -> Request {
    let left = u32::try_from(budget.window.tokens.saturating_sub(tokens).max(1)).unwrap_or(u32::MAX);
    request.max_tokens = request.max_tokens.map(|most| most.min(left));
    request
}

fn too_long(model: &dyn Model, tokens: u64, budget: &Budget, tools: &[Tool]) -> String {
    let Window { tokens: window, known } = budget.window;
    let tokens = if tokens >= u64::from(u32::MAX) {
        "too many tokens".to_owned()
    } else {
        format!("about {tokens} tokens")
    };
    format!(
        "the message, with what cannot be left out, has {tokens}, and {} reads {window} with its answer, {}: shorten the message, \
         or send it in parts{}",
        model.name(),
        known.words(),
        if tools.is_empty() { "" } else { ", or give the assistant fewer tools" }
    )
}
