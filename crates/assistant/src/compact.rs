//! Summaries of earlier turns: which turns are summarised, and how the model is asked for it.
//!
//! Whole turns are summarised, from the oldest on, and never a message that waits for its answer. The model that answers
//! writes the summary, as the next message of the conversation so far, so that a cache of the conversation fits. Without a
//! usable one the turns are left out. The turns themselves stay in the record.

use sessiond_core::{Compact, TurnSettings};
use sessiond_engine::{Exchange, Summary, TurnToRun};
use sessiond_model::{Error, Finish, Message, Model, Request, Tool, ToolChoice};

use crate::answer::{add, usage};
use crate::prompt;
use crate::window::{Budget, limited};

/// What the model is asked for.
const INSTRUCTION: &str = "Summarise our conversation so far. The messages above will be removed, and you will continue with the \
summary alone. Write it as a list, in the language of the conversation: the facts that I told you, with names and numbers exactly \
as they were; what I want, and how; what was decided; and which tasks are still open. Write only the list, and nothing about this \
request, in at most";

/// The fewest and the most tokens of a summary.
const TOKENS: (u64, u64) = (64, 1024);
/// A model that thinks writes that too, and has so many times the tokens of the summary for both.
const THINKING: u64 = 4;
/// How many requests a summary may take, when the turns do not fit into one.
const PARTS: usize = 4;

/// Why there is no summary.
enum Missing {
    /// The service may write one later.
    Now,
    /// What was written is of no use, or the turns are too long for the model.
    Useless,
}

/// Summarises after a turn has ended, if the next request would have more than its share of the window. Nothing if it would
/// not, or if the service cannot be reached: the end of the next turn is another occasion.
pub(crate) async fn after(
    model: &dyn Model,
    mut turn: TurnToRun,
    tools: &[Tool],
    answer: String,
) -> Option<Compact> {
    if answer.is_empty() {
        return None;
    }
    // They were for its own answer.
    turn.settings = TurnSettings::default();
    let budget = Budget::of(model, &turn).await;
    let said = Exchange {
        turn_id: turn.turn_id.clone(),
        status: sessiond_core::TurnStatus::Completed,
        message: std::mem::take(&mut turn.text),
        instructions: turn.instructions.take(),
        answer,
        mode: turn.mode,
        sources: Vec::new(),
        tools: std::mem::take(&mut turn.tools),
    };
    turn.before.push(said);
    if !budget.is_high(model.count(&prompt::request(&turn, tools))) {
        return None;
    }
    // The last turn stays: what it was about is what the next one is about.
    let most = turn.before.len() - 1;
    let turns = cut(model, &turn, tools, most, budget.low(), &budget)?;
    match summarise(model, &turn, tools, turns, &budget).await {
        Ok(compact) => Some(compact),
        Err(Missing::Useless) => Some(left_out(&turn, turns)),
        Err(Missing::Now) => None,
    }
}

/// Summarises because the turn's request does not fit, or leaves the turns out, which is said by the second value. Nothing if
/// there are no turns that can be summarised.
pub(crate) async fn now(
    model: &dyn Model,
    turn: &TurnToRun,
    tools: &[Tool],
    budget: &Budget,
    low: u64,
) -> Option<(Compact, bool)> {
    // The messages after the last answer wait for theirs.
    let most =
        turn.before.iter().rposition(|exchange| !exchange.answer.is_empty()).map_or(0, |last| last + 1);
    let turns = cut(model, turn, tools, most, low, budget)?;
    match summarise(model, turn, tools, turns, budget).await {
        Ok(compact) => Some((compact, false)),
        Err(_) => Some((left_out(turn, turns), true)),
    }
}

/// How many of the oldest turns are summarised, at most `most`, so that the request has at most `low` tokens afterwards.
fn cut(
    model: &dyn Model,
    turn: &TurnToRun,
    tools: &[Tool],
    most: usize,
    low: u64,
    budget: &Budget,
) -> Option<usize> {
    let fits = |turns: usize| {
        let mut rest = turn.clone();
        rest.before.drain(..turns);
        rest.summary = Some(Summary::default());
        model.count(&prompt::request(&rest, tools)).saturating_add(length(budget)) <= low
    };
    // Fewer turns have fewer tokens, so that the half can be looked at.
    let (mut few, mut enough) = (1, most);
    while few < enough {
        let half = few.midpoint(enough);
        if fits(half) { enough = half } else { few = half + 1 }
    }
    (most > 0).then_some(enough)
}

