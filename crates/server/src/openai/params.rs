//! The parameters of a request that are not honoured. What would change the answer is refused, never passed over; what a
//! client sends as its default, or for OpenAI's own bookkeeping, changes nothing.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sessiond_api::Problem;
use sessiond_core::TurnSettings;

use crate::respond::Failure;

/// Parameters that say nothing about the answer.
const WITHOUT_EFFECT: &[&str] = &[
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "service_tier",
    "parallel_tool_calls",
];

/// What stands for no wish, by parameter.
fn default_of(name: &str) -> &'static [fn() -> Value] {
    match name {
        "n" => &[|| json!(1), || json!(1.0)],
        "presence_penalty" | "frequency_penalty" => &[|| json!(0), || json!(0.0)],
        "top_logprobs" => &[|| json!(0)],
        "logprobs" | "background" => &[|| json!(false)],
        "store" => &[|| json!(true)],
        "tools" | "functions" | "include" | "items" => &[|| json!([])],
        "tool_choice" => &[|| json!("auto"), || json!("none")],
        "function_call" => &[|| json!("none"), || json!("auto")],
        "metadata" | "logit_bias" => &[|| json!({})],
        "response_format" => &[|| json!({"type": "text"})],
        "text" => &[|| json!({"format": {"type": "text"}}), || json!({})],
        "modalities" => &[|| json!(["text"])],
        "truncation" => &[|| json!("disabled")],
        _ => &[],
    }
}

/// How to have what a parameter asks for, where there is a way.
fn instead(name: &str) -> &'static str {
    match name {
        "tools" | "functions" => "; the assistant calls no tools of its client",
        "store" => "; every turn is kept until its conversation is cleared",
        _ => "",
    }
}

/// Which of a turn's settings an interface has, by the names that they have there.
#[derive(Debug)]
pub(super) struct Settings {
    /// The names of the maximum number of tokens.
    max_tokens: &'static [&'static str],
    /// Whether it has `stop` and `seed`.
    has_stop: bool,
}

/// Chat completions.
pub(super) const CHAT: Settings =
    Settings { max_tokens: &["max_completion_tokens", "max_tokens"], has_stop: true };
/// Responses.
pub(super) const RESPONSES: Settings = Settings { max_tokens: &["max_output_tokens"], has_stop: false };

impl Settings {
    /// Takes what a request sets for its own answer out of it.
    pub(super) fn take(&self, rest: &mut Map<String, Value>) -> Result<TurnSettings, Failure> {
        let mut settings = TurnSettings {
            temperature: take(rest, "temperature", "a number")?,
            // 1 is all words: the same as none.
            top_p: take(rest, "top_p", "a number")?.filter(|top_p| *top_p != 1.0),
            ..TurnSettings::default()
        };
        for name in self.max_tokens {
            let most: Option<u32> = take(rest, name, "a number of tokens, at least 1")?;
            // If both names are used, both hold.
            settings.max_tokens = settings.max_tokens.into_iter().chain(most).min();
        }
        if self.has_stop {
            settings.seed = take(rest, "seed", "an integer, at least 0")?;
            settings.stop = match rest.remove("stop") {
                Some(Value::String(text)) => vec![text],
                Some(stop) if !stop.is_null() => {
                    serde_json::from_value(stop).map_err(|_| wrong("stop", "a text or a list of texts"))?
                }
                _ => Vec::new(),
            };
        }
        Ok(settings)
    }

    /// The problem of a turn with the names that its settings have here.
    pub(super) fn named(&self, mut problem: Problem) -> Problem {
        for error in &mut problem.errors {
            error.pointer = match error.pointer.strip_prefix("/settings/") {
                Some("max_tokens") => self.max_tokens[0].to_owned(),
                Some(name) => name.to_owned(),
                None => continue,
            };
        }
        problem
    }
}

fn take<T: DeserializeOwned>(
    rest: &mut Map<String, Value>,
    name: &str,
    kind: &str,
) -> Result<Option<T>, Failure> {
    let Some(value) = rest.remove(name) else { return Ok(None) };
    serde_json::from_value(value).map_err(|_| wrong(name, kind))
}

fn wrong(name: &str, kind: &str) -> Failure {
    Failure::invalid(name, format!("it is {kind}"))
}

/// Refuses what is left of a request when everything that is honoured was taken out.
pub(super) fn check(rest: &Map<String, Value>) -> Result<(), Failure> {
    for (name, value) in rest {
        let is_default = value.is_null()
            || WITHOUT_EFFECT.contains(&name.as_str())
            || default_of(name).iter().any(|default| default() == *value);
        if !is_default {
            let name: String = name.chars().take(64).collect();
            return Err(Failure::invalid(&*name, format!("it is not supported here{}", instead(&name))));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_no_wish_and_everything_else_is_refused() {
        let check = |text: &str| check(&serde_json::from_str(text).unwrap());
        for text in [
            "{}",
            r#"{"n": 1, "presence_penalty": 0, "logprobs": false, "user": "me"}"#,
            r#"{"tools": [], "tool_choice": "auto", "metadata": {}, "response_format": {"type": "text"}, "store": true}"#,
            r#"{"service_tier": "flex", "anything": null}"#,
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
        for (text, name) in [
            (r#"{"n": 2}"#, "n"),
            (r#"{"presence_penalty": 1}"#, "presence_penalty"),
            (r#"{"tools": [{}]}"#, "tools"),
            (r#"{"store": false}"#, "store"),
            (r#"{"response_format": {"type": "json_object"}}"#, "response_format"),
            (r#"{"nonsense": 1}"#, "nonsense"),
            (r#"{"logprobs": true}"#, "logprobs"),
        ] {
            assert_eq!(check(text).unwrap_err().0.errors[0].pointer, name, "{text}");
        }
    }

    #[test]
    fn a_request_has_the_settings_of_its_own_answer_and_each_has_its_type() {
        let read = |kind: Settings, text: &str| {
            let mut rest = serde_json::from_str(text).unwrap();
            let settings = kind.take(&mut rest);
            settings.map(|settings| (settings, rest.len()))
        };
        let all = r#"{"temperature": 0.5, "top_p": 0.9, "max_tokens": 7, "max_completion_tokens": 5, "stop": "END", "seed": 3}"#;
        let expected = TurnSettings {
            temperature: Some(0.5),
            top_p: Some(0.9),
            max_tokens: Some(5),
            stop: vec!["END".into()],
            seed: Some(3),
        };
        assert_eq!(read(CHAT, all).unwrap(), (expected, 0));
        let none = r#"{"temperature": null, "top_p": 1, "max_tokens": null, "stop": null, "seed": null}"#;
        assert_eq!(read(CHAT, none).unwrap(), (TurnSettings::default(), 0));
        // What the other interface has is left, and refused.
        assert_eq!(read(RESPONSES, r#"{"max_tokens": 7, "stop": "END", "seed": 3}"#).unwrap().1, 3);
        let most = r#"{"max_output_tokens": 7}"#;
        assert_eq!(read(RESPONSES, most).unwrap().0.max_tokens, Some(7));
        for (text, name) in [
            (r#"{"temperature": "hot"}"#, "temperature"),
            (r#"{"max_tokens": -1}"#, "max_tokens"),
            (r#"{"stop": [1]}"#, "stop"),
            (r#"{"seed": 0.5}"#, "seed"),
        ] {
            assert_eq!(read(CHAT, text).unwrap_err().0.errors[0].pointer, name, "{text}");
        }
    }
}
