//! What a request says: instructions, what was said before, and the message that is to be answered.

use serde::Deserialize;
use serde_json::Value;
use sessiond_core::FileId;

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
    /// The file of `input_file`.
    #[serde(default)]
    file_id: Option<String>,
    /// The file of `file`.
    #[serde(default)]
    file: Option<NamedFile>,
}

#[derive(Debug, Deserialize)]
struct NamedFile {
    #[serde(default)]
    file_id: Option<String>,
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
    /// The files that it names.
    pub(super) files: Vec<FileId>,
}

/// Takes messages apart; `param` is the parameter that has them.
pub(super) fn read(param: &str, messages: Vec<Said>) -> Result<Conversation, Failure> {
    let (mut instructions, mut history, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    let mut files = Vec::new();
    for (i, said) in messages.into_iter().enumerate() {
        let wrong = |detail: String| Failure::invalid(format!("{param}/{i}"), detail);
        if let Some(kind) = said.kind.filter(|kind| kind != "message") {
            return Err(wrong(format!("items of the type {kind:?} are not supported here, only messages")));
        }
        if said.tool_calls.is_some_and(|calls| calls.as_array().is_none_or(|calls| !calls.is_empty())) {
            return Err(wrong("the assistant calls no tools of its client".to_owned()));
        }
        let mut named = Vec::new();
        let text =
            said.content.map_or(Ok(String::new()), |content| text(content, &mut named)).map_err(wrong)?;
        match said.role.as_deref().unwrap_or_default() {
            "system" | "developer" => instructions.push(text),
            "user" => {
                waiting.push(text);
                files.append(&mut named);
            }
            "assistant" => {
                history.push((std::mem::take(&mut waiting).join("\n\n"), text));
                files.clear();
            }
            role => return Err(wrong(format!("no message has the role {role:?} here"))),
        }
    }
    let message = waiting.join("\n\n");
    if message.trim().is_empty() {
        return Err(Failure::invalid(param, "it ends with a message of the user"));
    }
    let instructions = instructions.join("\n\n");
    let instructions = (!instructions.is_empty()).then_some(instructions);
    Ok(Conversation { instructions, history, message, files })
}

/// The text of a message, and the files that it names.
fn text(content: Content, files: &mut Vec<FileId>) -> Result<String, String> {
    let parts = match content {
        Content::Text(text) => return Ok(text),
        Content::Parts(parts) => parts,
    };
    let mut said = String::new();
    for Part { kind, text, file_id, file } in parts {
        let named = file_id.or_else(|| file.and_then(|file| file.file_id));
        match (kind.as_str(), text, named) {
            ("text" | "input_text" | "output_text", Some(text), _) => said.push_str(&text),
            ("input_file" | "file", _, Some(file)) => {
                files.push(FileId::parse(file).map_err(|error| error.to_string())?);
            }
            ("input_file" | "file", _, None) => {
                return Err("a file is named by its file_id: upload it with POST /v1/files first".to_owned());
            }
            (kind, ..) => {
                return Err(format!(
                    "a part of the type {kind:?} is not supported here, only text and files"
                ));
            }
        }
    }
    Ok(said)
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
            files: vec![],
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

    #[test]
    fn a_message_names_its_files_and_not_those_of_earlier_ones() {
        let id = |n: u32| format!("file_{n:032x}");
        let said = take(json!([
            {"role": "user", "content": [{"type": "input_file", "file_id": id(1)}, {"type": "input_text", "text": "a"}]},
            {"role": "assistant", "content": "A"},
            {"role": "user", "content": [{"type": "file", "file": {"file_id": id(2)}}, {"type": "text", "text": "b"}]},
        ]));
        assert_eq!(said.unwrap().files, [FileId::parse(id(2)).unwrap()]);
        for part in [
            json!({"type": "input_file", "file_data": "x"}),
            json!({"type": "input_file", "file_id": "../x"}),
        ] {
            let said = take(json!([{"role": "user", "content": [part.clone()]}]));
            assert_eq!(said.unwrap_err().0.errors[0].pointer, "messages/0", "{part}");
        }
    }
}
