//! Which requests can be aggregated.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::types::{AgentResult, Aggregate, SynthesisMethod};
use super::value::{is_deeper, push_member};
use crate::{Rejection, Violation, limits};

/// Whether the agent gave an error instead of a result.
pub(super) fn has_failed(result: &AgentResult) -> bool {
    result.error.as_ref().is_some_and(|error| !error.is_null())
}

/// Names the fields that are wrong, the first [`limits::VIOLATIONS`] of them.
pub(super) fn check(request: &Aggregate) -> Result<(), Rejection> {
    let mut violations = Vec::new();
    let mut wrong = |pointer: String, detail: String| violations.push(Violation::new(pointer, detail));
    let results = &request.agent_results;
    if results.is_empty() {
        return Err(Rejection::invalid("/agentResults", "there is no result to aggregate"));
    }
    if results.len() > limits::BATCH {
        let detail = format!("it may have at most {} items: aggregate in groups", limits::BATCH);
        return Err(Rejection::invalid("/agentResults", detail));
    }
    if request.task_type.len() > limits::NAME_BYTES {
        wrong("/taskType".into(), format!("it may have {} bytes at most", limits::NAME_BYTES));
    }

    let mut places = HashMap::new();
    for (i, result) in results.iter().enumerate() {
        if let Some(first) = places.insert(result.agent_id.as_str(), i) {
            let detail = format!("{} has a result at {first} already: an agent has one", result.agent_id);
            wrong(format!("/agentResults/{i}/agent_id"), detail);
        }
        if result.confidence.is_some_and(|confidence| !(0.0..=1.0).contains(&confidence)) {
            wrong(format!("/agentResults/{i}/confidence"), "a confidence is a number from 0 to 1".into());
        }
        if is_deeper(&result.result, limits::JSON_DEPTH) {
            let detail = format!("it may nest {} levels deep at most", limits::JSON_DEPTH);
            wrong(format!("/agentResults/{i}/result"), detail);
        }
    }
    for (agent, weight) in request.weights.iter().flatten() {
        let mut pointer = "/weights".to_owned();
        push_member(&mut pointer, agent);
        if !places.contains_key(agent.as_str()) {
            wrong(pointer, "no result is by this agent: name an agent of agentResults".into());
        } else if !weight.is_finite() || *weight < 0.0 {
            wrong(pointer, "a weight is a finite number, 0 or above".into());
        }
    }
    let by_specialists = request.synthesis_method == SynthesisMethod::SpecialistPriority;
    if by_specialists && request.specialist_agents.is_empty() {
        let detail = "specialist_priority needs the specialists, the first first";
        wrong("/specialistAgents".into(), detail.into());
    }
    let mut named = HashSet::new();
    for (i, agent) in request.specialist_agents.iter().enumerate() {
        if !places.contains_key(agent.as_str()) {
            let detail = format!("no result is by {agent}: list what it gave, or its error, in agentResults");
            wrong(format!("/specialistAgents/{i}"), detail);
        }
        if !named.insert(agent) {
            wrong(format!("/specialistAgents/{i}"), format!("{agent} is named twice"));
        }
    }
    if !violations.is_empty() {
        violations.truncate(limits::VIOLATIONS);
        return Err(Rejection::Invalid(violations));
    }

    let mut gave = results.iter().filter(|result| !has_failed(result)).peekable();
    if gave.peek().is_none() {
        let first = results.first().and_then(|result| result.error.as_ref()).map(short).unwrap_or_default();
        let detail = format!("every agent failed, so there is nothing to aggregate; the first says: {first}");
        return Err(Rejection::invalid("/agentResults", detail));
    }
    let weights = request.weights.as_ref();
    let has_say = |result: &AgentResult| {
        let weight = weights.and_then(|weights| weights.get(result.agent_id.as_str()));
        weight.is_none_or(|weight| *weight > 0.0)
    };
    if !gave.any(has_say) {
        return Err(Rejection::invalid("/weights", "an agent with a result must have a weight above 0"));
    }
    Ok(())
}

/// An error in a few words.
fn short(error: &Value) -> String {
    let text = match error.as_str().or_else(|| error.get("detail").and_then(Value::as_str)) {
        Some(text) => text.to_owned(),
        None => error.to_string(),
    };
    super::value::cut(&text, 200)
}
