//! The JSON schema of an answer. It comes from a program, and everybody's answers are checked against it in the engine,
//! so it may cost no more than its size: references stay inside it, and none of them leads back to itself.

use std::collections::BTreeMap;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use crate::values::check::nests_at_most;
use crate::values::json::json_bytes;
use crate::values::limits;

/// Subschemas that a schema may have once its references are followed.
const SUBSCHEMAS: u64 = 1_000;
/// Bytes that a regular expression may take when it is compiled.
const PATTERN_BYTES: usize = 256 * 1024;
/// Keywords whose cost, or whose target, the size of a schema does not tell.
const REFUSED: &[&str] =
    &["$dynamicRef", "$recursiveRef", "$id", "unevaluatedProperties", "unevaluatedItems"];
/// Wrong members of an answer that are told.
const TOLD: usize = 16;

/// Checks a schema, and says what is wrong with it.
pub fn check(schema: &Value) -> Result<(), String> {
    if !schema.is_object() {
        return Err("a JSON schema is an object".into());
    }
    if !nests_at_most(schema, limits::JSON_DEPTH) {
        return Err(format!("it may nest {} levels deep at most", limits::JSON_DEPTH));
    }
    if json_bytes(schema) > limits::QUESTION_SCHEMA_BYTES {
        return Err(format!("it may have {} bytes at most", limits::QUESTION_SCHEMA_BYTES));
    }
    let mut sizes = Sizes { root: schema, known: BTreeMap::new() };
    if sizes.of(schema)? > SUBSCHEMAS {
        return Err(format!("it may have {SUBSCHEMAS} subschemas at most, with its references followed"));
    }
    validator(schema).map(drop)
}

/// What is wrong with an answer: pointers into it, and what each should be.
pub fn wrong(schema: &Value, answer: &Value) -> Vec<(String, String)> {
    match validator(schema) {
        Ok(validator) => validator
            .iter_errors(answer)
            .take(TOLD)
            .map(|error| (error.instance_path().as_str().to_owned(), error.masked_with("it").to_string()))
            .collect(),
        // It was checked when the question was asked; a library that became stricter must not let everything pass.
        Err(detail) => vec![(String::new(), detail)],
    }
}

/// What somebody typed as an answer: JSON, or else a text. Where only a text keeps the schema, it is that text, `42` too.
pub fn typed(schema: Option<&Value>, text: &str) -> Value {
    let as_text = Value::String(text.trim_end_matches(['\r', '\n']).to_owned());
    let Ok(parsed) = serde_json::from_str::<Value>(text) else {
        return as_text;
    };
    let keeps = |value: &Value| schema.is_none_or(|schema| wrong(schema, value).is_empty());
    if keeps(&parsed) || !keeps(&as_text) { parsed } else { as_text }
}

fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES))
        .build(schema)
        .map_err(|error| {
            let at = error.instance_path().as_str();
            let at = if at.is_empty() { String::new() } else { format!(" at {at}") };
            format!("it is no JSON schema{at}: {}", error.masked_with("it"))
        })
}

/// How many subschemas each target of a reference has.
struct Sizes<'a> {
    root: &'a Value,
    /// None while it is being counted.
    known: BTreeMap<&'a str, Option<u64>>,
}

impl<'a> Sizes<'a> {
    /// How many objects there are below a value, with the references followed. A reference that leads back to itself
    /// is refused.
    fn of(&mut self, value: &'a Value) -> Result<u64, String> {
        let members: Vec<&'a Value> = match value {
            Value::Object(members) => {
                for word in REFUSED {
                    // At the root an id only names the schema; below it would change where references lead.
                    let is_name = *word == "$id" && std::ptr::eq(value, self.root);
                    if members.contains_key(*word) && !is_name {
                        return Err(format!("`{word}` is not supported here"));
                    }
                }
                members.values().collect()
            }
            Value::Array(items) => items.iter().collect(),
            _ => return Ok(0),
        };
        let mut sum = u64::from(value.is_object());
        if let Some(Value::String(reference)) = value.get("$ref") {
            sum = sum.saturating_add(self.target(reference)?);
        }
        for member in members {
            sum = sum.saturating_add(self.of(member)?);
        }
        Ok(sum)
    }

    fn target(&mut self, reference: &'a str) -> Result<u64, String> {
        match self.known.get(reference) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => {
                return Err(format!("`{reference}` leads back to itself, so the answer has no end"));
            }
            None => {}
        }
        let pointer =
            reference.strip_prefix('#').filter(|pointer| pointer.starts_with('/') && !pointer.contains('%'));
        let target = pointer.and_then(|pointer| self.root.pointer(pointer)).ok_or_else(|| {
            format!("`{reference}` does not lead into the schema: use `#/$defs/` and a name without `%`")
        })?;
        self.known.insert(reference, None);
        let size = self.of(target)?;
        self.known.insert(reference, Some(size));
        Ok(size)
    }
}
