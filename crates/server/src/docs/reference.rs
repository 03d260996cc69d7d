//! The reference: the OpenAPI document as a page.

use std::fmt::Write as _;

use serde_json::Value;
use sessiond_api::operations::segment;

use super::example::{example, kind, resolve};
use super::guides;
use super::html::{escape, page, prose};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The whole page of an OpenAPI document.
pub(crate) fn reference(document: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let mut body = String::new();
    let title = text(&document, "/info/title");
    let version = text(&document, "/info/version");
    let description = prose(text(&document, "/info/description"));
    // Writing to a string cannot fail, here and below.
    let _ = write!(
        body,
        "<h1>{} <span class=\"soft\">{}</span></h1><p>{description}</p>",
        escape(title),
        escape(version)
    );
    let guides = guides();
    if !guides.is_empty() {
        body.push_str("<h3>Guides</h3><nav>");
        for (name, title) in guides {
            let _ = write!(body, "<a href=\"/docs/{name}\">{}</a>", escape(&title));
        }
        body.push_str("</nav>");
    }
    body.push_str("<h3>Reference</h3><nav>");
    let tags: Vec<&Value> = document["tags"].as_array().into_iter().flatten().collect();
    for tag in &tags {
        let name = escape(text(tag, "/name"));
        let _ = write!(body, "<a href=\"#{name}\">{name}</a>");
    }
    body.push_str("</nav>");
    for tag in tags {
        section(&mut body, &document, tag);
    }
    page("Reference", &body)
}

fn section(body: &mut String, document: &Value, tag: &Value) {
    let name = text(tag, "/name");
    let escaped = escape(name);
    let _ = write!(
        body,
        "<h2 id=\"{escaped}\">{escaped}</h2><p class=\"soft\">{}</p>",
        prose(text(tag, "/description"))
    );
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let tagged = operation["tags"].as_array().into_iter().flatten().any(|known| known == name);
            if tagged {
                self::operation(body, document, method, path, operation);
            }
        }
    }
}

fn operation(body: &mut String, document: &Value, method: &str, path: &str, operation: &Value) {
    let method = method.to_uppercase();
    let id = escape(text(operation, "/operationId"));
    let _ = write!(
        body,
        "<details id=\"{id}\"><summary><span class=\"method {method}\">{method}</span><span class=\"path\">{}</span>\
         <span class=\"what\">{}</span></summary><div>",
        escape(path),
        prose(text(operation, "/summary"))
    );
    let description = text(operation, "/description");
    if !description.is_empty() {
        let _ = write!(body, "<p>{}</p>", prose(description));
    }
    parameters(body, document, operation);
    request(body, document, operation);
    answers(body, document, operation);
    let _ = write!(
        body,
        "<h3>curl</h3><pre><code>{}</code></pre></div></details>",
        escape(&curl(document, &method, path, operation))
    );
}

fn parameters(body: &mut String, document: &Value, operation: &Value) {
    let parameters: Vec<_> = operation["parameters"].as_array().into_iter().flatten().collect();
    if parameters.is_empty() {
        return;
    }
    body.push_str("<h3>Parameters</h3><table>");
    for parameter in parameters {
        let required = if parameter["required"] == true { ", required" } else { "" };
        let _ = write!(
            body,
            "<tr><td><code>{}</code></td><td class=\"soft\">{}{required}</td><td>{}</td><td>{}</td></tr>",
            escape(text(parameter, "/name")),
            escape(text(parameter, "/in")),
            type_of(document, &parameter["schema"]),
            prose(text(parameter, "/description"))
        );
    }
    body.push_str("</table>");
}

fn request(body: &mut String, document: &Value, operation: &Value) {
    let Some((media, content)) =
        operation.pointer("/requestBody/content").and_then(Value::as_object).and_then(|c| c.iter().next())
    else {
        return;
    };
    let schema = &content["schema"];
    let _ = write!(body, "<h3>Body <span class=\"soft\">{}</span></h3>", escape(media));
    members(body, document, schema);
    if media.ends_with("json") {
        let example = serde_json::to_string_pretty(&example(document, schema)).unwrap_or_default();
        let _ = write!(body, "<pre><code>{}</code></pre>", escape(&example));
    }
}

