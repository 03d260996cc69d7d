//! Kept answers.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use sessiond_core::SessionId;
use sessiond_store::{Answer, Answers, Done, Error, Refusal};

use crate::Sqlite;
use crate::fault::Fault;
use crate::rows::{optional_name, time};
use crate::tx::{Outcome, Tx};

#[async_trait]
impl Answers for Sqlite {
    async fn answer(&self, scope: &str, key: &str) -> Result<Option<Answer>, Error> {
        let (scope, key) = (scope.to_owned(), key.to_owned());
        self.readers.read(move |connection| get(connection, &scope, &key)).await
    }
}

pub(crate) fn put(tx: &mut Tx<'_>, answer: &Answer) -> Outcome {
    if let Some(kept) = get(tx.connection, &answer.scope, &answer.key)? {
        return Ok(Err(Refusal::Answered(kept)));
    }
    insert(tx, answer)?;
    Ok(Ok(Done::Ok))
}

/// What is kept already in the place of an answer.
pub(crate) fn kept(connection: &Connection, answer: Option<&Answer>) -> Result<Option<Answer>, Fault> {
    match answer {
        Some(answer) => get(connection, &answer.scope, &answer.key),
        None => Ok(None),
    }
}

/// Keeps an answer that is known not to be there yet.
pub(crate) fn insert(tx: &Tx<'_>, answer: &Answer) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO answers (scope, key, digest, body, at, session_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            answer.scope,
            answer.key,
            answer.digest,
            answer.body,
            answer.at.millis(),
            answer.session_id.as_ref().map(SessionId::as_str),
        ],
    )?;
    Ok(())
}

/// Removes what a session answered.
pub(crate) fn delete_of_session(tx: &Tx<'_>, id: &SessionId) -> Result<(), Fault> {
    tx.run("DELETE FROM answers WHERE session_id = ?1", [id.as_str()])?;
    Ok(())
}

pub(crate) fn get(connection: &Connection, scope: &str, key: &str) -> Result<Option<Answer>, Fault> {
    let sql = "SELECT scope, key, digest, body, at, session_id FROM answers WHERE scope = ?1 AND key = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let answer = statement.query_row((scope, key), |row| {
        Ok(Answer {
            scope: row.get(0)?,
            key: row.get(1)?,
            digest: row.get(2)?,
            body: row.get(3)?,
            at: time(row, 4)?,
            session_id: optional_name(row, 5)?,
        })
    });
    Ok(answer.optional()?)
}
