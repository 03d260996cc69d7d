//! The parameters of a request that are not honoured. What would change the answer is refused, never passed over; what a
//! client sends as its default, or for OpenAI's own bookkeeping, changes nothing.

use serde_json::{Map, Value, json};

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
        "n" | "top_p" => &[|| json!(1), || json!(1.0)],
        "presence_penalty" | "frequency_penalty" => &[|| json!(0), || json!(0.0)],
        "top_logprobs" => &[|| json!(0)],
        "logprobs" | "background" => &[|| json!(false)],
        "store" => &[|| json!(true)],
        "tools" | "stop" | "functions" | "include" | "items" => &[|| json!([])],
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
        "temperature" | "max_tokens" | "max_completion_tokens" | "max_output_tokens" => {
            "; the assistant of the session has it: set it with PUT /sessions/{session_id}/assistant"
        }
        "tools" | "functions" => "; the assistant calls no tools of its client",
        "store" => "; every turn is kept until its conversation is cleared",
        _ => "",
    }
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
            r#"{"n": 1, "top_p": 1.0, "presence_penalty": 0, "logprobs": false, "stop": null, "user": "me"}"#,
            r#"{"tools": [], "tool_choice": "auto", "metadata": {}, "response_format": {"type": "text"}, "store": true}"#,
            r#"{"service_tier": "flex", "anything": null}"#,
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
        for (text, name) in [
            (r#"{"n": 2}"#, "n"),
            (r#"{"temperature": 0.5}"#, "temperature"),
            (r#"{"tools": [{}]}"#, "tools"),
            (r#"{"store": false}"#, "store"),
            (r#"{"response_format": {"type": "json_object"}}"#, "response_format"),
            (r#"{"nonsense": 1}"#, "nonsense"),
            (r#"{"logprobs": true}"#, "logprobs"),
        ] {
            assert_eq!(check(text).unwrap_err().0.errors[0].pointer, name, "{text}");
        }
    }
}
