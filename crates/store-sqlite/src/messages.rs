//! Messages as they are kept.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};
use sessiond_core::{AgentId, MessageId};
use sessiond_store::{Enqueue, Error, MessageQuery, MessageRecord, Messages, Page};

use crate::Sqlite;
use crate::cursor;
use crate::fault::Fault;
use crate::lists::Filter;
use crate::rows::{message_kind, name, optional_name, optional_time, priority, state, state_number, time};

#[async_trait]
impl Messages for Sqlite {
    async fn message(
        &self,
        recipient: &AgentId,
        message_id: &MessageId,
    ) -> Result<Option<MessageRecord>, Error> {
        let (recipient, id) = (recipient.clone(), message_id.clone());
        self.readers.read(move |connection| get(connection, &recipient, &id)).await
    }

    async fn messages(&self, query: MessageQuery) -> Result<Page<MessageRecord>, Error> {
        self.readers.read(move |connection| list(connection, &query)).await
    }
}

const COLUMNS: &str = "m.message, m.message_id, i.agent_id, m.sender, m.session_id, m.in_reply_to, m.priority, \
                       b.body, m.at, m.not_before, m.state, m.attempts, m.ended_at, m.kind";

pub(crate) fn get(
    connection: &Connection,
    recipient: &AgentId,
    message_id: &MessageId,
) -> Result<Option<MessageRecord>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM inboxes i JOIN messages m ON m.inbox = i.inbox JOIN bodies b ON b.message = m.message
         WHERE i.agent_id = ?1 AND m.message_id = ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row((recipient.as_str(), message_id.as_str()), record);
    Ok(found.optional()?)
}

pub(crate) fn list(connection: &Connection, query: &MessageQuery) -> Result<Page<MessageRecord>, Fault> {
    let mut filter = Filter::default();
    if let Some(recipient) = &query.recipient {
        let own = "m.inbox = (SELECT inbox FROM inboxes WHERE agent_id = ?)";
        filter.and(own, [recipient.as_str().to_owned()]);
    }
    if let Some(session_id) = &query.session_id {
        filter.and("m.session_id = ?", [session_id.as_str().to_owned()]);
    }
    if let Some(state) = query.state {
        filter.and("m.state = ?", [state_number(state)]);
    }
    if let Some(request) = &query.in_reply_to {
        filter.and("m.in_reply_to = ?", [request.as_str().to_owned()]);
    }
    if let Some(text) = &query.cursor {
        filter.and("m.message < ?", [cursor::number(text, "m")?]);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM messages m JOIN inboxes i ON i.inbox = m.inbox JOIN bodies b ON b.message = m.message
         {} ORDER BY m.message DESC LIMIT ?",
        filter.clause()
    );
    filter.page(connection, &sql, query.limit, |row| Ok((record(row)?, cursor::of_number("m", row.get(0)?))))
}

fn record(row: &Row<'_>) -> rusqlite::Result<MessageRecord> {
    Ok(MessageRecord {
        message: Enqueue {
            message_id: name(row, 1)?,
            recipient: name(row, 2)?,
            sender: name(row, 3)?,
            session_id: optional_name(row, 4)?,
            in_reply_to: optional_name(row, 5)?,
            priority: priority(row, 6)?,
            body: row.get_ref(7)?.as_str()?.into(),
            at: time(row, 8)?,
            not_before: time(row, 9)?,
            inbox_limit: 0,
            sender_limit: 0,
            kind: message_kind(row, 13)?,
        },
        state: state(row, 10)?,
        attempts: row.get(11)?,
        ended_at: optional_time(row, 12)?,
    })
}
