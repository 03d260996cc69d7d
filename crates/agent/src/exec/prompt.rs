//! A task as a prompt, for programs that talk to a model.

use std::fmt::Write as _;

use serde_json::Value;

use crate::TaskContext;

/// The members of a payload that hold a ready prompt, in the order in which they are looked for.
const PROMPTS: [&str; 3] = ["prompt", "instructions", "instruction"];

/// The prompt of a task: what its payload asks in words, then everything else that is known of it, as JSON.
pub(super) fn of(task: &TaskContext) -> String {
    let mut prompt = String::new();
    let asked = PROMPTS
        .iter()
        .find_map(|name| task.payload.get(name).and_then(Value::as_str).map(|text| (*name, text)));
    let mut rest = task.payload.clone();
    match asked {
        Some((name, text)) => {
            prompt.push_str(text.trim());
            prompt.push('\n');
            if let Some(members) = rest.as_object_mut() {
                members.shift_remove(name);
                members.shift_remove("task_type");
            }
        }
        None => {
            let step =
                task.step.as_ref().map_or(String::new(), |step| format!(" in the step '{step}' of a plan"));
            // Writing to a String cannot fail.
            let _ = writeln!(
                prompt,
                "You are {}, one of several agents. Do this task of the kind '{}'{step}.",
                task.agent_id, task.task_type
            );
        }
    }
    section(&mut prompt, "The task's payload", &rest);
    let inputs = serde_json::to_value(&task.inputs).unwrap_or(Value::Null);
    section(&mut prompt, "What the steps before it gave (step, agent, result)", &inputs);
    section(&mut prompt, "The context that all agents share", &task.shared_context);
    prompt.push_str(
        "\nYour final answer is the task's result and is read by other agents. Answer with the result alone; \
         if it is data, answer with one JSON document and no code fence.\n",
    );
    prompt
}

fn section(prompt: &mut String, title: &str, value: &Value) {
    let empty = match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    if !empty {
        let json = serde_json::to_string_pretty(value).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(prompt, "\n## {title}\n\n```json\n{json}\n```\n");
    }
}
