//! Waiting for the next thing to do.

use std::time::Duration;

use futures_util::StreamExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_client::WatchItem;
use sessiond_core::{AgentId, Revision, SessionId, Span, Status, limits};
use tokio::time::Instant;

use super::views::Work;
use crate::mcp::Mcp;

/// Messages of one answer.
const MESSAGES: usize = 10;
/// Events of one answer.
const EVENTS: usize = 50;
/// What one command does arrives a little apart: an event that announces a message gets this time to be joined by it.
/// Dropping the read of the inbox in that moment would hide the message for a minute.
const TOGETHER: Duration = Duration::from_millis(300);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitForWork {
    /// The agent whose messages to wait for. Default: the identity of your connection. Without either, the call waits only for events.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The session whose events to wait for as well.
    #[schemars(with = "Option<String>")]
    session_id: Option<SessionId>,
    /// The number of the last event that you have seen: the `revision` of an earlier result. Default: only new events.
    after: Option<Revision>,
    /// How long to wait, 50 at most. Default: 30.
    timeout_seconds: Option<u64>,
}

pub(super) async fn wait_for_work(mcp: &Mcp, input: WaitForWork) -> Result<Work, Problem> {
    let seconds = input.timeout_seconds.unwrap_or(limits::MCP_WAIT_DEFAULT_MS / 1000);
    let longest = limits::MCP_WAIT_MS / 1000;
    if seconds > longest {
        let detail = format!("{seconds} is too long: wait at most {longest} seconds, and call again");
        return Err(Problem::invalid("/timeout_seconds", detail));
    }
    let until = Instant::now() + Duration::from_secs(seconds);
    let agent = match (mcp.actor(input.agent_id), &input.session_id) {
        (Ok(agent), _) => Some(agent),
        (Err(_), Some(_)) => None,
        (Err(problem), None) => return Err(problem),
    };
    let session = match &input.session_id {
        Some(id) => Some(mcp.client().session(id).await?),
        None => None,
    };
    let after = session.as_ref().map(|session| input.after.unwrap_or(session.revision));

    let mut messages = Vec::new();
    let woken = async {
        let inbox = inbox(mcp, agent.as_ref(), seconds);
        let events = events(mcp, session.as_ref(), after);
        tokio::pin!(inbox, events);
        tokio::select! {
            taken = &mut inbox => messages = taken?,
            event = &mut events => {
                event?;
                if let Ok(taken) = tokio::time::timeout(TOGETHER, inbox).await {
                    messages = taken?;
                }
            }
        }
        Ok::<_, Problem>(())
    };
    let timed_out = tokio::select! {
        woken = woken => { woken?; messages.is_empty() && Instant::now() >= until }
        () = tokio::time::sleep_until(until + TOGETHER) => true,
        () = mcp.0.shutdown.cancelled() => return Err(crate::app::App::shutting_down()),
    };
    answer(mcp, agent, session, after, messages, timed_out).await
}

/// The agent's next messages; for nobody it never ends.
async fn inbox(mcp: &Mcp, agent: Option<&AgentId>, seconds: u64) -> Result<Vec<api::InboxMessage>, Problem> {
    let Some(agent) = agent else {
        return std::future::pending().await;
    };
    let wait = format!("{seconds}s").parse::<Span>().ok();
    let query = api::ReceiveMessages { wait, limit: Some(MESSAGES), fence: None };
    Ok(mcp.client().receive(agent, query).await?.messages)
}

/// Ends when there is an event after `after`, or the session is over; without a session it never does.
async fn events(mcp: &Mcp, session: Option<&api::Session>, after: Option<Revision>) -> Result<(), Problem> {
    let Some(session) = session else {
        return std::future::pending().await;
    };
    let mut watch = mcp.client().watch(&session.session_id, after).await?;
    match watch.next().await {
        Some(Ok(WatchItem::Event(_) | WatchItem::Gap { .. } | WatchItem::Snapshot(_))) | None => Ok(()),
        Some(Err(problem)) => Err(problem),
    }
}

async fn answer(
    mcp: &Mcp,
    agent: Option<AgentId>,
    session: Option<api::Session>,
    after: Option<Revision>,
    messages: Vec<api::InboxMessage>,
    timed_out: bool,
) -> Result<Work, Problem> {
    let mut work = Work {
        you_are: agent,
        messages,
        timed_out,
        session_id: None,
        status: None,
        revision: None,
        events: None,
        next: "",
    };
    if let Some(session) = session {
        let query = api::ListEvents { after, limit: Some(EVENTS) };
        let events = mcp.client().events(&session.session_id, query).await?.events;
        work.revision = events.last().map(|event| event.seq).or(after);
        work.events = Some(events);
        work.status = Some(mcp.client().session(&session.session_id).await?.status);
        work.session_id = Some(session.session_id);
    }
    let over = work.status.is_some_and(|status| status != Status::Active);
    work.next = match (work.messages.is_empty(), over, timed_out) {
        (false, _, _) => {
            "Work on the messages in order: claim_task for a task_request; otherwise act or respond, and acknowledge."
        }
        (true, true, _) => "The session is over: there is nothing left to do in it.",
        (true, false, true) => "Nothing arrived. Call again to continue waiting.",
        (true, false, false) => "Look at the events; call again with after = revision to continue waiting.",
    };
    Ok(work)
}
