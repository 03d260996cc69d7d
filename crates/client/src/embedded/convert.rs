//! Rows of the store as callers read them, and queries as the store takes them.

use std::collections::BTreeMap;

use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_core::limits;
use sessiond_engine::{Health, RegisteredAgent};
use sessiond_store::{
    Counts, KeyRecord, ListQuery, MessageQuery, MessageRecord, MessageState, Point, Reading, Record, Sort,
    SummaryRow,
};

/// How many rows a page has.
pub(super) fn page_limit(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(limits::PAGE_DEFAULT),
        Some(0) => Err(Problem::invalid("limit", "a page has at least one row")),
        Some(limit) => Ok(limit.min(limits::PAGE)),
    }
}

pub(super) fn list_query(query: api::ListSessions) -> Result<ListQuery, Problem> {
    let sort = match query.sort.as_deref() {
        None | Some("created") => Sort::Created,
        Some("updated") => Sort::Updated,
        Some("name") => Sort::Name,
        Some(other) => {
            return Err(Problem::invalid("sort", format!("'{other}' is none of created, updated, name")));
        }
    };
    let label = query.label.map(|label| match label.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (label, None),
    });
    Ok(ListQuery {
        visible_to: None,
        kind: query.kind,
        status: query.status,
        owner: query.owner,
        label,
        parent: query.parent,
        forked_from: query.forked_from,
        text: query.q.filter(|text| !text.is_empty()),
        sort,
        cursor: query.cursor,
        limit: page_limit(query.limit)?,
    })
}

pub(super) fn summary(row: SummaryRow) -> api::SessionSummary {
    api::SessionSummary {
        session_id: row.session_id,
        kind: row.kind,
        name: row.name,
        status: row.status,
        revision: row.revision,
        owner: row.owner,
        client_id: row.client_id,
        orchestrator: row.orchestrator,
        participants: row.members,
        labels: row.labels,
        parent: row.parent,
        forked_from: row.forked_from.as_ref().map(Into::into),
        completed_steps: row.steps.0,
        total_steps: row.steps.1,
        open_tasks: row.tasks.1.saturating_sub(row.tasks.0),
        total_tasks: row.tasks.1,
        created_at: row.created_at,
        updated_at: row.updated_at,
        expires_at: row.expires_at,
        ended_at: row.ended_at,
    }
}

pub(super) fn counts(counts: &Counts) -> api::Counts {
    let mut sessions: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for ((kind, status), count) in &counts.sessions {
        sessions.entry(kind.to_string()).or_default().insert(status.to_string(), *count);
    }
    api::Counts { total: counts.sessions.values().sum(), sessions }
}

/// An event as a caller reads it; it is on the wire what it is in the store.
pub(super) fn event(record: &Record) -> Result<api::Event, Problem> {
    serde_json::from_str(&record.json).map_err(|error| {
        tracing::error!(seq = record.seq, %error, "an event cannot be read");
        Problem::new(api::Code::Internal, "the session's journal is damaged; the server's log says more")
    })
}

pub(super) fn message_query(query: api::ListMessages) -> Result<MessageQuery, Problem> {
    let state = match query.state.as_deref() {
        None => None,
        Some("queued") => Some(MessageState::Queued),
        Some("acknowledged") => Some(MessageState::Acked),
        Some("dead") => Some(MessageState::Dead),
        Some("withdrawn") => Some(MessageState::Withdrawn),
        Some(other) => {
            let detail = format!("'{other}' is none of queued, acknowledged, dead, withdrawn");
            return Err(Problem::invalid("state", detail));
        }
    };
    Ok(MessageQuery {
        recipient: query.recipient,
        session_id: query.session_id,
        state,
        in_reply_to: None,
        cursor: query.cursor,
        limit: page_limit(query.limit)?,
    })
}

pub(super) fn message(record: MessageRecord) -> Result<api::MessageInfo, Problem> {
    let state = match record.state {
        MessageState::Queued => "queued",
        MessageState::Acked => "acknowledged",
        MessageState::Dead => "dead",
        MessageState::Withdrawn => "withdrawn",
    };
    Ok(api::MessageInfo {
        message: stored_message(&record.message.body)?,
        state: state.to_owned(),
        attempts: record.attempts,
        accepted_at: record.message.at,
        ended_at: record.ended_at,
    })
}

pub(super) fn stored_message(body: &str) -> Result<api::Message, Problem> {
    serde_json::from_str(body).map_err(|error| {
        tracing::error!(%error, "a stored message cannot be read");
        Problem::new(api::Code::Internal, "a stored message cannot be read; the server's log says more")
    })
}

pub(super) fn health(health: Health) -> api::AgentHealth {
    match health {
        Health::Connected => api::AgentHealth::Connected,
        Health::Idle => api::AgentHealth::Idle,
        Health::Busy => api::AgentHealth::Busy,
        Health::Unreachable => api::AgentHealth::Unreachable,
        Health::Gone => api::AgentHealth::Gone,
    }
}

/// What an agent may say of itself.
pub(super) fn said(health: Option<api::AgentHealth>) -> Result<Option<Health>, Problem> {
    match health {
        None => Ok(None),
        Some(api::AgentHealth::Idle) => Ok(Some(Health::Idle)),
        Some(api::AgentHealth::Busy) => Ok(Some(Health::Busy)),
        Some(_) => {
            Err(Problem::invalid("/status", "an agent says that it is idle or busy; the rest is seen"))
        }
    }
}

pub(super) fn agent(agent: RegisteredAgent) -> Result<api::Agent, Problem> {
    let registration: api::RegisterAgent =
        serde_json::from_str(&agent.record.registration).map_err(|error| {
            tracing::error!(agent = %agent.record.agent_id, %error, "a registration cannot be read");
            Problem::new(api::Code::Internal, "a registration cannot be read; the server's log says more")
        })?;
    let descriptor = registration.agent_descriptor;
    Ok(api::Agent {
        framework: descriptor
            .framework
            .clone()
            .unwrap_or_else(|| agent.record.agent_id.framework().to_owned()),
        agent_id: agent.record.agent_id,
        owner: agent.record.owner,
        status: health(agent.health),
        last_seen: agent.last_seen,
        registered_at: agent.record.registered_at,
        inbox_depth: agent.inbox_depth,
        latency_ms: agent.latency_ms,
        tasks: agent
            .tasks
            .into_iter()
            .map(|task| api::AgentTask {
                task_id: task.task_id,
                session_id: task.session_id,
                status: task.status,
            })
            .collect(),
        descriptor,
    })
}

pub(super) fn key(key: KeyRecord) -> api::Key {
    api::Key {
        key_id: key.key_id,
        name: key.name,
        role: key.role,
        agents: key.agents,
        created_at: key.created_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
    }
}

pub(super) fn point(point: api::Point, now: sessiond_core::Timestamp) -> Point {
    let time = point.time.unwrap_or(now);
    Point { series: point.series, time, step: point.step, value: point.value, text: point.text }
}

pub(super) fn reading(reading: Reading) -> api::Reading {
    let Point { series, time, step, value, text } = reading.point;
    api::Reading { id: reading.id, series, time, step, value, text }
}
