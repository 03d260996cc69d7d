//! How much a model reads: its window, and how many tokens a request has.

use crate::{Message, Request};

/// The window of a model of which nothing is known: what small models and servers with their defaults have.
const ASSUMED: u64 = 8192;
/// What the format of a message adds to its text, in tokens.
const MESSAGE: f64 = 6.0;

/// How many tokens a request and its answer may have together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The tokens.
    pub tokens: u64,
    /// Where that is known from.
    pub known: Known,
}

/// Where a window is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The settings say it.
    Set,
    /// The model or its service says it.
    Told,
    /// The service has refused a request that was longer, or has cut one off.
    Learned,
    /// Nobody says it.
    Assumed,
}

impl Known {
    /// The same in words, after the number.
    pub fn words(self) -> &'static str {
        match self {
            Self::Set => "as SESSIOND_MODEL_WINDOW says",
            Self::Told => "as the model says",
            Self::Learned => "as the service has refused or cut longer conversations",
            Self::Assumed => "which is assumed: set SESSIOND_MODEL_WINDOW to the model's window",
        }
    }
}

impl Default for Window {
    /// What is assumed.
    fn default() -> Self {
        Self { tokens: ASSUMED, known: Known::Assumed }
    }
}

/// About how many tokens a request has, for any tokenizer of today.
///
/// Text in Latin letters has about four characters a token and is counted with three; Chinese, Japanese and Korean
/// characters are counted as one and a half tokens, letters of other scripts as one, and emoji as three. So it is rather too
/// much than too little.
pub fn estimate(request: &Request) -> u64 {
    let tools = request.tools.iter().map(|tool| MESSAGE + of_text(&serde_json::json!(tool).to_string()));
    let schema = request.response_schema.as_ref().map_or(0.0, |schema| of_text(&schema.schema.to_string()));
    let messages = request
        .messages
        .iter()
        .map(|message| MESSAGE + texts(message).map(|text| of_text(&text)).sum::<f64>());
    (messages.sum::<f64>() + tools.sum::<f64>() + schema).ceil() as u64
}

/// The tokens that a request has at least, with any tokenizer: a service that counts fewer has not read all of it. A word is
/// at least one token, and so are three characters of a script without spaces.
pub(crate) fn fewest(request: &Request) -> u64 {
    let of_text = |text: &str| {
        let wide = text.chars().filter(|char| is_wide(*char)).count() as u64;
        let words = text
            .split_whitespace()
            .filter(|word| word.chars().any(|char| char.is_alphanumeric() && !is_wide(char)));
        wide / 3 + words.count() as u64
    };
    request.messages.iter().flat_map(texts).map(|text| of_text(&text)).sum()
}

/// The texts of a message.
fn texts(message: &Message) -> impl Iterator<Item = String> {
    let (content, calls) = match message {
        Message::System { content } | Message::User { content } | Message::Tool { content, .. } => {
            (content, &[][..])
        }
        Message::Assistant { content, tool_calls } => (content, &tool_calls[..]),
    };
    let calls = calls.iter().map(|call| format!("{} {}", call.name, call.write_arguments()));
    std::iter::once(content.clone()).chain(calls)
}

fn of_text(text: &str) -> f64 {
    text.chars().map(of_char).sum()
}

fn of_char(char: char) -> f64 {
    match char {
        ' ' => 0.1,
        'a'..='z' | 'A'..='Z' => 1.0 / 3.0,
        '0'..='9' => 0.6,
        '\0'..='\u{7f}' => 0.7,
        // Latin letters with marks.
        '\u{80}'..='\u{24f}' => 0.8,
        char if is_wide(char) => 1.5,
        '\u{10000}'.. => 3.0,
        _ => 1.0,
    }
}

/// Whether it is a character of Chinese, Japanese or Korean.
fn is_wide(char: char) -> bool {
    matches!(
        char,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
            | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tool;

    fn of(text: &str) -> u64 {
        estimate(&Request::new([Message::user(text)]))
    }

    /// Tokens that GPT-4o's tokenizer makes of these texts, which is one of the most compact.
    #[test]
    fn an_estimate_is_not_less_than_a_tokenizer_counts() {
        for (text, tokens) in [
            ("The quick brown fox jumps over the lazy dog.", 10),
            ("Donaudampfschifffahrtsgesellschaft", 12),
            ("今天天气很好，我们去公园散步吧。", 12),
            ("こんにちは、世界。今日はいい天気ですね。", 12),
            ("안녕하세요, 세계! 오늘 날씨가 좋네요.", 13),
            ("Сегодня хорошая погода, пойдём гулять в парк.", 12),
            ("👩‍👩‍👧‍👦👍🏽", 13),
            ("fn main() { println!(\"{}\", x[0] + 1); }", 16),
        ] {
            assert!(of(text) >= tokens, "{text}: {}", of(text));
            assert!(of(text) <= 4 * tokens + 8, "{text}: {}", of(text));
            let fewest = fewest(&Request::new([Message::user(text)]));
            assert!(fewest <= tokens, "{text}: {fewest}");
        }
    }

    #[test]
    fn tools_and_calls_are_counted() {
        let mut request = Request::new([Message::user("Weather?")]);
        let before = estimate(&request);
        request.tools = vec![Tool::new("weather", "Of a city.", serde_json::json!({"type": "object"}))];
        assert!(estimate(&request) > before + 20);
    }
}
