//! Makes text and tool calls of the bytes that a model writes.

use serde_json::Value;
use sessiond_model::ToolCall;

use super::template::{CALL_BEGINS, CALL_ENDS};

/// What is made of an answer's bytes.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Call(ToolCall),
}

/// Holds back what may yet become something else: half a character, the beginning of a stop text, a tool call.
pub(super) struct Output {
    stops: Vec<String>,
    /// Whether a tool call is looked for.
    calls: bool,
    /// What has not been given out.
    bytes: Vec<u8>,
    stopped: bool,
}

impl Output {
    pub(super) fn new(stops: &[String], calls: bool) -> Self {
        let stops = stops.iter().filter(|stop| !stop.is_empty()).cloned().collect();
        Self { stops, calls, bytes: Vec::new(), stopped: false }
    }

    /// Takes more bytes in and gives what they complete.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Piece> {
        self.bytes.extend_from_slice(bytes);
        self.read(false)
    }

    /// Gives what was held back, because nothing more comes.
    pub(super) fn end(&mut self) -> Vec<Piece> {
        self.read(true)
    }

    /// Whether a stop text has come.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    fn read(&mut self, last: bool) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while !self.stopped {
            let held = std::mem::take(&mut self.bytes);
            let (text, half) = characters(&held, last);
            let Some(next) = self.first(&text, last) else {
                // A half character stays, and so does what a mark may begin with.
                let kept = if last { 0 } else { self.may_begin(&text) };
                let (given, rest) = text.split_at(text.len() - kept);
                push(&mut pieces, given);
                self.bytes = [rest.as_bytes(), half].concat();
                break;
            };
            push(&mut pieces, &text[..next.start]);
            match next.what {
                Mark::Stop => self.stopped = true,
                Mark::Call(Some(end)) => {
                    let inside = &text[next.start + CALL_BEGINS.len()..end];
                    let whole = (end + CALL_ENDS.len()).min(text.len());
                    match read_call(inside) {
                        Some(call) => pieces.push(Piece::Call(call)),
                        // What is no call is what the model said.
                        None => push(&mut pieces, &text[next.start..whole]),
                    }
                    self.bytes = [&text.as_bytes()[whole..], half].concat();
                }
                Mark::Call(None) => {
                    self.bytes = [&text.as_bytes()[next.start..], half].concat();
                    break;
                }
            }
        }
        pieces
    }

    /// The first stop text or tool call.
    fn first(&self, text: &str, last: bool) -> Option<Next> {
        let call = self.calls.then(|| text.find(CALL_BEGINS)).flatten();
        // Within a call a stop text is part of its arguments.
        let before = &text[..call.unwrap_or(text.len())];
        let stop = self.stops.iter().filter_map(|stop| before.find(stop.as_str())).min();
        if let Some(start) = stop {
            return Some(Next { start, what: Mark::Stop });
        }
        let start = call?;
        let inside = start + CALL_BEGINS.len();
        let end = text[inside..].find(CALL_ENDS).map(|end| inside + end).or(last.then_some(text.len()));
        Some(Next { start, what: Mark::Call(end) })
    }

    /// How many bytes at the end may be the beginning of a mark.
    fn may_begin(&self, text: &str) -> usize {
        let marks = self.stops.iter().map(String::as_str).chain(self.calls.then_some(CALL_BEGINS));
        let longest =
            marks.map(|mark| (1..mark.len()).rev().find(|length| ends_with_part(text, mark, *length)));
        longest.flatten().max().unwrap_or(0)
    }
}

/// An id for a call; it is not to be the same in another answer of the conversation.
pub(super) fn call_id() -> String {
    format!("call_{}", uuid::Uuid::new_v4().simple())
}

