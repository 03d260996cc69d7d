//! What the operations on whole sessions are to the engine.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use sessiond_api::{self as api, Code, Problem};
use sessiond_core::{Command, Kind, Progress, SessionId, lifecycle, limits};
use sessiond_store::{Counts, ListQuery, Sort, SummaryRow, TimeRange};

use super::{Embedded, addressable, page_limit, problem};
use crate::Conditions;
use crate::traits::{Export, Import, Sessions};

/// Events that an export reads at once.
const EXPORT_READ: usize = 1000;

/// What the response that creates an assistant's session says.
const CREATED: &str =
    "Session created. Its token is shown only this once: send it as `Authorization: Bearer …`.";
/// What it says if an earlier request with the same key created the session.
const REPEATED: &str = "An earlier request created this session, and its response had the token. \
                        `POST /sessions/{session_id}/token` issues another.";

#[async_trait]
impl Sessions for Embedded {
    async fn create_session(
        &self,
        request: api::CreateSession,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let idempotency = self.idempotency(&conditions, "create", &request)?;
        if let Some(id) = &request.session_id {
            addressable("session_id", id.as_str(), "/session_id")?;
        }
        let fresh = SessionId::parse(self.engine.fresh_id("sess")).map_err(|error| {
            Problem::new(Code::Internal, format!("cannot generate a session id: {error}"))
        })?;
        let mut new = request.into_core(fresh);
        let mut secret = None;
        if new.kind == Kind::Assistant {
            let token = self.engine.new_token(&new.session_id);
            (new.token, secret) = (Some(token.sha256), Some(token.secret));
        }
        let reply = self.engine.create(new, &self.principal, idempotency).await.map_err(problem)?;
        let mut session = api::Session::from(&*reply.session);
        if session.kind == Kind::Assistant {
            session.message = Some(if reply.repeated { REPEATED } else { CREATED }.to_owned());
            // Of the token that an earlier request issued only the hash is known.
            let secret = secret.filter(|_| !reply.repeated);
            session.token = secret.map(|secret| api::SessionToken::new(secret.reveal()));
        }
        Ok(session)
    }

    async fn session(&self, id: &SessionId) -> Result<api::Session, Problem> {
        Ok(api::Session::from(&*self.see(id).await?))
    }

    async fn sessions(&self, query: api::ListSessions) -> Result<api::SessionPage, Problem> {
        let query = list_query(query)?;
        let stats = match query.cursor {
            None => Some(self.stats().await?),
            Some(_) => None,
        };
        let page = self.engine.list(&self.principal, query).await.map_err(problem)?;
        let sessions = page.items.into_iter().map(summary).collect();
        Ok(api::SessionPage { sessions, next_cursor: page.next_cursor, stats })
    }

    async fn counts(&self) -> Result<api::Counts, Problem> {
        Ok(counts(&self.engine.counts(&self.principal).await.map_err(problem)?))
    }

    async fn update_session(
        &self,
        id: &SessionId,
        request: api::UpdateSession,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("update {id}"), &request)?;
        let api::UpdateSession { name, labels, expires_in } = request;
        self.change(id, accepted, Command::Lifecycle(lifecycle::Command::Update { name, labels, expires_in }))
            .await
    }

    async fn delete_session(&self, id: &SessionId, conditions: Conditions) -> Result<(), Problem> {
        self.engine.delete(&self.principal, id, conditions.expected_revision).await.map_err(problem)
    }

    async fn issue_token(&self, id: &SessionId, conditions: Conditions) -> Result<api::IssuedToken, Problem> {
        let issued = self.engine.issue_token(&self.principal, id, conditions.expected_revision).await;
        let token = api::SessionToken::new(issued.map_err(problem)?.reveal());
        Ok(api::IssuedToken { session_id: id.clone(), token })
    }

    async fn complete_session(
        &self,
        id: &SessionId,
        request: api::Complete,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("complete {id}"), &request)?;
        let api::Complete { summary, artifacts } = request;
        self.change(id, accepted, Command::Lifecycle(lifecycle::Command::Complete { summary, artifacts }))
            .await
    }

    async fn terminate_session(
        &self,
        id: &SessionId,
        request: api::Terminate,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("terminate {id}"), &request)?;
        let api::Terminate { reason, details } = request;
        self.change(id, accepted, Command::Lifecycle(lifecycle::Command::Terminate { reason, details })).await
    }

    async fn retry_session(
        &self,
        id: &SessionId,
        request: api::Retry,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("retry {id}"), &request)?;
        let api::Retry { step, task_id: task } = request;
        self.change(id, accepted, Command::Lifecycle(lifecycle::Command::Retry { step, task })).await
    }

    async fn fail_session(
        &self,
        id: &SessionId,
        request: api::FailSession,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("fail {id}"), &request)?;
        let api::FailSession { reason, details } = request;
        self.change(id, accepted, Command::Lifecycle(lifecycle::Command::Fail { reason, details })).await
    }

    async fn fork_session(
        &self,
        id: &SessionId,
        request: api::Fork,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let idempotency = self.idempotency(&conditions, &format!("fork {id}"), &request)?;
        let copy = match request.session_id {
            Some(copy) => {
                addressable("session_id", copy.as_str(), "/session_id")?;
                copy
            }
            None => SessionId::parse(self.engine.fresh_id("sess")).map_err(|error| {
                Problem::new(Code::Internal, format!("cannot generate a session id: {error}"))
            })?,
        };
        let reply = self.engine.fork(&self.principal, id, request.at_revision, copy, idempotency).await;
        Ok(api::Session::from(&*reply.map_err(problem)?.session))
    }

    async fn export_session(&self, id: &SessionId) -> Result<Export, Problem> {
        let (header, revision) = self.engine.export_header(&self.principal, id).await.map_err(problem)?;
        // The beginning must still be kept: half a journal is no export.
        self.engine.events(&self.principal, id, 0, 1).await.map_err(problem)?;
        let (client, id) = (self.clone(), id.clone());
        let pages = stream::try_unfold(0u64, move |after| {
            let (client, id) = (client.clone(), id.clone());
            async move {
                if after >= revision {
                    return Ok::<_, Problem>(None);
                }
                let limit = usize::try_from(revision - after).unwrap_or(usize::MAX).min(EXPORT_READ);
                let page =
                    client.engine.events(&client.principal, &id, after, limit).await.map_err(problem)?;
                let Some(last) = page.records.last().map(|record| record.seq) else {
                    return Ok(None);
                };
                Ok(Some((page.records, last)))
            }
        });
        let lines = pages.flat_map(|page| match page {
            Ok(records) => {
                stream::iter(records.into_iter().map(|r| Ok(r.json.to_string())).collect::<Vec<_>>())
            }
            Err(problem) => stream::iter(vec![Err(problem)]),
        });
        Ok(Box::pin(stream::iter([Ok(header)]).chain(lines)))
    }

    async fn import_session(&self, import: Import, conditions: Conditions) -> Result<api::Imported, Problem> {
        let Import { lines, session_id } = import;
        if lines.len() > limits::IMPORT_BYTES {
            let detail = format!("an import has {} bytes at most", limits::IMPORT_BYTES);
            return Err(Problem::new(Code::BodyTooLarge, detail));
        }
        match (&session_id, lines.lines().next().map(serde_json::from_str::<Exported>)) {
            (Some(id), _) => addressable("session_id", id.as_str(), "session_id")?,
            (None, Some(Ok(Exported { session_id }))) => {
                addressable("session_id", session_id.as_str(), "session_id")?;
            }
            // The import itself says what is wrong with it.
            (None, _) => {}
        }
        let client = self.clone();
        let (idempotency, lines, session_id) = self
            .engine
            .compute(move || {
                let idempotency = client.idempotency(&conditions, "import", &(&lines, &session_id));
                idempotency.map(|idempotency| (idempotency, lines, session_id))
            })
            .await?;
        let imported = self.engine.import(&self.principal, lines, session_id, idempotency).await;
        let (reply, events) = imported.map_err(problem)?;
        Ok(api::Imported { session_id: reply.session.id.clone(), revision: reply.session.revision, events })
    }

    async fn summary(&self, id: &SessionId) -> Result<String, Problem> {
        Ok(sessiond_core::summary::markdown(&*self.see(id).await?))
    }
}

