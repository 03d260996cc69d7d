//! Looking at sessions without taking them: also at those that another process runs.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use sessiond_api::{self as api, Code, Problem};
use sessiond_client::Client;
use sessiond_core::{Inputs, Kind, SessionId, Status};
use sessiond_recording::{Runner, journal, run, runner, stores};

use crate::config::Settings;
use crate::error::Error;
use crate::saved;

/// How long a server may take.
const ANSWER: Duration = Duration::from_secs(10);
/// Sessions that are listed at a time.
const PAGE: usize = 100;
/// Sessions of a server that are asked about at once.
const AT_ONCE: usize = 8;

/// A session as it was at the moment when it was read.
#[derive(Debug, Clone)]
pub struct Look {
    /// The state, in the format of the saved state.
    pub state: Vec<u8>,
    /// Whether it runs, see [`Activity`].
    pub activity: Activity,
}

/// Whether a session that has not ended is being run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// This process or another one runs it.
    Running,
    /// Nobody does: its process ended, and it can be resumed.
    Interrupted,
    /// It has ended.
    Ended,
    /// Its server has it, and its process took no lease there, which would say whether it runs.
    Unknown,
}

/// Which sessions are listed.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Only those in this state.
    pub status: Option<Status>,
    /// Only those that somebody runs, or that nobody runs any more.
    pub activity: Option<Activity>,
    /// Only those of this name.
    pub name: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// Reads a session.
pub async fn look(settings: &Settings, id: &SessionId) -> Result<Look, Error> {
    let (client, session, activity) = find(settings, id).await?;
    let fail = |error: std::io::Error| Problem::new(Code::Internal, error.to_string());
    let mut writer = saved::Writer::begin(Vec::new(), &session).map_err(fail)?;
    journal::each(&client, id, Inputs::Kept, |_, event| writer.take(event).map_err(fail)).await?;
    Ok(Look { state: writer.finish().map_err(fail)?, activity })
}

/// Gives a session, and what it is doing.
pub async fn session(settings: &Settings, id: &SessionId) -> Result<(api::Session, Activity), Error> {
    let (_, session, activity) = find(settings, id).await?;
    Ok((session, activity))
}

async fn find(settings: &Settings, id: &SessionId) -> Result<(Client, api::Session, Activity), Error> {
    for (client, dir) in open(settings).await? {
        match answer(client.clone(), id.clone()).await {
            Ok(session) => {
                let activity = activity(dir.as_ref(), &session)?;
                return Ok((client, session, activity));
            }
            Err(problem) if problem.code == Code::SessionNotFound => {}
            Err(problem) => return Err(problem.into()),
        }
    }
    let detail = format!("there is no session {id} in {}", settings.dir.display());
    Err(Problem::new(Code::SessionNotFound, detail).into())
}

/// Lists executions, the newest first.
pub async fn sessions(
    settings: &Settings,
    query: &Query,
) -> Result<Vec<(api::SessionSummary, Activity)>, Error> {
    let mut listed: Vec<(api::SessionSummary, Activity)> = Vec::new();
    for (client, dir) in open(settings).await? {
        let mut cursor = None;
        let mut more = true;
        let mut taken = 0;
        while more && taken < query.limit {
            let page = api::ListSessions {
                kind: Some(Kind::Execution),
                status: query.status,
                q: query.name.clone(),
                limit: Some(PAGE),
                cursor: cursor.take(),
                ..api::ListSessions::default()
            };
            let listing = client.clone();
            let page = run(async move { within(listing.sessions(page)).await }).await?;
            more = page.next_cursor.is_some();
            cursor = page.next_cursor;
            let mut named = page.sessions;
            named.retain(|session| {
                query.name.as_ref().is_none_or(|name| session.name.as_ref() == Some(name))
                    && listed.iter().all(|(known, _)| known.session_id != session.session_id)
            });
            let active = stream::iter(named).map(async |session| {
                let activity = match &dir {
                    _ if session.status != Status::Active => Activity::Ended,
                    Some(dir) => here(dir, &session.session_id)?,
                    // A list does not say who runs a session.
                    None => match answer(client.clone(), session.session_id.clone()).await {
                        Ok(session) => away(&session),
                        Err(problem) if problem.code == Code::SessionNotFound => return Ok(None),
                        Err(problem) => return Err(problem),
                    },
                };
                Ok(Some((session, activity)))
            });
            let mut active = pin!(active.buffered(AT_ONCE));
            while let Some(found) = active.try_next().await? {
                let Some((session, activity)) = found else { continue };
                if query.activity.is_none_or(|meant| meant == activity) {
                    taken += 1;
                    listed.push((session, activity));
                }
                if taken == query.limit {
                    break;
                }
            }
        }
    }
    listed.sort_by_key(|(session, _)| std::cmp::Reverse(session.created_at));
    listed.truncate(query.limit);
    Ok(listed)
}

/// Where sessions are: the store of the directory, or what waits for the server and then the server. Each with the
/// directory that says who runs them, if it is on this machine.
pub(crate) async fn open(settings: &Settings) -> Result<Vec<(Client, Option<PathBuf>)>, Error> {
    let Some(server) = &settings.server else {
        return Ok(vec![(stores::engine(&settings.dir).await?, Some(settings.dir.clone()))]);
    };
    let spool = stores::spool(&settings.dir, server).await?;
    Ok(vec![(spool.local().clone(), Some(spool.dir().to_owned())), (spool.remote().clone(), None)])
}

fn activity(dir: Option<&PathBuf>, session: &api::Session) -> Result<Activity, Problem> {
    match dir {
        _ if session.status != Status::Active => Ok(Activity::Ended),
        Some(dir) => {
            let id = SessionId::parse(session.session_id.as_str());
            here(dir, &id.map_err(|error| Problem::new(Code::Internal, error.to_string()))?)
        }
        None => Ok(away(session)),
    }
}

/// Whether a session of this machine is being run: its process holds a lock.
fn here(dir: &Path, id: &SessionId) -> Result<Activity, Problem> {
    Ok(match runner(dir, id)? {
        Some(Runner::This | Runner::Other(_)) => Activity::Running,
        None => Activity::Interrupted,
    })
}

/// Whether a session that a server has is being run: its process has a lease.
fn away(session: &api::Session) -> Activity {
    match &session.calls {
        Some(calls) if calls.lease.is_some() => Activity::Running,
        Some(calls) if calls.away => Activity::Interrupted,
        _ => Activity::Unknown,
    }
}

async fn answer(client: Client, id: SessionId) -> Result<api::Session, Problem> {
    run(async move { within(client.session(&id)).await }).await
}

pub(crate) async fn within<T>(request: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    tokio::time::timeout(ANSWER, request).await.unwrap_or_else(|_| {
        Err(Problem::new(
            Code::Unreachable,
            format!("the server has not answered within {} s", ANSWER.as_secs()),
        ))
    })
}
