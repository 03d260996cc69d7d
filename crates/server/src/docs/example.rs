//! An example of what a schema describes, for people to copy.

use serde_json::{Map, Value, json};

/// Deeper than this an example says nothing.
const DEPTH: usize = 5;

/// The schema that a `$ref` names, or the schema itself.
pub(super) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|link| link.strip_prefix("#/components/schemas/"));
    match name {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    }
}

/// An example of a request: its required members, and the others that have an example of their own.
pub(super) fn example(document: &Value, schema: &Value) -> Value {
    of(document, schema, 0)
}

fn of(document: &Value, schema: &Value, depth: usize) -> Value {
    if let Some(example) = schema.get("example").or_else(|| schema.pointer("/examples/0")) {
        return example.clone();
    }
    let schema = resolve(document, schema);
    if let Some(example) = schema.get("example").or_else(|| schema.pointer("/examples/0")) {
        return example.clone();
    }
    if depth > DEPTH {
        return Value::Null;
    }
    if let Some(first) = schema.pointer("/enum/0") {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf"] {
        let choices = schema.get(choice).and_then(Value::as_array).into_iter().flatten();
        if let Some(first) = choices.into_iter().find(|choice| choice.get("type") != Some(&json!("null"))) {
            return of(document, first, depth);
        }
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut members = Map::new();
        for part in parts {
            if let Value::Object(more) = of(document, part, depth) {
                members.extend(more);
            }
        }
        return Value::Object(members);
    }
    match kind(schema) {
        "object" => object(document, schema, depth),
        "array" => json!([of(document, &schema["items"], depth + 1)]),
        "string" if schema.get("format") == Some(&json!("date-time")) => json!("2025-02-02T11:00:00Z"),
        "string" => json!("…"),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        _ => json!({}),
    }
}

fn object(document: &Value, schema: &Value, depth: usize) -> Value {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
    let mut members = Map::new();
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let shown = member.get("example").is_some() || member.pointer("/examples/0").is_some();
        // The plan and those who take part are what a session is about.
        if is_required(name) || shown || matches!(name.as_str(), "participants" | "workflow") {
            members.insert(name.clone(), of(document, member, depth + 1));
        }
    }
    Value::Object(members)
}

/// The schema's type; of several the first that is not null.
pub(super) fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
        }
        _ if schema.get("properties").is_some() => "object",
        _ => "",
    }
}