/// The most tokens of a summary.
fn length(budget: &Budget) -> u64 {
    (budget.request() / 8).clamp(TOKENS.0, TOKENS.1)
}

/// A summary of the oldest turns, in parts if they do not fit into one request.
async fn summarise(
    model: &dyn Model,
    turn: &TurnToRun,
    tools: &[Tool],
    turns: usize,
    budget: &Budget,
) -> Result<Compact, Missing> {
    let mut so_far = TurnToRun { before: turn.before[..turns].to_vec(), ..turn.clone() };
    let mut used = None;
    for _ in 0..PARTS {
        let mut part = so_far.before.len();
        let request = loop {
            let request = asking(&so_far, tools, part, budget);
            let tokens = model.count(&request);
            if tokens <= budget.request() {
                break limited(request, tokens, budget);
            }
            part = Some(part / 2).filter(|part| *part > 0).ok_or(Missing::Useless)?;
        };
        let replaced = model.count(&request);
        let answer = model.complete(request).await.map_err(|error| match error {
            Error::Refused(_) | Error::TooLong { .. } | Error::Unreadable(_) => Missing::Useless,
            _ => Missing::Now,
        })?;
        used = Some(add(used, usage(&answer)));
        let tokens = |text: &str| model.count(&Request::new([Message::user(text)]));
        let mut text = usable(&answer.text, &answer.finish).ok_or(Missing::Useless)?;
        // One that is much longer than it was to be is cut, at the end of a line if it has several.
        while tokens(&text) > 2 * length(budget) {
            let end = text.rfind('\n').unwrap_or_else(|| text.floor_char_boundary(text.len() * 3 / 4));
            text.truncate(end);
        }
        if text.trim().is_empty() {
            return Err(Missing::Useless);
        }
        if tokens(&text) >= replaced {
            return Err(Missing::Useless);
        }
        let compact = Compact {
            through: so_far.before[part - 1].turn_id.clone(),
            text: Some(text),
            usage: used.clone(),
        };
        if part == so_far.before.len() {
            return Ok(compact);
        }
        so_far = so_far.with_summary(&compact);
    }
    Err(Missing::Useless)
}

/// The request for a summary of the first so many turns.
fn asking(turn: &TurnToRun, tools: &[Tool], turns: usize, budget: &Budget) -> Request {
    let before = turn.before[..turns].to_vec();
    let words = length(budget) / 2;
    let text = format!("{INSTRUCTION} {words} words.");
    let settings = TurnSettings::default();
    let asking = TurnToRun { before, text, instructions: None, settings, ..turn.clone() };
    let most = u32::try_from(THINKING * length(budget)).unwrap_or(u32::MAX);
    Request { max_tokens: Some(most), tool_choice: ToolChoice::None, ..prompt::request(&asking, tools) }
}

/// What of an answer can be used as a summary: all of it, or its whole lines if it was cut off.
fn usable(text: &str, finish: &Finish) -> Option<String> {
    let text = match (finish, text.trim().rsplit_once('\n')) {
        (Finish::Stop | Finish::Other(_), _) => text,
        (Finish::Length, Some((whole, _))) => whole,
        (Finish::Length, None) => text,
        _ => return None,
    };
    let text = text.trim();
    let text = &text[..text.floor_char_boundary(sessiond_core::limits::TEXT_BYTES)];
    (!text.is_empty()).then(|| text.to_owned())
}

/// The turns are left out; an earlier summary stays.
fn left_out(turn: &TurnToRun, turns: usize) -> Compact {
    let text = turn.summary.as_ref().and_then(|summary| summary.text.clone());
    Compact { through: turn.before[turns - 1].turn_id.clone(), text, usage: None }
}
