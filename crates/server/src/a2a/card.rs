//! Agent cards: what an agent can do, and where it is reached.

use std::collections::{BTreeSet, HashMap};

use a2a::{
    AgentCapabilities, AgentCard, AgentInterface, AgentSkill, HttpAuthSecurityScheme, SecurityScheme,
    TRANSPORT_PROTOCOL_JSONRPC,
};
use axum::Json;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, HOST};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use sessiond_api::{self as api, Code, operations};

use super::{A2a, v03};
use crate::respond::{Answer, Failure};

/// The name of the scheme by which a key is sent.
const BEARER: &str = "bearer";
/// Members of an agent's capabilities that are no skills.
const NO_SKILLS: &[&str] =
    &["input_types", "output_types", "model_preferences", "performance_profile", "skills"];
/// What an agent takes that does not name its media types.
const INPUT: &[&str] = &["text/plain", "application/json", "application/octet-stream"];
/// What an agent gives that does not name its media types.
const OUTPUT: &[&str] = &["text/plain", "application/json"];

impl A2a {
    /// The agent's card, with the address at which the request reached this server.
    pub(crate) fn card(&self, headers: &HeaderMap) -> Answer {
        let base = base(headers)?;
        let url = format!("{base}{}", operations::A2A.at(&[self.id().as_str()]));
        let card = self.describe(&url);
        let cache = (CACHE_CONTROL, "private, max-age=60");
        Ok(([cache], Json(with_v03(&card))).into_response())
    }

    fn describe(&self, url: &str) -> AgentCard {
        let agent = &self.agent;
        let metadata = |name: &str| {
            let text = agent.descriptor.metadata.as_ref()?.get(name)?.as_str()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let capabilities = agent.descriptor.capabilities.as_ref().unwrap_or(&Value::Null);
        let has_keys = !self.app.is_keyless();
        let interface = |version: &str| AgentInterface {
            protocol_version: version.to_owned(),
            ..AgentInterface::new(url, TRANSPORT_PROTOCOL_JSONRPC)
        };
        AgentCard {
            name: metadata("name").unwrap_or_else(|| self.id().to_string()),
            description: metadata("description")
                .unwrap_or_else(|| format!("The agent {} ({}) of sessiond.", self.id(), agent.framework)),
            version: metadata("version").unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
            supported_interfaces: [a2a::VERSION, v03::VERSION].map(interface).into(),
            capabilities: AgentCapabilities {
                streaming: Some(true),
                push_notifications: Some(false),
                extensions: None,
                extended_agent_card: Some(false),
            },
            default_input_modes: modes(capabilities, "input_types", INPUT),
            default_output_modes: modes(capabilities, "output_types", OUTPUT),
            skills: skills(agent, capabilities),
            provider: None,
            documentation_url: None,
            icon_url: None,
            security_schemes: has_keys.then(bearer),
            security_requirements: has_keys.then(|| vec![HashMap::from([(BEARER.to_owned(), Vec::new())])]),
            signatures: None,
        }
    }
}

/// A key, as `Authorization: Bearer`.
fn bearer() -> HashMap<String, SecurityScheme> {
    let scheme = HttpAuthSecurityScheme {
        scheme: "Bearer".to_owned(),
        description: Some("A key of the server.".to_owned()),
        bearer_format: None,
    };
    HashMap::from([(BEARER.to_owned(), SecurityScheme::HttpAuth(scheme))])
}

/// The members that a card of 0.3 has beside, or in place of, those of 1.0. A client of either version skips the others.
fn with_v03(card: &AgentCard) -> Value {
    let mut form = json!(card);
    let url = card.supported_interfaces.first().map(|interface| json!(interface.url)).unwrap_or_default();
    form["url"] = url;
    form["preferredTransport"] = json!(TRANSPORT_PROTOCOL_JSONRPC);
    form["protocolVersion"] = json!(format!("{}.0", v03::VERSION));
    if card.security_schemes.is_some() {
        form["security"] = json!([{BEARER: []}]);
        form["securitySchemes"][BEARER]["type"] = json!("http");
        form["securitySchemes"][BEARER]["scheme"] = json!("Bearer");
    }
    form
}

/// Where the server is, as the request says.
fn base(headers: &HeaderMap) -> Result<String, Failure> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let host = text(HOST.as_str()).filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| Failure::new(Code::MalformedRequest, "the request has no Host header"))?;
    // A proxy that ends TLS says so.
    let https = text("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
    Ok(format!("{}://{host}", if https { "https" } else { "http" }))
}

/// The media types that the agent has registered, as the protocol names them.
pub(super) fn registered_modes(capabilities: &Value, member: &str) -> Option<Vec<String>> {
    let named = capabilities.get(member)?.as_array()?.iter().filter_map(Value::as_str);
    let modes: Vec<_> = named.filter(|name| name.contains('/')).map(str::to_owned).collect();
    (!modes.is_empty()).then_some(modes)
}

fn modes(capabilities: &Value, member: &str, default: &[&str]) -> Vec<String> {
    registered_modes(capabilities, member)
        .unwrap_or_else(|| default.iter().map(|mode| (*mode).to_owned()).collect())
}

/// The agent's capabilities as skills: those that it describes as skills itself, and one for each other member. The names
/// within a member are its tags, so that a card names what `GET /agents?capability=` finds.
fn skills(agent: &api::Agent, capabilities: &Value) -> Vec<AgentSkill> {
    let described = capabilities.get("skills").and_then(Value::as_array).into_iter().flatten();
    let mut skills: Vec<AgentSkill> =
        described.filter_map(|skill| serde_json::from_value(skill.clone()).ok()).collect();
    let members = capabilities.as_object().into_iter().flatten();
    for (name, value) in members.filter(|(name, _)| !NO_SKILLS.contains(&name.as_str())) {
        let mut tags = BTreeSet::new();
        collect(value, &mut tags);
        if tags.is_empty() && *value != Value::Bool(true) {
            continue;
        }
        let tags: Vec<_> = tags.into_iter().collect();
        let description = if tags.is_empty() { name.clone() } else { format!("{name}: {}", tags.join(", ")) };
        let tags = if tags.is_empty() { vec![name.clone()] } else { tags };
        skills.push(skill(name, description, tags));
    }
    if skills.is_empty() {
        let description = format!("A task for {}.", agent.agent_id);
        skills.push(skill("task", description, vec![agent.framework.clone()]));
    }
    skills
}

/// The texts of a value, and its members that are true.
fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(names.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(members) => {
            for (name, value) in members {
                if *value == Value::Bool(true) {
                    names.insert(name.clone());
                }
                collect(value, names);
            }
        }
        _ => {}
    }
}

fn skill(name: &str, description: String, tags: Vec<String>) -> AgentSkill {
    AgentSkill {
        id: name.to_owned(),
        name: name.to_owned(),
        description,
        tags,
        examples: None,
        input_modes: None,
        output_modes: None,
        security_requirements: None,
    }
}
