//! Lists: filters, orders and pages.

use async_trait::async_trait;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};
use sessiond_core::{AgentPattern, ForkPoint, limits};
use sessiond_store::{Counts, Error, ListQuery, Lists, Page, Sort, Stats, SummaryRow, TimeRange, Visibility};

use crate::Sqlite;
use crate::fault::Fault;
use crate::rows::{json, kind, limit, name, optional_name, optional_time, status, time, uint};
use crate::{cursor, summaries};

#[async_trait]
impl Lists for Sqlite {
    async fn list(&self, query: ListQuery) -> Result<Page<SummaryRow>, Error> {
        self.readers.read(move |connection| sessions(connection, &query)).await
    }

    async fn counts(&self) -> Result<Counts, Error> {
        self.readers.read(summaries::counts).await
    }

    async fn stats(&self, visible_to: Option<Visibility>) -> Result<Stats, Error> {
        self.readers
            .read(move |connection| match &visible_to {
                None => summaries::stats(connection),
                Some(visibility) => stats(connection, visibility),
            })
            .await
    }
}

/// The conditions of a list, all of which hold for its rows.
#[derive(Default)]
pub(crate) struct Filter {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Filter {
    /// Adds a condition, with a `?` for each value.
    pub(crate) fn and<V: Into<Value>>(&mut self, condition: &str, values: impl IntoIterator<Item = V>) {
        self.conditions.push(condition.to_owned());
        self.values.extend(values.into_iter().map(Into::into));
    }

    /// The `WHERE` clause; empty without conditions.
    pub(crate) fn clause(&self) -> String {
        match self.conditions.as_slice() {
            [] => String::new(),
            conditions => format!("WHERE {}", conditions.join(" AND ")),
        }
    }

