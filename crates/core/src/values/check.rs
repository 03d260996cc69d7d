//! Checks of what a request brings into the journal: names, texts, JSON, spans. Each names the field that is wrong
//! by an RFC 6901 pointer into the request, and all wrong fields are told at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::json::json_bytes;
use super::{AgentId, Span, limits};

/// One field that is wrong, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// An RFC 6901 JSON pointer into the request.
    pub pointer: String,
    /// What is wrong, and what would be right.
    pub detail: String,
}

impl Violation {
    /// A violation at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// Fields of a request are wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.first().map_or("invalid input", |violation| violation.detail.as_str()))]
pub struct Invalid(pub Vec<Violation>);

/// The fields of a request that were found wrong so far.
#[derive(Default)]
pub(crate) struct Checks {
    violations: Vec<Violation>,
}

impl Checks {
    /// One field is wrong.
    pub(crate) fn wrong(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        if self.violations.len() < limits::VIOLATIONS {
            self.violations.push(Violation::new(pointer, detail));
        }
    }

    /// Whether nothing was wrong so far.
    pub(crate) fn is_fine(&self) -> bool {
        self.violations.is_empty()
    }

    /// The end of the checks.
    pub(crate) fn done(self) -> Result<(), Invalid> {
        if self.violations.is_empty() { Ok(()) } else { Err(Invalid(self.violations)) }
    }

    /// One line of text: not blank, no control characters, [`limits::NAME_BYTES`] at most.
    pub(crate) fn name(&mut self, pointer: impl Into<String>, text: &str) {
        self.line(pointer, text, limits::NAME_BYTES);
    }

    /// A name that may be absent.
    pub(crate) fn name_if_any(&mut self, pointer: impl Into<String>, text: Option<&String>) {
        if let Some(text) = text {
            self.name(pointer, text);
        }
    }

    /// The same of what people call something: it may not turn round the text around it.
    pub(crate) fn title(&mut self, pointer: impl Into<String>, text: &str) {
        let pointer = pointer.into();
        if text.chars().any(turns_text) {
            self.wrong(pointer, "it may not have characters that change the direction of text");
        } else {
            self.name(pointer, text);
        }
    }

    /// A title that may be absent.
    pub(crate) fn title_if_any(&mut self, pointer: impl Into<String>, text: Option<&String>) {
        if let Some(text) = text {
            self.title(pointer, text);
        }
    }

    /// One line of text with a limit of its own.
    pub(crate) fn line(&mut self, pointer: impl Into<String>, text: &str, most: usize) {
        if text.trim().is_empty() {
            self.wrong(pointer, "it may not be empty");
        } else if text.len() > most {
            self.wrong(pointer, format!("it may have {most} bytes at most"));
        } else if text.chars().any(char::is_control) {
            self.wrong(pointer, "it is one line of text, without control characters");
        }
    }

    /// Text that people read, when there is any.
    pub(crate) fn text(&mut self, pointer: impl Into<String>, text: &str) {
        if text.len() > limits::TEXT_BYTES {
            self.wrong(pointer, format!("it may have {} bytes at most", limits::TEXT_BYTES));
        }
    }

    /// Text that may be absent.
    pub(crate) fn text_if_any(&mut self, pointer: impl Into<String>, text: Option<&String>) {
        if let Some(text) = text {
            self.text(pointer, text);
        }
    }

    /// A payload, result, error or progress.
    pub(crate) fn payload(&mut self, pointer: impl Into<String>, value: &Value) {
        let pointer = pointer.into();
        // Depth first: measuring what is deeper than allowed would use up the stack.
        if !nests_at_most(value, limits::JSON_DEPTH) {
            self.depth(pointer, value);
        } else if json_bytes(value) > limits::PAYLOAD_BYTES {
            let detail = format!(
                "it may have {} bytes at most; store what is larger elsewhere and name it",
                limits::PAYLOAD_BYTES
            );
            self.wrong(pointer, detail);
        }
    }

    /// JSON with a limit of its own.
    pub(crate) fn sized(&mut self, pointer: impl Into<String>, value: &Value, most: usize) {
        // Depth first: measuring what is deeper than allowed would use up the stack.
        if !nests_at_most(value, limits::JSON_DEPTH) {
            self.depth(pointer, value);
        } else if json_bytes(value) > most {
            self.wrong(pointer, format!("it may have {most} bytes at most"));
        }
    }

    /// How deep JSON nests.
    pub(crate) fn depth(&mut self, pointer: impl Into<String>, value: &Value) {
        if !nests_at_most(value, limits::JSON_DEPTH) {
            self.wrong(pointer, format!("it may nest {} levels deep at most", limits::JSON_DEPTH));
        }
    }

