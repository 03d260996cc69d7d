//! Reading inboxes and messages.

use rusqlite::{Connection, OptionalExtension, Row};
use sessiond_core::{AgentId, MessageId, Timestamp};

use super::cursor;
use super::lists::Filter;
use super::rows::{name, optional_name, optional_time, priority, state, state_number, time, uint};
use crate::{Enqueue, Error, Inbox, MessageQuery, MessageRecord, Page};

const COLUMNS: &str = "m.message, m.message_id, i.agent_id, m.sender, m.session_id, m.in_reply_to, m.priority, \
                       b.body, m.at, m.not_before, m.state, m.attempts, m.ended_at";

pub(super) fn inbox(connection: &Connection, agent: &AgentId, now: Timestamp) -> Result<Inbox, Error> {
    let found = connection
        .prepare_cached("SELECT inbox, fence, depth FROM inboxes WHERE agent_id = ?1")?
        .query_row([agent.as_str()], |row| Ok((row.get::<_, i64>(0)?, uint(row, 1)?, uint(row, 2)?)))
        .optional()?;
    let Some((inbox, fence, depth)) = found else {
        return Ok(Inbox::default());
    };
    // The index of the queue holds both columns, and the queue has a limit.
    let (oldest, due_at): (Option<i64>, Option<i64>) = connection
        .prepare_cached("SELECT min(message), min(due_at) FROM messages WHERE inbox = ?1 AND state = 0")?
        .query_row([inbox], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let oldest = match oldest {
        Some(message) => Some(
            connection
                .prepare_cached("SELECT at FROM messages WHERE message = ?1")?
                .query_row([message], |row| time(row, 0))?,
        ),
        None => None,
    };
    Ok(Inbox {
        exists: true,
        depth,
        fence,
        oldest,
        next_due: due_at.map(Timestamp::from_millis).filter(|due_at| *due_at > now),
    })
}

pub(super) fn get(
    connection: &Connection,
    recipient: &AgentId,
    message_id: &MessageId,
) -> Result<Option<MessageRecord>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM inboxes i JOIN messages m ON m.inbox = i.inbox JOIN bodies b ON b.message = m.message
         WHERE i.agent_id = ?1 AND m.message_id = ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row((recipient.as_str(), message_id.as_str()), record);
    Ok(found.optional()?)
}

pub(super) fn list(connection: &Connection, query: &MessageQuery) -> Result<Page<MessageRecord>, Error> {
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
            optional: false,
        },
        state: state(row, 10)?,
        attempts: row.get(11)?,
        ended_at: optional_time(row, 12)?,
    })
}