    /// Reads a page, of [`limits::PAGE_BYTES`] at most, by a statement that ends with a `?` for the number of rows. `read` answers a row's item and the
    /// cursor after it.
    pub(crate) fn page<T>(
        mut self,
        connection: &Connection,
        sql: &str,
        rows: usize,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<(T, String)>,
    ) -> Result<Page<T>, Fault> {
        let mut statement = connection.prepare_cached(sql)?;
        // One more than asked for tells whether there is another page.
        self.values.push(Value::Integer(limit(rows.saturating_add(1))));
        let mut found = statement.query(params_from_iter(self.values))?;
        let mut items = Vec::new();
        let mut end = None;
        let mut bytes = 0;
        while let Some(row) = found.next()? {
            bytes += weight(row)?;
            if items.len() == rows || (bytes > limits::PAGE_BYTES && !items.is_empty()) {
                return Ok(Page { items, next_cursor: end });
            }
            let (item, cursor) = read(row)?;
            items.push(item);
            end = Some(cursor);
        }
        Ok(Page { items, next_cursor: None })
    }
}

/// The bytes of a row's texts.
fn weight(row: &Row<'_>) -> rusqlite::Result<usize> {
    let mut bytes = 0;
    for column in 0..row.as_ref().column_count() {
        if let ValueRef::Text(text) = row.get_ref(column)? {
            bytes += text.len();
        }
    }
    Ok(bytes)
}

const COLUMNS: &str = "s.session, h.id, s.kind, s.name, s.status, h.revision, s.owner, s.client_id, s.orchestrator, \
                       s.members, s.labels, s.parent, s.forked_from, s.forked_revision, s.created_at, h.updated_at, \
                       s.expires_at, s.ended_at, s.progress, s.questions, s.sort_name, s.turns, s.files, s.file_bytes";
/// Places in [`COLUMNS`].
const SESSION: usize = 0;
const CREATED_AT: usize = 14;
const UPDATED_AT: usize = 15;
const SORT_NAME: usize = 20;

/// As many sessions of a principal may be sorted for a page. With more than that, reading all sessions in their order
/// until the page is full is quicker, because there is one of them every few rows.
const FEW: i64 = 2_000;

pub(crate) fn sessions(connection: &Connection, query: &ListQuery) -> Result<Page<SummaryRow>, Fault> {
    let mut filter = Filter::default();
    if let Some(visibility) = &query.visible_to {
        visible(connection, &mut filter, visibility)?;
    }
    if let Some(kind) = query.kind {
        filter.and("s.kind = ?", [kind.as_str().to_owned()]);
    }
    if let Some(status) = query.status {
        filter.and("s.status = ?", [status.as_str().to_owned()]);
    }
    if let Some(owner) = &query.owner {
        filter.and("s.owner = ?", [owner.clone()]);
    }
    match &query.label {
        Some((key, Some(value))) => filter.and(
            "s.session IN (SELECT session FROM labels WHERE key = ? AND value = ?)",
            [key.clone(), value.clone()],
        ),
        Some((key, None)) => {
            filter.and("s.session IN (SELECT session FROM labels WHERE key = ?)", [key.clone()]);
        }
        None => {}
    }
    if let Some(parent) = &query.parent {
        filter.and("s.parent = ?", [parent.as_str().to_owned()]);
    }
    if let Some(original) = &query.forked_from {
        filter.and("s.forked_from = ?", [original.as_str().to_owned()]);
    }
    match query.waiting {
        // The index has these alone.
        Some(true) => filter.and::<Value>("s.questions > 0", []),
        Some(false) => filter.and::<Value>("s.questions = 0", []),
        None => {}
    }
    within(&mut filter, "s.created_at", &query.created);
    within(&mut filter, "h.updated_at", &query.updated);
    if let Some(text) = &query.text {
        // No pattern, so nothing in the text needs escaping; and lower case as Unicode has it, unlike LIKE.
        filter.and("instr(s.search, ?) > 0", [text.to_lowercase()]);
    }
    let (list, key) = match (query.sort, query.reverse) {
        (Sort::Created, false) => ("created", "s.created_at"),
        (Sort::Created, true) => ("created-reverse", "s.created_at"),
        (Sort::Updated, false) => ("updated", "h.updated_at"),
        (Sort::Updated, true) => ("updated-reverse", "h.updated_at"),
        (Sort::Name, false) => ("name", "s.sort_name"),
        (Sort::Name, true) => ("name-reverse", "s.sort_name"),
    };
    // The newest and the last changed come first, and the first name does.
    let ascending = (query.sort == Sort::Name) != query.reverse;
    let order = if ascending { "ASC" } else { "DESC" };
    if let Some(text) = &query.cursor {
        let (session, sorted_by) = cursor::place(text, list)?;
        let sorted_by = match query.sort {
            Sort::Created | Sort::Updated => Value::Integer(sorted_by.parse().map_err(|_| Error::Cursor)?),
            Sort::Name => Value::Text(sorted_by),
        };
        let beyond = if ascending { ">" } else { "<" };
        let tie = if query.sort == Sort::Updated { "h.session" } else { "s.session" };
        filter.and(&format!("({key}, {tie}) {beyond} (?, ?)"), [sorted_by, Value::Integer(session)]);
    }
    let clause = filter.clause();
    let sql = match query.sort {
        // No index has the time of the last change, because each append would have to change it. So all are sorted,
        // and only the page's rows are read whole. The left join is skipped where the conditions do not need it.
        Sort::Updated => format!(
            "SELECT {COLUMNS} FROM (
                 SELECT h.session FROM sessions h LEFT JOIN summaries s ON s.session = h.session {clause}
                 ORDER BY h.updated_at {order}, h.session {order} LIMIT ?
             ) page JOIN sessions h ON h.session = page.session JOIN summaries s ON s.session = page.session
             ORDER BY h.updated_at {order}, h.session {order}"
        ),
        Sort::Created | Sort::Name => format!(
            "SELECT {COLUMNS} FROM summaries s JOIN sessions h ON h.session = s.session {clause}
             ORDER BY {key} {order}, s.session {order} LIMIT ?"
        ),
    };
    filter.page(connection, &sql, query.limit, |row| {
        let sorted_by = match query.sort {
            Sort::Created => row.get::<_, i64>(CREATED_AT)?.to_string(),
            Sort::Updated => row.get::<_, i64>(UPDATED_AT)?.to_string(),
            Sort::Name => row.get(SORT_NAME)?,
        };
        let cursor = cursor::of_place(list, row.get(SESSION)?, &sorted_by);
        Ok((summary(row)?, cursor))
    })
}