    /// A span that is at least a millisecond and at most `most` milliseconds, when there is one.
    pub(crate) fn span(&mut self, pointer: impl Into<String>, span: Option<Span>, most: u64) {
        let Some(span) = span else { return };
        if span.millis() == 0 {
            self.wrong(pointer, "it must be longer than no time at all");
        } else {
            self.span_or_none(pointer, Some(span), most);
        }
    }

    /// A span that may also be no time at all.
    pub(crate) fn span_or_none(&mut self, pointer: impl Into<String>, span: Option<Span>, most: u64) {
        if span.is_some_and(|span| span.millis() > most) {
            self.wrong(pointer, format!("it may be {} at most", Span::from_millis(most)));
        }
    }

    /// A list of names: how many, and each once. `what` is a text of each.
    pub(crate) fn each_once<'a>(
        &mut self,
        at: &str,
        names: impl ExactSizeIterator<Item = &'a str>,
        most: usize,
    ) {
        if names.len() > most {
            self.wrong(at, format!("it may have {most} items at most"));
            return;
        }
        let mut seen = BTreeSet::new();
        for (i, name) in names.enumerate() {
            if !seen.insert(name) {
                self.wrong(format!("{at}/{i}"), format!("'{name}' is listed twice"));
            }
        }
    }

    /// Agents that are asked in turn: each once, not the one who is asked first, and all take part.
    pub(crate) fn fallback_agents(
        &mut self,
        at: &str,
        agents: &[AgentId],
        first: Option<&AgentId>,
        takes_part: impl Fn(&AgentId) -> bool,
    ) {
        self.each_once(at, agents.iter().map(AgentId::as_str), limits::FALLBACK_AGENTS);
        if agents.len() > limits::FALLBACK_AGENTS {
            return; // Nobody reads what is wrong with each of too many.
        }
        for (i, agent) in agents.iter().enumerate() {
            if Some(agent) == first {
                self.wrong(format!("{at}/{i}"), format!("{agent} is the one who is asked first"));
            } else if !takes_part(agent) {
                let detail = format!("{agent} does not take part in the session");
                self.wrong(format!("{at}/{i}"), detail);
            }
        }
    }

    /// Labels. An empty value removes a label, so it is allowed.
    pub(crate) fn labels(&mut self, at: &str, labels: &BTreeMap<String, String>) {
        for (key, value) in labels {
            let pointer = format!("{at}/{}", escape(key));
            self.line(pointer.clone(), key, limits::LABEL_BYTES);
            if key.chars().chain(value.chars()).any(turns_text) {
                self.wrong(pointer, "it may not have characters that change the direction of text");
            } else if !value.is_empty() {
                self.line(pointer, value, limits::LABEL_BYTES);
            }
        }
    }
}

/// Whether a character embeds, overrides or isolates the direction of the text after it. The marks of direction, which
/// words of Arabic and Hebrew may need, change nothing but their neighbours.
fn turns_text(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A member's name as a token of a JSON pointer.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Whether a value nests at most `levels` deep; a number is one level. It looks no deeper than it must.
pub(crate) fn nests_at_most(value: &Value, levels: usize) -> bool {
    match value {
        _ if levels == 0 => false,
        Value::Array(items) => items.iter().all(|item| nests_at_most(item, levels - 1)),
        Value::Object(members) => members.values().all(|item| nests_at_most(item, levels - 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_may_nest_as_deep_as_the_limit_and_no_deeper() {
        let mut value = json!(1);
        for _ in 1..limits::JSON_DEPTH {
            value = json!([value]);
        }
        assert!(nests_at_most(&value, limits::JSON_DEPTH));
        assert!(!nests_at_most(&json!([value]), limits::JSON_DEPTH));
    }

    #[test]
    fn a_pointer_escapes_what_json_pointers_reserve() {
        let mut checks = Checks::default();
        checks.labels("/labels", &BTreeMap::from([("a/b~c".into(), "\n".into())]));
        let Err(Invalid(violations)) = checks.done() else {
            panic!("a label with a line break is wrong");
        };
        assert_eq!(violations[0].pointer, "/labels/a~1b~0c");
    }

    #[test]
    fn an_answer_names_a_limited_number_of_wrong_fields() {
        let mut checks = Checks::default();
        (0..limits::VIOLATIONS + 5).for_each(|i| checks.wrong(format!("/{i}"), "wrong"));
        assert_eq!(checks.violations.len(), limits::VIOLATIONS);
    }
}
