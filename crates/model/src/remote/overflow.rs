//! How services say that a request is too long, and how large their window is.

use serde_json::Value;

/// The codes and kinds of that error.
const CODES: &[&str] =
    &["context_length_exceeded", "exceed_context_size_error", "model_context_window_exceeded"];

/// What its message has, in lower case: of OpenAI and vLLM, llama.cpp, Anthropic, Google, Ollama, Mistral, xAI, TGI and
/// Bedrock.
const WORDINGS: &[&str] = &[
    "maximum context length",
    "maximum model length",
    "maximum prompt length",
    "model's context length",
    "model context length",
    "exceeds the context length",
    "context length of only",
    "context window",
    "context size",
    "context limit",
    "prompt is too long",
    "input is too long",
    "input length exceeds",
    "input token count",
    "maximum number of tokens allowed",
    "`inputs` tokens + `max_new_tokens` must be",
];

/// What is before the window in such a message.
const MARKS: &[&str] = &[
    "maximum context length is",
    "maximum context length of",
    "maximum model length of",
    "maximum prompt length is",
    "context length is only",
    "context length of only",
    "available context size (",
    "tokens allowed (",
    "model with",
    "must be <=",
    " > ",
];

/// The smallest window that is believed, in tokens.
const SMALLEST: u64 = 256;

/// Whether a body or a message says that the request is too long, and the window if it says that too.
pub(super) fn too_long(body: Option<&Value>, message: &str) -> Option<Option<u64>> {
    let error = body.map(|body| body.get(0).unwrap_or(body)).map(|body| body.get("error").unwrap_or(body));
    let member = |name: &str| error.and_then(|error| error.get(name));
    let is_code = |name: &str| member(name).and_then(Value::as_str).is_some_and(|word| CODES.contains(&word));
    let lower = message.to_lowercase();
    if !is_code("code") && !is_code("type") && !WORDINGS.iter().any(|wording| lower.contains(wording)) {
        return None;
    }
    let window = member("n_ctx").and_then(Value::as_u64);
    let window = window.or_else(|| MARKS.iter().find_map(|mark| number(lower.split_once(mark)?.1)));
    Some(window.filter(|window| *window >= SMALLEST))
}

/// The number with which a text begins.
fn number(text: &str) -> Option<u64> {
    let text = text.trim_start();
    let end = text.find(|char: char| !char.is_ascii_digit() && char != ',').unwrap_or(text.len());
    text[..end].replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn services_say_in_many_ways_that_a_request_is_too_long() {
        for (message, window) in [
            (
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 8252 tokens.",
                Some(8192),
            ),
            (
                "Your input exceeds the context window of this model. Please adjust your input and try again.",
                None,
            ),
            (
                "This model's maximum context length is 2048 tokens. However, you requested 2500 tokens (2000 in the messages, 500 in the completion).",
                Some(2048),
            ),
            (
                "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is 2048 tokens and your request has 1800 input tokens.",
                Some(2048),
            ),
            ("The decoder prompt (length 3000) is longer than the maximum model length of 2048.", Some(2048)),
            (
                "You passed 2049 input tokens and requested 0 output tokens. However, the model's context length is only 2048 tokens.",
                Some(2048),
            ),
            ("prompt is too long: 210000 tokens > 200000 maximum", Some(200_000)),
            (
                "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again",
                Some(200_000),
            ),
            (
                "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
                Some(1_048_576),
            ),
            ("the input length exceeds the context length", None),
            (
                "the request exceeds the available context size. try increasing the context size or enable context shift",
                None,
            ),
            (
                "request (2000 tokens) exceeds the available context size (1024 tokens), try increasing it",
                Some(1024),
            ),
            (
                "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
                Some(32_768),
            ),
            (
                "This model's maximum prompt length is 131,072 but the request contains 150000 tokens.",
                Some(131_072),
            ),
            (
                "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens",
                Some(4096),
            ),
            ("Input is too long for requested model.", None),
        ] {
            assert_eq!(too_long(None, message), Some(window), "{message}");
        }
        let llama = json!({"error": {"code": 400, "type": "exceed_context_size_error", "n_ctx": 1024, "message": "no"}});
        assert_eq!(too_long(Some(&llama), "no"), Some(Some(1024)));
        let openai =
            json!({"error": {"code": "context_length_exceeded", "message": "Please reduce the length."}});
        assert_eq!(too_long(Some(&openai), "Please reduce the length."), Some(None));
        assert_eq!(too_long(None, "the temperature is between 0 and 2"), None);
        // A window that nothing fits into is a number that means something else.
        assert_eq!(too_long(None, "the context window is full (a > 4)"), Some(None));
    }
}
