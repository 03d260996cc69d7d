//! Where a session is in the store: its key, and which events it has.

use rusqlite::{Connection, OptionalExtension};
use sessiond_core::{Revision, SessionId};

use crate::fault::Fault;
use crate::rows::uint;

/// Where a session is.
pub(crate) struct Position {
    pub(crate) session: i64,
    pub(crate) revision: Revision,
    pub(crate) first: Revision,
}

/// The session's position, or none when there is no such session.
pub(crate) fn position(connection: &Connection, id: &SessionId) -> Result<Option<Position>, Fault> {
    let sql = "SELECT session, revision, first FROM sessions WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let row = statement.query_row([id.as_str()], |row| {
        Ok(Position { session: row.get(0)?, revision: uint(row, 1)?, first: uint(row, 2)? })
    });
    Ok(row.optional()?)
}
