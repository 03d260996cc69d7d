//! Arguments that stand for documents and words.

use std::io::Read as _;

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sessiond_core::{AgentId, Span, Timestamp, limits};
use sessiond_engine::{Clock as _, System};

/// A file's text; `-` is standard input.
pub fn read_input(file: &str) -> anyhow::Result<String> {
    if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))
}

/// What an argument stands for: itself, or `@FILE`, or `-` for standard input.
pub fn text_argument(argument: &str) -> anyhow::Result<String> {
    match argument.strip_prefix('@') {
        Some(file) => read_input(file),
        None if argument == "-" => read_input("-"),
        None => Ok(argument.to_owned()),
    }
}

/// JSON itself, or `@FILE`, or `-` for standard input.
pub fn json_argument(argument: &str) -> anyhow::Result<Value> {
    serde_json::from_str(&text_argument(argument)?)
        .context("it is not JSON; put text in double quotes, inside single quotes for the shell")
}

/// JSON, or else a text.
pub fn value_argument(argument: &str) -> anyhow::Result<Value> {
    let text = text_argument(argument)?;
    Ok(serde_json::from_str(&text)
        .unwrap_or_else(|_| Value::String(text.trim_end_matches(['\r', '\n']).to_owned())))
}

/// `KEY=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    if name.is_empty() {
        return Err("write KEY=VALUE, with a key".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// The words of closed sets.
pub mod sets {
    /// Of sessions.
    pub const STATUSES: &[&str] = &["active", "completed", "terminated", "failed", "expired"];
    /// Of messages to assistants.
    pub const ANSWER_MODES: &[&str] = &["chat", "query"];
    /// Of sessions.
    pub const ORDERS: &[&str] = &["created", "updated", "name"];
    /// Of sessions.
    pub const KINDS: &[&str] = &["workflow", "assistant", "training", "federated", "execution"];
    /// Of tasks.
    pub const TASK_STATUSES: &[&str] =
        &["pending", "in_progress", "completed", "failed", "timeout", "cancelled"];
    /// Of messages in inboxes.
    pub const MESSAGE_STATES: &[&str] = &["queued", "acknowledged", "dead", "withdrawn"];
    /// Of messages.
    pub const MESSAGE_TYPES: &[&str] =
        &["task_request", "task_response", "status_update", "error", "heartbeat"];
    /// Of messages and tasks.
    pub const PRIORITIES: &[&str] = &["low", "medium", "high", "critical"];
    /// Of aggregations.
    pub const SYNTHESIS_METHODS: &[&str] =
        &["consensus", "specialist_priority", "confidence_weighted", "manual"];
}

/// A word of one of the core's closed sets.
pub fn words<T>(set: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(set)
        .try_map(|word| serde_json::from_value::<T>(Value::String(word)).map_err(|error| error.to_string()))
}

/// A time, such as `2025-02-02T11:00:00Z`, or how long ago it was, such as `24h`.
pub fn past(text: &str) -> Result<Timestamp, String> {
    let Ok(span) = text.parse::<Span>() else {
        return text
            .parse()
            .map_err(|_| "write a time such as 2025-02-02T11:00:00Z, or a span such as 24h".into());
    };
    let ago = i64::try_from(span.millis()).unwrap_or(i64::MAX);
    Ok(Timestamp::from_millis(System.now().millis().saturating_sub(ago).max(0)))
}

/// Agents, separated by commas.
pub fn agents(text: &str) -> Result<Vec<AgentId>, String> {
    let agents: Result<Vec<AgentId>, _> = text.split(',').map(|agent| agent.trim().parse()).collect();
    let agents = agents.map_err(|error: sessiond_core::InvalidId| error.to_string())?;
    if agents.len() > limits::STEP_NAMES {
        return Err(format!("at most {} agents", limits::STEP_NAMES));
    }
    Ok(agents)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that a type knows, as serde names them when it meets another.
    fn check<T: DeserializeOwned>(set: &[&str]) {
        let wrong = serde_json::from_value::<T>(Value::String("?".into())).err().unwrap().to_string();
        let (_, known) = wrong.split_once(", expected ").unwrap();
        let known = known.trim_start_matches("one of ").replace(" or ", ", ");
        let known: Vec<&str> = known.split(", ").map(|word| word.trim_matches('`')).collect();
        assert_eq!(set, known);
    }

    #[test]
    fn the_words_of_the_command_line_are_those_of_the_interface() {
        check::<sessiond_core::Status>(sets::STATUSES);
        check::<sessiond_core::Kind>(sets::KINDS);
        check::<sessiond_core::AnswerMode>(sets::ANSWER_MODES);
        check::<sessiond_api::SessionSort>(sets::ORDERS);
        check::<sessiond_core::TaskStatus>(sets::TASK_STATUSES);
        check::<sessiond_core::MessageType>(sets::MESSAGE_TYPES);
        check::<sessiond_core::Priority>(sets::PRIORITIES);
        check::<sessiond_api::SynthesisMethod>(sets::SYNTHESIS_METHODS);
        check::<sessiond_api::MessageState>(sets::MESSAGE_STATES);
    }
}
