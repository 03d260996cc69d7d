//! Texts and numbers as JSON has them.

use std::fmt::Write as _;

/// Writes a text.
pub fn string(json: &mut String, text: &str) {
    json.push('"');
    // Most texts need no escape; a look that does nothing else is fast.
    if !text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        json.push_str(text);
        json.push('"');
        return;
    }
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        json.push_str(&text[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => json.push_str("\\\""),
            b'\\' => json.push_str("\\\\"),
            b'\n' => json.push_str("\\n"),
            b'\r' => json.push_str("\\r"),
            b'\t' => json.push_str("\\t"),
            _ => {
                let _ = write!(json, "\\u{byte:04x}");
            }
        }
    }
    json.push_str(&text[plain..]);
    json.push('"');
}

/// How deep JSON nests.
pub fn depth(json: &str) -> usize {
    let (mut deepest, mut depth, mut in_string, mut is_escaped) = (0, 0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth -= 1,
            _ => {}
        }
    }
    deepest
}

/// Writes a floating-point number, which stays one: 1.0 is not 1.
pub fn float(json: &mut String, number: f64) {
    if number.is_finite() {
        let _ = write!(json, "{number:?}");
    } else {
        let name = if number.is_nan() {
            "nan"
        } else if number > 0.0 {
            "inf"
        } else {
            "-inf"
        };
        let _ = write!(json, "{{\"$float\":\"{name}\"}}");
    }
}
