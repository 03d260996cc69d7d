//! The version 0.3 of the protocol, which many clients still speak: its methods and forms, as those of 1.0 and back.
//!
//! The meaning is that of 1.0; only names and shapes differ. See the protocol's appendix A.

use a2a::{Artifact, Message, Part, PartContent, Role, StreamResponse, TaskState, TaskStatus, methods};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

/// The version, as clients name it.
pub(super) const VERSION: &str = "0.3";
/// Marks data that is no object, which 0.3 does not have: it is then the member `value` of one.
const WRAPPED: &str = "data_part_compat";

/// The method of 1.0 that one of 0.3 stands for.
pub(super) fn method(name: &str) -> Option<&'static str> {
    Some(match name {
        "message/send" => methods::SEND_MESSAGE,
        "message/stream" => methods::SEND_STREAMING_MESSAGE,
        "tasks/get" => methods::GET_TASK,
        "tasks/cancel" => methods::CANCEL_TASK,
        "tasks/resubscribe" => methods::SUBSCRIBE_TO_TASK,
        "tasks/pushNotificationConfig/set" => methods::CREATE_PUSH_CONFIG,
        "tasks/pushNotificationConfig/get" => methods::GET_PUSH_CONFIG,
        "tasks/pushNotificationConfig/list" => methods::LIST_PUSH_CONFIGS,
        "tasks/pushNotificationConfig/delete" => methods::DELETE_PUSH_CONFIG,
        "agent/getAuthenticatedExtendedCard" => methods::GET_EXTENDED_AGENT_CARD,
        _ => return None,
    })
}

/// Parameters of 0.3 as those of 1.0. What is wrong in them is left as it is, to be refused.
pub(super) fn params(mut params: Value) -> Value {
    if let Some(message) = params.get_mut("message").and_then(Value::as_object_mut) {
        take_message(message);
    }
    if let Some(wanted) = params.get_mut("configuration").and_then(Value::as_object_mut) {
        if let Some(blocking) = wanted.remove("blocking").as_ref().and_then(Value::as_bool) {
            wanted.insert("returnImmediately".to_owned(), (!blocking).into());
        }
        if let Some(push) = wanted.remove("pushNotificationConfig").filter(|push| !push.is_null()) {
            let url = push.get("url").cloned().unwrap_or_else(|| "".into());
            wanted.insert("taskPushNotificationConfig".to_owned(), json!({"url": url}));
        }
        take_length(wanted);
    }
    if let Some(members) = params.as_object_mut() {
        take_length(members);
    }
    params
}

/// No messages at all is a wish of 1.0; before, 0 was no limit.
fn take_length(members: &mut Map<String, Value>) {
    if members.get("historyLength").is_some_and(|length| length == 0) {
        members.remove("historyLength");
    }
}

fn take_message(message: &mut Map<String, Value>) {
    message.remove("kind");
    if let Some(role) = message.get_mut("role") {
        *role = match role.as_str() {
            Some("user") => "ROLE_USER".into(),
            Some("agent") => "ROLE_AGENT".into(),
            _ => Value::Null,
        };
    }
    for part in message.get_mut("parts").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(part) = part.as_object_mut() {
            take_part(part);
        }
    }
}

fn take_part(part: &mut Map<String, Value>) {
    let kind = part.remove("kind");
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default();
    let (text, data, file) = (part.remove("text"), part.remove("data"), part.remove("file"));
    match (kind, text, data, file) {
        ("text", Some(text), _, _) => drop(part.insert("text".to_owned(), text)),
        ("data", _, Some(mut data), _) => {
            let wrapped = part.get_mut("metadata").and_then(|metadata| {
                metadata.as_object_mut()?.remove(WRAPPED)?.as_bool().filter(|wrapped| *wrapped)
            });
            if let (Some(_), Some(value)) = (wrapped, data.get_mut("value")) {
                data = value.take();
            }
            part.insert("data".to_owned(), data);
        }
        ("file", _, _, Some(Value::Object(mut file))) => {
            for (name, of_1) in
                [("bytes", "raw"), ("uri", "url"), ("name", "filename"), ("mimeType", "mediaType")]
            {
                if let Some(value) = file.remove(name).filter(|value| !value.is_null()) {
                    part.insert(of_1.to_owned(), value);
                }
            }
        }
        _ => {}
    }
}