fn members(body: &mut String, document: &Value, schema: &Value) {
    let schema = choice(document, schema);
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let required = schema["required"].as_array();
    body.push_str("<table>");
    for (name, member) in properties {
        let needed = required.is_some_and(|names| names.iter().any(|known| known == name));
        let description = match text(member, "/description") {
            "" => text(resolve(document, member), "/description"),
            description => description,
        };
        let _ = write!(
            body,
            "<tr><td><code>{}</code></td><td class=\"soft\">{}</td><td>{}</td><td>{}</td></tr>",
            escape(name),
            if needed { "required" } else { "" },
            type_of(document, member),
            prose(description)
        );
    }
    body.push_str("</table>");
}

fn answers(body: &mut String, document: &Value, operation: &Value) {
    body.push_str("<h3>Answers</h3><table>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let link = response.get("$ref").and_then(Value::as_str).and_then(|link| link.strip_prefix('#'));
        let response = link.and_then(|pointer| document.pointer(pointer)).unwrap_or(response);
        let content = response["content"].as_object();
        let kinds: Vec<_> = content
            .into_iter()
            .flatten()
            .map(|(media, content)| match type_of(document, &content["schema"]) {
                kind if kind.is_empty() => escape(media),
                kind => format!("{kind} <span class=\"soft\">{}</span>", escape(media)),
            })
            .collect();
        let _ = write!(
            body,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            escape(status),
            prose(text(response, "/description")),
            kinds.join("<br>")
        );
    }
    body.push_str("</table>");
}

/// The schema behind a choice between itself and null.
fn choice<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = resolve(document, schema);
    let choices = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    let mut choices = choices.into_iter().flatten().filter(|choice| choice["type"] != "null");
    choices.next().map_or(schema, |choice| resolve(document, choice))
}

/// A word or two on what a schema takes.
fn type_of(document: &Value, schema: &Value) -> String {
    if let Some(link) = schema.get("$ref").and_then(Value::as_str) {
        let name = link.rsplit('/').next().unwrap_or_default();
        let words = resolve(document, schema)["enum"].as_array();
        return words.map_or_else(|| escape(name), |words| listed(words));
    }
    for choices in ["oneOf", "anyOf"] {
        if let Some(choices) = schema.get(choices).and_then(Value::as_array) {
            let kinds = choices
                .iter()
                .filter(|choice| choice["type"] != "null")
                .map(|choice| type_of(document, choice));
            return kinds.collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        return listed(words);
    }
    match kind(schema) {
        "array" => format!("list of {}", type_of(document, &schema["items"])),
        kind => escape(kind),
    }
}

fn listed(words: &[Value]) -> String {
    let words = words.iter().filter_map(Value::as_str).map(|word| format!("<code>{}</code>", escape(word)));
    words.collect::<Vec<_>>().join(" ")
}

fn curl(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let mut path = path.to_owned();
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = text(parameter, "/name");
        let value = segment(parameter["example"].as_str().unwrap_or_default());
        match text(parameter, "/in") {
            "path" => path = path.replace(&format!("{{{name}}}"), &value),
            "query" if parameter["required"] == true => query.push(format!("{name}={value}")),
            _ => {}
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let mut command = match method {
        "GET" => format!("curl 'http://localhost:8080{path}'"),
        _ => format!("curl -X {method} 'http://localhost:8080{path}'"),
    };
    if operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty()) {
        command.push_str(" \\\n  -H \"x-agent-api-key: $AGENT_BUS_API_KEY\"");
    }
    let body = operation
        .pointer("/requestBody/content")
        .and_then(Value::as_object)
        .and_then(|content| content.iter().next());
    if let Some((media, content)) = body {
        let _ = write!(command, " \\\n  -H 'Content-Type: {media}'");
        if media.ends_with("json") {
            let example = example(document, &content["schema"]).to_string().replace('\'', "'\\''");
            let _ = write!(command, " \\\n  -d '{example}'");
        } else {
            command.push_str(" \\\n  --data-binary @session.jsonl");
        }
    }
    command
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