/// Reads what stands between the marks of a tool call.
fn read_call(inside: &str) -> Option<ToolCall> {
    let call: Value = serde_json::from_str(inside.trim()).ok()?;
    let name = call.get("name")?.as_str()?.to_owned();
    let arguments = match call.get("arguments").or_else(|| call.get("parameters")) {
        Some(Value::String(text)) => ToolCall::read_arguments(text),
        Some(arguments) => arguments.clone(),
        None => ToolCall::read_arguments(""),
    };
    Some(ToolCall { id: call_id(), name, arguments })
}

struct Next {
    start: usize,
    what: Mark,
}

enum Mark {
    Stop,
    /// A tool call, and where its inner part ends, if it has come.
    Call(Option<usize>),
}

fn ends_with_part(text: &str, mark: &str, length: usize) -> bool {
    mark.is_char_boundary(length) && text.ends_with(&mark[..length])
}

/// The whole characters of these bytes, and the half one at their end. Bytes that are no text become U+FFFD.
fn characters(bytes: &[u8], last: bool) -> (String, &[u8]) {
    let half = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() && !last => bytes.len() - error.valid_up_to(),
        // After an error there may be half a character at the end all the same.
        Err(_) if !last => bytes.utf8_chunks().last().map_or(0, |chunk| half_at_the_end(chunk.invalid())),
        _ => 0,
    };
    let (whole, half) = bytes.split_at(bytes.len() - half);
    (String::from_utf8_lossy(whole).into_owned(), half)
}

fn half_at_the_end(invalid: &[u8]) -> usize {
    match std::str::from_utf8(invalid) {
        Err(error) if error.error_len().is_none() => invalid.len(),
        _ => 0,
    }
}

fn push(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What comes out when the text goes in byte by byte: the texts and the calls.
    fn read(text: &str, stops: &[&str]) -> (String, Vec<(String, Value)>) {
        let stops: Vec<_> = stops.iter().map(|stop| (*stop).to_owned()).collect();
        let mut output = Output::new(&stops, true);
        let mut pieces = Vec::new();
        for byte in text.as_bytes() {
            pieces.extend(output.feed(&[*byte]));
        }
        pieces.extend(output.end());
        let (mut said, mut calls) = (String::new(), Vec::new());
        for piece in pieces {
            match piece {
                Piece::Text(text) => said.push_str(&text),
                Piece::Call(call) => calls.push((call.name, call.arguments)),
            }
        }
        (said, calls)
    }

    #[test]
    fn characters_come_out_whole() {
        let mut output = Output::new(&[], false);
        assert_eq!(output.feed(&[b'a', 0xc3]), [Piece::Text("a".into())]);
        assert_eq!(output.feed(&[0xa4]), [Piece::Text("ä".into())]);
        assert_eq!(output.feed(&[0xff, b'b', 0xf0, 0x9f]), [Piece::Text("\u{fffd}b".into())]);
        assert_eq!(output.feed(&[0x98, 0x80]), [Piece::Text("😀".into())]);
        assert_eq!(read("Grüße 😀", &[]).0, "Grüße 😀");
    }

    #[test]
    fn a_stop_text_ends_the_answer_and_is_not_part_of_it() {
        assert_eq!(read("one\nEND two", &["\nEND"]).0, "one");
        assert_eq!(read("one\nEN", &["\nEND"]).0, "one\nEN");
        assert_eq!(read("a b c", &["c", "b"]).0, "a ");
    }

    #[test]
    fn tool_calls_are_taken_out_of_the_text() {
        let (said, calls) = read(
            "Let me see.<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call><tool_call>{\"name\": \"g\"}",
            &["{"],
        );
        assert_eq!(said, "Let me see.");
        assert_eq!(calls, [("f".to_owned(), json!({"x": 1})), ("g".to_owned(), json!({}))]);
    }

    #[test]
    fn what_only_looks_like_a_call_is_text() {
        for text in ["<tool_call>oh</tool_call> no", "<tool_", "<tool_call>{\"x\": 1}"] {
            assert_eq!(read(text, &[]), (text.to_owned(), vec![]));
        }
    }
}