/// A task in the form of 0.3.
pub(super) fn task(task: &a2a::Task) -> Value {
    let mut form = json!({
        "kind": "task", "id": task.id, "contextId": task.context_id, "status": status(&task.status),
    });
    if let Some(artifacts) = &task.artifacts {
        form["artifacts"] = artifacts.iter().map(artifact).collect();
    }
    if let Some(history) = &task.history {
        form["history"] = history.iter().map(message).collect();
    }
    form
}

/// An update in the form of 0.3; `last` says that nothing follows.
pub(super) fn update(update: &StreamResponse, last: bool) -> Value {
    match update {
        StreamResponse::Task(task) => self::task(task),
        StreamResponse::Message(message) => self::message(message),
        StreamResponse::StatusUpdate(update) => json!({
            "kind": "status-update", "taskId": update.task_id, "contextId": update.context_id,
            "status": status(&update.status), "final": last,
        }),
        StreamResponse::ArtifactUpdate(update) => json!({
            "kind": "artifact-update", "taskId": update.task_id, "contextId": update.context_id,
            "artifact": artifact(&update.artifact),
            "append": update.append.unwrap_or_default(), "lastChunk": update.last_chunk.unwrap_or_default(),
        }),
    }
}

fn status(status: &TaskStatus) -> Value {
    let state = match status.state {
        TaskState::Submitted => "submitted",
        TaskState::Working => "working",
        TaskState::Completed => "completed",
        TaskState::Failed => "failed",
        TaskState::Canceled => "canceled",
        TaskState::InputRequired => "input-required",
        TaskState::Rejected => "rejected",
        TaskState::AuthRequired => "auth-required",
        TaskState::Unspecified => "unknown",
    };
    let mut form = json!({"state": state});
    if let Some(message) = &status.message {
        form["message"] = self::message(message);
    }
    if let Some(timestamp) = &status.timestamp {
        form["timestamp"] = json!(timestamp);
    }
    form
}

fn artifact(artifact: &Artifact) -> Value {
    let mut form = json!({
        "artifactId": artifact.artifact_id, "parts": artifact.parts.iter().map(part).collect::<Vec<_>>(),
    });
    if let Some(name) = &artifact.name {
        form["name"] = json!(name);
    }
    form
}

fn message(message: &Message) -> Value {
    let role = if message.role == Role::User { "user" } else { "agent" };
    let mut form = json!({
        "kind": "message", "messageId": message.message_id, "role": role,
        "parts": message.parts.iter().map(part).collect::<Vec<_>>(),
    });
    for (name, value) in [
        ("contextId", message.context_id.as_ref().map(|id| json!(id))),
        ("taskId", message.task_id.as_ref().map(|id| json!(id))),
        ("metadata", message.metadata.as_ref().map(|metadata| json!(metadata))),
        ("extensions", message.extensions.as_ref().map(|extensions| json!(extensions))),
        ("referenceTaskIds", message.reference_task_ids.as_ref().map(|ids| json!(ids))),
    ] {
        if let Some(value) = value {
            form[name] = value;
        }
    }
    form
}

fn part(part: &Part) -> Value {
    let mut metadata = part.metadata.as_ref().map(|metadata| json!(metadata));
    let file = |name: &str, value: Value| {
        let mut file = json!({name: value});
        if let Some(name) = &part.filename {
            file["name"] = json!(name);
        }
        if let Some(kind) = &part.media_type {
            file["mimeType"] = json!(kind);
        }
        json!({"kind": "file", "file": file})
    };
    let mut form = match &part.content {
        PartContent::Text(text) => json!({"kind": "text", "text": text}),
        PartContent::Data(data) if data.is_object() => json!({"kind": "data", "data": data}),
        PartContent::Data(data) => {
            metadata.get_or_insert_with(|| json!({}))[WRAPPED] = json!(true);
            json!({"kind": "data", "data": {"value": data}})
        }
        PartContent::Raw(bytes) => file("bytes", BASE64.encode(bytes).into()),
        PartContent::Url(url) => file("uri", json!(url)),
    };
    if let Some(metadata) = metadata {
        form["metadata"] = metadata;
    }
    form
}
