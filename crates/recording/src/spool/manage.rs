//! What waits in the spools of a program's directory: shown, sent and dropped manually.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use sessiond_api::{Code, Problem};
use sessiond_client::Client;
use sessiond_core::SessionId;

use super::cursor::{self, Cursor};
use super::{About, Spool};
use crate::server::Server;

/// How long what was sent may take to be dropped.
const PATIENCE: Duration = Duration::from_secs(2);

/// A session that waits for its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Which.
    pub session_id: SessionId,
    /// Its server.
    pub server: String,
    /// Events that the server does not have yet.
    pub events: u64,
    /// Why it was not sent, when that was tried just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The sessions that wait, those that a program sends at this moment among them.
pub async fn waiting(dir: &Path) -> Result<Vec<Waiting>, Problem> {
    let mut waiting = Vec::new();
    for (path, server) in spools(dir) {
        let places = cursor::places(&path);
        if places.is_empty() {
            continue;
        }
        let local = Client::open(&path).await?;
        for (session_id, sent) in places {
            if let Ok(session) = local.session(&session_id).await {
                let events = session.revision.saturating_sub(sent);
                waiting.push(Waiting { session_id, server: server.clone(), events, why: None });
            }
        }
        local.close().await;
    }
    Ok(waiting)
}

/// Sends what no program sends at this moment, to the server at `url` alone when one is named, and gives what still waits
/// then.
pub async fn send(dir: &Path, url: Option<&str>, key: Option<&str>) -> Result<Vec<Waiting>, Problem> {
    let mut waiting = Vec::new();
    for (path, server) in spools(dir) {
        if url.is_some_and(|url| url.trim_end_matches('/') != server) || cursor::places(&path).is_empty() {
            continue;
        }
        let server = Server::new(server, key.map(str::to_owned));
        let spool = Spool::open(path, &server).await?;
        waiting.extend(send_all(&spool).await?);
        spool.close().await;
    }
    Ok(waiting)
}

/// Drops a session that waits: its server never gets the rest.
pub async fn drop_session(dir: &Path, id: &SessionId) -> Result<(), Problem> {
    for (path, _) in spools(dir) {
        if !cursor::places(&path).iter().any(|(waiting, _)| waiting == id) {
            continue;
        }
        let Some(cursor) = Cursor::create(&path, id)? else {
            let detail = format!("a program sends {id} at this moment; end it first");
            return Err(Problem::new(Code::Conflict, detail));
        };
        let local = Client::open(&path).await?;
        let dropped = local.drop_copy(id).await;
        local.close().await;
        dropped?;
        cursor.remove();
        return Ok(());
    }
    let detail = format!(
        "{id} does not wait in {}; `sessiond spool list` shows what does",
        dir.join("spool").display()
    );
    Err(Problem::new(Code::NotFound, detail))
}

async fn send_all(spool: &Arc<Spool>) -> Result<Vec<Waiting>, Problem> {
    let mut ids: Vec<SessionId> = spool.sessions.lock().keys().cloned().collect();
    ids.sort();
    let mut waiting = Vec::new();
    for id in ids {
        let Some(held) = spool.held(&id) else { continue };
        let sent = held.sent.clone();
        let why = match spool.hold(held).delivered().await {
            Ok(true) => continue,
            Ok(false) => "the server does not answer".to_owned(),
            // It was dropped at this moment.
            Err(problem) if problem.code == Code::SessionNotFound && sent.borrow().refused.is_none() => {
                continue;
            }
            Err(problem) => problem.to_string(),
        };
        let revision = spool.local().session(&id).await?.revision;
        let events = revision.saturating_sub(sent.borrow().until);
        waiting.push(Waiting { session_id: id, server: spool.server.clone(), events, why: Some(why) });
    }
    let dropped = async {
        while spool.sessions.lock().len() > waiting.len() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // What is not dropped by then is dropped by whoever opens the spool next.
    let _ = tokio::time::timeout(PATIENCE, dropped).await;
    for (session_id, sent) in cursor::places(&spool.dir) {
        let is_ours = spool.sessions.lock().contains_key(&session_id);
        let Ok(session) = spool.local().session(&session_id).await else { continue };
        let events = session.revision.saturating_sub(sent);
        if !is_ours && events > 0 {
            let why = Some("a program sends it at this moment".to_owned());
            waiting.push(Waiting { session_id, server: spool.server.clone(), events, why });
        }
    }
    Ok(waiting)
}

/// The spools of a program's directory: where each is, and which server it waits for.
fn spools(dir: &Path) -> Vec<(PathBuf, String)> {
    let Ok(entries) = fs::read_dir(dir.join("spool")) else { return Vec::new() };
    let mut spools: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let about = fs::read(entry.path().join("server.json")).ok()?;
            let About { server } = serde_json::from_slice(&about).ok()?;
            Some((entry.path(), server))
        })
        .collect();
    spools.sort();
    spools
}