impl Embedded {
    /// The sessions that the caller may see, in numbers.
    async fn stats(&self) -> Result<api::SessionStats, Problem> {
        let stats = self.engine.stats(&self.principal).await.map_err(problem)?;
        let timeout = self.engine.session_timeout();
        Ok(api::SessionStats {
            total_sessions: stats.sessions,
            active_sessions: stats.active,
            session_timeout_minutes: timeout.map(|timeout| timeout.millis().div_ceil(60_000)),
            oldest_session: stats.oldest,
            newest_session: stats.newest,
            turns: stats.turns,
            files_count: stats.files,
            storage_bytes: stats.file_bytes,
        })
    }
}

/// What the first line of an export says of itself.
#[derive(serde::Deserialize)]
struct Exported {
    session_id: SessionId,
}

fn list_query(query: api::ListSessions) -> Result<ListQuery, Problem> {
    let sort = match query.sort {
        None | Some(api::SessionSort::Created) => Sort::Created,
        Some(api::SessionSort::Updated) => Sort::Updated,
        Some(api::SessionSort::Name) => Sort::Name,
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
        waiting: query.waiting,
        parent: query.parent,
        forked_from: query.forked_from,
        created: TimeRange { since: query.created_since, until: query.created_until },
        updated: TimeRange { since: query.updated_since, until: query.updated_until },
        text: query.q.filter(|text| !text.is_empty()),
        sort,
        reverse: query.reverse.unwrap_or(false),
        cursor: query.cursor,
        limit: page_limit(query.limit)?,
    })
}

fn summary(row: SummaryRow) -> api::SessionSummary {
    let (steps, tasks) = (Counted::of("steps", &row.progress), Counted::of("tasks", &row.progress));
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
        forked_from: row.forked_from.clone(),
        completed_steps: steps.done.saturating_sub(steps.failed),
        total_steps: steps.total,
        open_tasks: tasks.total.saturating_sub(tasks.done),
        total_tasks: tasks.total,
        open_questions: row.open_questions,
        progress: row.progress.first().map(Into::into),
        created_at: row.created_at,
        updated_at: row.updated_at,
        expires_at: row.expires_at,
        ended_at: row.ended_at,
    }
}

/// The counts of one unit among a session's progress, 0 when nothing has that unit.
#[derive(Default)]
struct Counted {
    done: u32,
    total: u32,
    failed: u32,
}

impl Counted {
    fn of(unit: &str, progress: &[Progress]) -> Self {
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let counted = progress.iter().find(|progress| progress.unit == unit);
        counted.map_or_else(Self::default, |progress| Self {
            done: number(progress.done),
            total: number(progress.total.unwrap_or(0)),
            failed: number(progress.failed),
        })
    }
}

fn counts(counts: &Counts) -> api::Counts {
    let mut sessions: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for ((kind, status), count) in &counts.sessions {
        sessions.entry(kind.to_string()).or_default().insert(status.to_string(), *count);
    }
    api::Counts { total: counts.sessions.values().sum(), sessions }
}
