//! Prompts that are filled from the session's context.
//!
//! `{key}` becomes the value of that key. A key is letters, digits, `_`, `-` and `.`; one that the context lacks stays as it
//! is written. `{{` becomes `{`, and the `}}` that closes it `}`; any other `}}` stays, so that JSON in a prompt is left
//! whole. What is filled in is not looked at again.

use serde_json::Value;

use crate::redact::{self, REDACTED};

/// Fills a prompt. `value` gives what stands for a key, or nothing when there is no such key.
pub fn fill(prompt: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(prompt.len());
    let mut rest = prompt;
    let mut escaped = 0_usize;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{{") {
            filled.push('{');
            escaped += 1;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("}}").filter(|_| escaped > 0) {
            filled.push('}');
            escaped -= 1;
            rest = after;
        } else if let Some((key, after)) = key(rest)
            && let Some(value) = value(key)
        {
            filled.push_str(&value);
            rest = after;
        } else {
            filled.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    filled.push_str(rest);
    filled
}

/// Whether filling a prompt may change it.
pub fn may_fill(prompt: &str) -> bool {
    prompt.contains('{')
}

/// What stands for a value in a prompt: a text is itself, anything else is written as JSON. Secrets are never filled in,
/// because a prompt is recorded and sent to whoever runs the model.
pub fn text_of(key: &str, value: &Value) -> String {
    // As a member, because its name may say that it is a secret.
    let mut member = Value::Object([(key.to_owned(), value.clone())].into_iter().collect());
    redact::redact(&mut member);
    match member.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => REDACTED.to_owned(),
    }
}

/// The key that a text which begins with `{` names, and what comes after it.
fn key(text: &str) -> Option<(&str, &str)> {
    let (key, after) = text.strip_prefix('{')?.split_once('}')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    is_key.then_some((key, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn filled(prompt: &str) -> String {
        fill(prompt, |key| match key {
            "name" => Some("Ada".to_owned()),
            "nested" => Some("{name}".to_owned()),
            "empty" => Some(String::new()),
            _ => None,
        })
    }

    #[test]
    fn known_keys_are_filled_and_everything_else_stays() {
        for (prompt, expected) in [
            ("You help {name}.", "You help Ada."),
            ("{name}{name}", "AdaAda"),
            ("{unknown} {name", "{unknown} {name"),
            ("{ name } {} {na me}", "{ name } {} {na me}"),
            ("{{name}}", "{name}"),
            ("{{{name}}}", "{Ada}"),
            ("{nested}", "{name}"),
            ("<{empty}>", "<>"),
            (r#"{"a": {"b": 1}} {name}"#, r#"{"a": {"b": 1}} Ada"#),
            (r#"{{"a": {{"b": "{name}"}}}}"#, r#"{"a": {"b": "Ada"}}"#),
            ("}} {", "}} {"),
        ] {
            assert_eq!(filled(prompt), expected, "{prompt}");
        }
    }

    #[test]
    fn a_secret_is_never_filled_in() {
        assert_eq!(text_of("api_key", &json!("sk-1")), REDACTED);
        assert_eq!(text_of("login", &json!({"user": "ada", "password": "x"})).matches("\"x\"").count(), 0);
        assert_eq!(text_of("who", &json!(REDACTED)), REDACTED);
        assert_eq!(text_of("count", &json!(3)), "3");
    }

    proptest! {
        #[test]
        fn a_prompt_without_known_keys_and_without_escapes_stays_as_it_is(prompt in "[^{]*(\\{[^{]+)*") {
            prop_assert_eq!(fill(&prompt, |_| None), prompt);
        }

        #[test]
        fn an_escaped_text_comes_out_as_it_was(parts in prop::collection::vec("[{}a-z ]", 0..40)) {
            // Every brace that opens is closed, as in JSON.
            let (mut text, mut open) = (String::new(), 0);
            for part in parts {
                match part.as_str() {
                    "{" => open += 1,
                    "}" if open == 0 => continue,
                    "}" => open -= 1,
                    _ => {}
                }
                text.push_str(&part);
            }
            text.push_str(&"}".repeat(open));
            let escaped = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(fill(&escaped, |_| Some("filled".to_owned())), text);
        }

        #[test]
        fn what_is_filled_in_is_not_filled_again(value in ".*", before in "[a-z ]*", after in "[a-z ]*") {
            let prompt = format!("{before}{{key}}{after}");
            prop_assert_eq!(fill(&prompt, |_| Some(value.clone())), format!("{before}{value}{after}"));
        }

        #[test]
        fn no_prompt_is_too_odd(prompt in ".*") {
            fill(&prompt, |key| Some(key.to_owned()));
        }
    }
}
