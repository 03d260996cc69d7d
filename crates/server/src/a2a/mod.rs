//! The A2A face: every registered agent as an agent of the Agent2Agent protocol, at `/a2a/{agent_id}`.
//!
//! A message to an agent is a task of a session, which `message.rs` delegates through the client that the routes use, so
//! it has the rights of the caller's key, the limits and the idempotency of the ordinary operations. The protocol's
//! `contextId` is the session's id and its task's id is the task's, so that a client may use both faces side by side, and
//! the agent needs to know nothing of the protocol. `task.rs` shows a task of the core as a task of the protocol,
//! `stream.rs` tells what changes in it, `card.rs` describes the agent, and `rpc.rs` has the
//! JSON-RPC binding, for which `v03.rs` translates the version 0.3.

mod card;
mod error;
mod message;
mod rpc;
mod stream;
mod task;
mod v03;

use std::sync::Arc;

use axum::http::HeaderMap;
use sessiond_api as api;
use sessiond_client::Embedded;
use sessiond_client::traits::Agents as _;
use sessiond_core::{AgentId, Session, SessionId};

use crate::app::App;
use crate::respond::Failure;
use error::Error;

/// One agent as one caller reaches it.
pub(crate) struct A2a {
    app: App,
    client: Embedded,
    /// The agent as it is registered.
    agent: api::Agent,
}

impl A2a {
    /// The agent, if it is registered: nothing else is looked at before.
    pub(crate) async fn new(app: App, client: Embedded, agent: AgentId) -> Result<Self, Failure> {
        let agent = client.agent(&agent).await?;
        Ok(Self { app, client, agent })
    }

    fn id(&self) -> &AgentId {
        &self.agent.agent_id
    }

    /// A session that the caller may see.
    async fn session(&self, id: &SessionId) -> Result<Arc<Session>, Error> {
        let found = self.client.engine().session(self.client.principal(), id).await;
        Ok(found.map_err(sessiond_client::problem)?)
    }
}

/// The version of the protocol that a request speaks, from its header or its query.
pub(crate) fn version(headers: &HeaderMap, query: Option<&str>) -> Option<String> {
    let header = headers.get(::a2a::SVC_PARAM_VERSION).and_then(|value| value.to_str().ok());
    let said = header.map(str::to_owned).or_else(|| {
        form_urlencoded::parse(query?.as_bytes())
            .find(|(name, _)| name.eq_ignore_ascii_case(::a2a::SVC_PARAM_VERSION))
            .map(|(_, value)| value.into_owned())
    });
    said.map(|version| version.trim().to_owned()).filter(|version| !version.is_empty())
}
