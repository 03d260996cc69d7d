//! Agents, keys and kept answers.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sessiond_core::AgentId;

use super::inbox;
use super::rows::{json, limit, name, optional_time, time};
use super::writer::{Outcome, Tx};
use crate::{AgentRecord, Answer, Done, Error, KeyRecord, Refusal};

pub(super) fn put_agent(tx: &mut Tx<'_>, agent: &AgentRecord, expected_owner: Option<&str>) -> Outcome {
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

pub(super) fn delete_agent(tx: &mut Tx<'_>, agent_id: &AgentId, expected_owner: Option<&str>) -> Outcome {
    let present = owner(tx.connection, agent_id)?;
    if present.as_deref() != expected_owner {
        return Ok(Err(Refusal::Owner { present }));
    }
    let registered = tx.run("DELETE FROM agents WHERE agent_id = ?1", [agent_id.as_str()])?;
    let had_inbox = inbox::delete(tx, agent_id)?;
    if registered == 0 && !had_inbox {
        return Ok(Err(Refusal::NotFound));
    }
    tx.notice.registry();
    Ok(Ok(Done::Ok))
}

/// Who has an agent registered.
fn owner(connection: &Connection, agent_id: &AgentId) -> Result<Option<String>, Error> {
    Ok(agent(connection, agent_id)?.map(|agent| agent.owner))
}

pub(super) fn agent(connection: &Connection, agent_id: &AgentId) -> Result<Option<AgentRecord>, Error> {
    let sql = "SELECT agent_id, owner, registration, registered_at FROM agents WHERE agent_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([agent_id.as_str()], read_agent).optional()?)
}

pub(super) fn agents(
    connection: &Connection,
    after: Option<&AgentId>,
    rows: usize,
) -> Result<Vec<AgentRecord>, Error> {
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

pub(super) fn put_key(tx: &mut Tx<'_>, key: &KeyRecord, answer: Option<&Answer>) -> Outcome {
    if let Some(kept) = kept(tx.connection, answer)? {
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
        insert_answer(tx, answer)?;
    }
    tx.notice.registry();
    Ok(Ok(Done::Ok))
}

pub(super) fn keys(connection: &Connection) -> Result<Vec<KeyRecord>, Error> {
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

pub(super) fn put_answer(tx: &mut Tx<'_>, answer: &Answer) -> Outcome {
    if let Some(kept) = self::answer(tx.connection, &answer.scope, &answer.key)? {
        return Ok(Err(Refusal::Answered(kept)));
    }
    insert_answer(tx, answer)?;
    Ok(Ok(Done::Ok))
}

/// What is kept already in the place of an answer.
pub(super) fn kept(connection: &Connection, answer: Option<&Answer>) -> Result<Option<Answer>, Error> {
    match answer {
        Some(answer) => self::answer(connection, &answer.scope, &answer.key),
        None => Ok(None),
    }
}

/// Keeps an answer that is known not to be there yet.
pub(super) fn insert_answer(tx: &Tx<'_>, answer: &Answer) -> Result<(), Error> {
    tx.run(
        "INSERT INTO answers (scope, key, digest, body, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![answer.scope, answer.key, answer.digest, answer.body, answer.at.millis()],
    )?;
    Ok(())
}

pub(super) fn answer(connection: &Connection, scope: &str, key: &str) -> Result<Option<Answer>, Error> {
    let sql = "SELECT scope, key, digest, body, at FROM answers WHERE scope = ?1 AND key = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let answer = statement.query_row((scope, key), |row| {
        Ok(Answer {
            scope: row.get(0)?,
            key: row.get(1)?,
            digest: row.get(2)?,
            body: row.get(3)?,
            at: time(row, 4)?,
        })
    });
    Ok(answer.optional()?)
}