/// Only rows whose time is within a range.
fn within(filter: &mut Filter, time: &str, range: &TimeRange) {
    if let Some(since) = range.since {
        filter.and(&format!("{time} >= ?"), [since.millis()]);
    }
    if let Some(until) = range.until {
        filter.and(&format!("{time} < ?"), [until.millis()]);
    }
}

/// Only what a principal may see: what it owns, and what agents that it acts as take part in.
///
/// The list's statement calls the table of summaries `s`.
pub(crate) fn visible(
    connection: &Connection,
    filter: &mut Filter,
    visibility: &Visibility,
) -> Result<(), Fault> {
    let Own { member, sessions: own, values } = own(visibility);
    let counted: i64 = connection
        .prepare_cached(&format!("SELECT count(*) FROM (SELECT 1 FROM ({own}) LIMIT {})", FEW + 1))?
        .query_row(params_from_iter(values.clone()), |row| row.get(0))?;
    if counted <= FEW {
        filter.and(&format!("s.session IN ({own})"), values);
    } else {
        // The plus keeps SQLite from joining on the condition, so that it follows the list's order.
        let sees = format!(
            "(+s.owner = ? OR EXISTS (SELECT 1 FROM members m WHERE m.session = s.session AND {member}))"
        );
        filter.and(&sees, values);
    }
    Ok(())
}

/// The sessions that a principal may see, in numbers.
fn stats(connection: &Connection, visibility: &Visibility) -> Result<Stats, Fault> {
    let Own { sessions, values, .. } = own(visibility);
    let sql = format!(
        "SELECT count(*), count(*) FILTER (WHERE status = 'active'), coalesce(sum(turns), 0), coalesce(sum(files), 0),
             coalesce(sum(file_bytes), 0), min(created_at), max(created_at)
         FROM summaries WHERE session IN ({sessions})"
    );
    Ok(connection.prepare_cached(&sql)?.query_row(params_from_iter(values), summaries::read_stats)?)
}

/// What a principal may see, as SQL.
struct Own {
    /// The condition of a row of `members`.
    member: String,
    /// A statement for the sessions, in which one may be twice.
    sessions: String,
    /// The values of the statement: its owner, and then those of `member`.
    values: Vec<Value>,
}

fn own(Visibility { owner, agents }: &Visibility) -> Own {
    let mut member = Vec::new();
    let mut values = vec![Value::Text(owner.clone())];
    for AgentPattern(agent) in agents {
        match agent.strip_suffix('*') {
            // Agent ids are ASCII, so every one with the prefix lies before the prefix and DEL.
            Some(prefix) => {
                member.push("(agent_id >= ? AND agent_id < ?)");
                values.push(Value::Text(prefix.to_owned()));
                values.push(Value::Text(format!("{prefix}\u{7f}")));
            }
            None => {
                member.push("agent_id = ?");
                values.push(Value::Text(agent.clone()));
            }
        }
    }
    let member = match member.as_slice() {
        [] => "FALSE".to_owned(),
        conditions => format!("({})", conditions.join(" OR ")),
    };
    let sessions = format!(
        "SELECT session FROM summaries WHERE owner = ? UNION ALL SELECT session FROM members WHERE {member}"
    );
    Own { member, sessions, values }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<SummaryRow> {
    let forked_from: Option<_> = optional_name(row, 12)?;
    Ok(SummaryRow {
        session_id: name(row, 1)?,
        kind: kind(row, 2)?,
        name: row.get(3)?,
        status: status(row, 4)?,
        revision: uint(row, 5)?,
        owner: row.get(6)?,
        client_id: row.get(7)?,
        orchestrator: optional_name(row, 8)?,
        members: json(row, 9)?,
        labels: json(row, 10)?,
        parent: optional_name(row, 11)?,
        forked_from: match forked_from {
            Some(session_id) => Some(ForkPoint { session_id, revision: uint(row, 13)? }),
            None => None,
        },
        created_at: time(row, CREATED_AT)?,
        updated_at: time(row, UPDATED_AT)?,
        expires_at: optional_time(row, 16)?,
        ended_at: optional_time(row, 17)?,
        progress: json(row, 18)?,
        open_questions: row.get(19)?,
        turns: uint(row, 21)?,
        files: uint(row, 22)?,
        file_bytes: uint(row, 23)?,
    })
}
