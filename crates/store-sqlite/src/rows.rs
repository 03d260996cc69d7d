//! Between columns and the types of the core: numbers, times, names.

use rusqlite::Row;
use rusqlite::types::Type;
use sessiond_core::{Kind, MessageKind, Priority, Status, TaskStatus, Timestamp};
use sessiond_store::MessageState;

/// SQLite's integers are signed. The numbers here count things that were stored one by one, so they fit.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count or number that was stored by [`int`].
pub(crate) fn uint(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(index)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, number))
}

/// How many rows to ask for.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A time.
pub(crate) fn time(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    Ok(Timestamp::from_millis(row.get(index)?))
}

/// A time that may be absent.
pub(crate) fn optional_time(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(Timestamp::from_millis))
}

/// A name of the core's.
pub(crate) fn name<T>(row: &Row<'_>, index: usize) -> rusqlite::Result<T>
where
    T: TryFrom<String, Error: std::error::Error + Send + Sync + 'static>,
{
    T::try_from(row.get(index)?).map_err(|error| unreadable(index, error))
}

/// A name of the core's that may be absent.
pub(crate) fn optional_name<T>(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<T>>
where
    T: TryFrom<String, Error: std::error::Error + Send + Sync + 'static>,
{
    let text: Option<String> = row.get(index)?;
    text.map(T::try_from).transpose().map_err(|error| unreadable(index, error))
}

/// A value that is kept as JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, index: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(index)?.as_str()?).map_err(|error| unreadable(index, error))
}

/// A kind of session.
pub(crate) fn kind(row: &Row<'_>, index: usize) -> rusqlite::Result<Kind> {
    one_of(row, index, Kind::ALL, Kind::as_str)
}

/// A session's state.
pub(crate) fn status(row: &Row<'_>, index: usize) -> rusqlite::Result<Status> {
    one_of(row, index, Status::ALL, Status::as_str)
}

/// A task's state.
pub(crate) fn task_status(row: &Row<'_>, index: usize) -> rusqlite::Result<TaskStatus> {
    const ALL: [TaskStatus; 6] = [
        TaskStatus::Pending,
        TaskStatus::InProgress,
        TaskStatus::Completed,
        TaskStatus::Failed,
        TaskStatus::Timeout,
        TaskStatus::Cancelled,
    ];
    one_of(row, index, &ALL, TaskStatus::as_str)
}

/// How a priority is stored: the higher, the larger.
pub(crate) fn priority_number(priority: Priority) -> i64 {
    match priority {
        Priority::Low => 0,
        Priority::Medium => 1,
        Priority::High => 2,
        Priority::Critical => 3,
    }
}

/// A message's priority.
pub(crate) fn priority(row: &Row<'_>, index: usize) -> rusqlite::Result<Priority> {
    match row.get(index)? {
        0 => Ok(Priority::Low),
        1 => Ok(Priority::Medium),
        2 => Ok(Priority::High),
        3 => Ok(Priority::Critical),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(index, other)),
    }
}

/// How a held request is stored, which is handed out only when its agent begins anew.
pub(crate) const HELD: i64 = 2;

/// How it is stored what a message is to its session.
pub(crate) fn message_kind_number(kind: MessageKind) -> i64 {
    match kind {
        MessageKind::Message => 0,
        MessageKind::Request | MessageKind::Following => 1,
        MessageKind::Notice => 3,
    }
}

/// What a message is to its session.
pub(crate) fn message_kind(row: &Row<'_>, index: usize) -> rusqlite::Result<MessageKind> {
    match row.get(index)? {
        0 => Ok(MessageKind::Message),
        1 | HELD => Ok(MessageKind::Request),
        3 => Ok(MessageKind::Notice),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(index, other)),
    }
}

/// How a message's state is stored.
pub(crate) fn state_number(state: MessageState) -> i64 {
    match state {
        MessageState::Queued => 0,
        MessageState::Acked => 1,
        MessageState::Dead => 2,
        MessageState::Withdrawn => 3,
    }
}

/// What became of a message.
pub(crate) fn state(row: &Row<'_>, index: usize) -> rusqlite::Result<MessageState> {
    match row.get(index)? {
        0 => Ok(MessageState::Queued),
        1 => Ok(MessageState::Acked),
        2 => Ok(MessageState::Dead),
        3 => Ok(MessageState::Withdrawn),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(index, other)),
    }
}

fn one_of<T: Copy>(
    row: &Row<'_>,
    index: usize,
    all: &[T],
    text: fn(T) -> &'static str,
) -> rusqlite::Result<T> {
    let found = row.get_ref(index)?.as_str()?;
    all.iter()
        .copied()
        .find(|one| text(*one) == found)
        .ok_or_else(|| unreadable(index, std::io::Error::other(format!("'{found}' is not known"))))
}

/// The column holds what this program would not have written.
pub(crate) fn unreadable(
    index: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
}
