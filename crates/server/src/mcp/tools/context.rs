//! The shared context, and the notes in it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sessiond_api::Problem;
use sessiond_client::Conditions;
use sessiond_core::{AgentId, Fence, Revision, SessionId};
use sessiond_engine::{Clock as _, System};

use super::views::{Changed, Context, Noted};
use crate::mcp::Mcp;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadContext {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// The part to read, as a JSON pointer such as /notes. Default: the whole document.
    pointer: Option<String>,
}

pub(super) async fn read_context(mcp: &Mcp, input: ReadContext) -> Result<Context, Problem> {
    let view = mcp.client().context(&input.session_id).await?;
    let part = match &input.pointer {
        None => Arc::unwrap_or_clone(view.document),
        Some(pointer) => view.document.pointer(pointer).cloned().ok_or_else(|| {
            let members: Vec<_> =
                view.document.as_object().into_iter().flat_map(Map::keys).cloned().collect();
            let detail = format!("the context has nothing there; its members are: {}", members.join(", "));
            Problem::invalid("/pointer", detail)
        })?,
    };
    Ok(Context { revision: view.revision, context: part })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PatchContext {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// The members that change (RFC 7396); null removes one.
    patch: Map<String, Value>,
    /// The revision that you read, from read_context. If the session has changed since, nothing is changed.
    revision: Option<Revision>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn patch_context(mcp: &Mcp, input: PatchContext) -> Result<Changed, Problem> {
    let conditions = Conditions {
        agent: mcp.actor(input.agent_id).ok(),
        expected_revision: input.revision,
        fence: input.fence,
        ..Conditions::default()
    };
    let view = mcp.client().patch_context(&input.session_id, Value::Object(input.patch), conditions).await?;
    // The document itself may be large, and the caller knows what it changed.
    Ok(Changed { session_id: input.session_id, revision: view.revision })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddNote {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// A short name for it, unique in the session.
    title: String,
    /// What you found or decided.
    text: Option<String>,
    /// Related artifacts: paths, URLs, commits.
    #[serde(default)]
    artifacts: Vec<String>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn add_note(mcp: &Mcp, input: AddNote) -> Result<Noted, Problem> {
    if input.title.is_empty() {
        return Err(Problem::invalid("/title", "a note needs a title"));
    }
    if input.text.is_none() && input.artifacts.is_empty() {
        return Err(Problem::invalid("/text", "a note has a text, artifacts, or both"));
    }
    let agent = mcp.actor(input.agent_id).ok();
    // A merge patch keeps what it does not name, so what an earlier note had and this one has not is named as null.
    let note = json!({ "text": input.text, "artifacts": Some(input.artifacts).filter(|list| !list.is_empty()),
        "by": agent, "at": System.now() });
    let conditions = Conditions { agent, fence: input.fence, ..Conditions::default() };
    let view = mcp
        .client()
        .patch_context(&input.session_id, json!({ "notes": { &input.title: note } }), conditions)
        .await?;
    Ok(Noted { session_id: input.session_id, title: input.title, revision: view.revision })
}
