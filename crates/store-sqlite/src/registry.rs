//! Agents and keys.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sessiond_core::AgentId;
use sessiond_store::{AgentRecord, Answer, Done, Error, KeyRecord, Refusal, Registry};

use crate::Sqlite;
use crate::fault::Fault;
use crate::rows::{json, limit, name, optional_time, time};
use crate::tx::{Outcome, Tx};
use crate::{answers, inboxes};

#[async_trait]
impl Registry for Sqlite {
    async fn agent(&self, agent_id: &AgentId) -> Result<Option<AgentRecord>, Error> {
        let id = agent_id.clone();
        self.readers.read(move |connection| agent(connection, &id)).await
    }

    async fn agents(&self, after: Option<&AgentId>, limit: usize) -> Result<Vec<AgentRecord>, Error> {
        let after = after.cloned();
        self.readers.read(move |connection| agents(connection, after.as_ref(), limit)).await
    }

    async fn keys(&self) -> Result<Vec<KeyRecord>, Error> {
        self.readers.read(keys).await
    }
}

pub(crate) fn put_agent(tx: &mut Tx<'_>, agent: &AgentRecord, expected_owner: Option<&str>) -> Outcome {
    let present = owner(tx.connection, &agent.agent_id)?;
    if present.as_deref() != expected_owner {
        return Ok(Err(Refusal::Owner { present }));
    }
    tx.run(
        "INSERT OR REPLACE INTO agents (agent_id, owner, registration, registered_at) VALUES (?1, ?2, ?3, ?4)",
        params![
            agent.agent_id.as_str(),
            agent.owner,
            &*agent.registration,
            agent.registered_at.millis()
        ],
    )?;
    tx.notice.registry();
    Ok(Ok(Done::Ok))
}

pub(crate) fn delete_agent(tx: &mut Tx<'_>, agent_id: &AgentId, expected_owner: Option<&str>) -> Outcome {
    let present = owner(tx.connection, agent_id)?;
    if present.as_deref() != expected_owner {
        return Ok(Err(Refusal::Owner { present }));
    }
    let registered = tx.run("DELETE FROM agents WHERE agent_id = ?1", [agent_id.as_str()])?;
    let had_inbox = inboxes::delete(tx, agent_id)?;
    if registered == 0 && !had_inbox {
        return Ok(Err(Refusal::NotFound));
    }
    tx.notice.registry();
    Ok(Ok(Done::Ok))
}

/// Who has an agent registered.
fn owner(connection: &Connection, agent_id: &AgentId) -> Result<Option<String>, Fault> {
    Ok(agent(connection, agent_id)?.map(|agent| agent.owner))
}

pub(crate) fn agent(connection: &Connection, agent_id: &AgentId) -> Result<Option<AgentRecord>, Fault> {
    let sql = "SELECT agent_id, owner, registration, registered_at FROM agents WHERE agent_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([agent_id.as_str()], read_agent).optional()?)
}

pub(crate) fn agents(
    connection: &Connection,
    after: Option<&AgentId>,
    rows: usize,
) -> Result<Vec<AgentRecord>, Fault> {
    let sql = "SELECT agent_id, owner, registration, registered_at FROM agents
               WHERE agent_id > ?1 ORDER BY agent_id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let after = after.map_or("", AgentId::as_str);
    let agents = statement.query_map((after, limit(rows)), read_agent)?;
    Ok(agents.collect::<Result<_, _>>()?)
}

fn read_agent(row: &Row<'_>) -> rusqlite::Result<AgentRecord> {
    Ok(AgentRecord {
        agent_id: name(row, 0)?,
        owner: row.get(1)?,
        registration: row.get_ref(2)?.as_str()?.into(),
        registered_at: time(row, 3)?,
    })
}

pub(crate) fn put_key(tx: &mut Tx<'_>, key: &KeyRecord, answer: Option<&Answer>) -> Outcome {
    if let Some(kept) = answers::kept(tx.connection, answer)? {
        return Ok(Err(Refusal::Answered(kept)));
    }
    let unwritable = |error: serde_json::Error| Error::Failed(format!("a key cannot be written: {error}"));
    tx.run(
        "INSERT OR REPLACE INTO keys (key_id, hash, name, role, agents, created_at, expires_at, revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            key.key_id,
            key.hash,
            key.name,
            serde_json::to_string(&key.role).map_err(unwritable)?,
            serde_json::to_string(&key.agents).map_err(unwritable)?,
            key.created_at.millis(),
            key.expires_at.map(|time| time.millis()),
            key.revoked_at.map(|time| time.millis()),
        ],
    )?;
    if let Some(answer) = answer {
        answers::insert(tx, answer)?;
    }
    tx.notice.registry();
    Ok(Ok(Done::Ok))
}

pub(crate) fn keys(connection: &Connection) -> Result<Vec<KeyRecord>, Fault> {
    let sql = "SELECT key_id, hash, name, role, agents, created_at, expires_at, revoked_at FROM keys
               ORDER BY created_at, key_id";
    let mut statement = connection.prepare_cached(sql)?;
    let keys = statement.query_map([], |row| {
        Ok(KeyRecord {
            key_id: row.get(0)?,
            hash: row.get(1)?,
            name: row.get(2)?,
            role: json(row, 3)?,
            agents: json(row, 4)?,
            created_at: time(row, 5)?,
            expires_at: optional_time(row, 6)?,
            revoked_at: optional_time(row, 7)?,
        })
    })?;
    Ok(keys.collect::<Result<_, _>>()?)
}
