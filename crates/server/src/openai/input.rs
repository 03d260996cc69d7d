//! What a request says: instructions, what was said before, and the message that is to be answered.

use serde::Deserialize;
use serde_json::Value;

use crate::respond::Failure;

/// A message of a client.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    /// `message`, or nothing; other items of the newer interface are refused.
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    tool_calls: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
}

/// What the messages of a request come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Conversation {
    /// What the client says as `system` or `developer`.
    pub(super) instructions: Option<String>,
    /// Messages with their answers, oldest first, as the client has them.
    pub(super) history: Vec<(String, String)>,
    /// What follows the last answer.
    pub(super) message: String,
}

/// Takes messages apart; `param` is the parameter that has them.
pub(super) fn read(param: &str, messages: Vec<Said>) -> Result<Conversation, Failure> {
    let (mut instructions, mut history, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    for (i, said) in messages.into_iter().enumerate() {
        let wrong = |detail: String| Failure::invalid(format!("{param}/{i}"), detail);
        if let Some(kind) = said.kind.filter(|kind| kind != "message") {
            return Err(wrong(format!("items of the type {kind:?} are not supported here, only messages")));
        }
        if said.tool_calls.is_some_and(|calls| calls.as_array().is_none_or(|calls| !calls.is_empty())) {
            return Err(wrong("the assistant calls no tools of its client".to_owned()));
        }
        let text = said.content.map_or(Ok(String::new()), text).map_err(wrong)?;
        match said.role.as_deref().unwrap_or_default() {
            "system" | "developer" => instructions.push(text),
            "user" => waiting.push(text),
            "assistant" => history.push((std::mem::take(&mut waiting).join("\n\n"), text)),
            role => return Err(wrong(format!("no message has the role {role:?} here"))),
        }
    }
    let message = waiting.join("\n\n");
    if message.trim().is_empty() {
        return Err(Failure::invalid(param, "it ends with a message of the user"));
    }
    let instructions = instructions.join("\n\n");
    Ok(Conversation { instructions: (!instructions.is_empty()).then_some(instructions), history, message })
}

fn text(content: Content) -> Result<String, String> {
    match content {
        Content::Text(text) => Ok(text),
        Content::Parts(parts) => {
            let texts = parts.into_iter().map(|part| match (part.kind.as_str(), part.text) {
                ("text" | "input_text" | "output_text", Some(text)) => Ok(text),
                (kind, _) => Err(format!("a part of the type {kind:?} is not supported here, only text")),
            });
            texts.collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn take(messages: Value) -> Result<Conversation, Failure> {
        read("messages", serde_json::from_value(messages).unwrap())
    }

    #[test]
    fn what_follows_the_last_answer_is_the_message() {
        let said = take(json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": [{"type": "output_text", "text": "1"}]},
            {"role": "developer", "content": "In German."},
            {"role": "user", "content": [{"type": "text", "text": "two"}]},
            {"type": "message", "role": "user", "content": "three"},
        ]));
        let expected = Conversation {
            instructions: Some("Be brief.\n\nIn German.".into()),
            history: vec![("one".into(), "1".into())],
            message: "two\n\nthree".into(),
        };
        assert_eq!(said.unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_answered_is_refused_where_it_stands() {
        for (messages, place) in [
            (json!([]), "messages"),
            (json!([{"role": "user", "content": " "}]), "messages"),
            (json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]), "messages"),
            (json!([{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]), "messages/0"),
            (json!([{"role": "tool", "content": "a"}]), "messages/0"),
            (
                json!([{"role": "user", "content": "a"}, {"role": "assistant", "tool_calls": [{}]}]),
                "messages/1",
            ),
            (json!([{"type": "function_call_output"}]), "messages/0"),
        ] {
            assert_eq!(take(messages.clone()).unwrap_err().0.errors[0].pointer, place, "{messages}");
        }
    }
}
