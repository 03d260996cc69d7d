//! Inboxes: accepting messages, handing them out in order, and what ends them.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use sessiond_core::{AgentId, Fence, MessageId, MessageKind, SessionId, Timestamp, limits};
use sessiond_store::{Answer, Delivery, Done, Enqueue, Error, Exhausted, Inbox, Inboxes, Refusal, Write};

use crate::Sqlite;
use crate::answers;
use crate::fault::Fault;
use crate::rows::{HELD, int, limit, message_kind_number, name, priority_number, time, uint};
use crate::tx::{Outcome, Tx};

/// Messages that one operation gives up for their age.
const EXPIRED: i64 = 1_000;
/// When a held message is due by itself: never.
const NEVER: i64 = i64::MAX;

#[async_trait]
impl Inboxes for Sqlite {
    async fn inbox(&self, agent_id: &AgentId, now: Timestamp) -> Result<Inbox, Error> {
        let agent = agent_id.clone();
        self.readers.read(move |connection| read(connection, &agent, now)).await
    }
}

pub(crate) fn read(connection: &Connection, agent: &AgentId, now: Timestamp) -> Result<Inbox, Fault> {
    let found = connection
        .prepare_cached("SELECT inbox, fence, depth FROM inboxes WHERE agent_id = ?1")?
        .query_row([agent.as_str()], |row| Ok((row.get::<_, i64>(0)?, uint(row, 1)?, uint(row, 2)?)))
        .optional()?;
    let Some((inbox, fence, depth)) = found else {
        return Ok(Inbox::default());
    };
    // The index of the queue holds both columns, and the queue has a limit.
    let (oldest, due_at): (Option<i64>, Option<i64>) = connection
        .prepare_cached(
            "SELECT min(message), min(due_at) FILTER (WHERE due_at > ?2)
             FROM messages WHERE inbox = ?1 AND state = 0",
        )?
        .query_row((inbox, now.millis()), |row| Ok((row.get(0)?, row.get(1)?)))?;
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
        next_due: due_at.filter(|due_at| *due_at != NEVER).map(Timestamp::from_millis),
    })
}

struct Found {
    inbox: i64,
    fence: Fence,
    depth: u64,
}

fn find(tx: &Tx<'_>, agent: &AgentId) -> Result<Option<Found>, Fault> {
    let found = tx
        .prepare("SELECT inbox, fence, depth FROM inboxes WHERE agent_id = ?1")?
        .query_row([agent.as_str()], |row| {
            Ok(Found { inbox: row.get(0)?, fence: uint(row, 1)?, depth: uint(row, 2)? })
        });
    Ok(found.optional()?)
}

fn find_or_make(tx: &Tx<'_>, agent: &AgentId) -> Result<Found, Fault> {
    if let Some(found) = find(tx, agent)? {
        return Ok(found);
    }
    let sql = "INSERT INTO inboxes (agent_id, fence, depth) VALUES (?1, 0, 0)";
    tx.run(sql, [agent.as_str()])?;
    Ok(Found { inbox: tx.connection.last_insert_rowid(), fence: 0, depth: 0 })
}

/// The inbox, unless the token is not its present one. Without an inbox the present token is 0.
fn admit(
    tx: &Tx<'_>,
    agent: &AgentId,
    fence: Option<Fence>,
) -> Result<Result<Option<Found>, Refusal>, Fault> {
    let found = find(tx, agent)?;
    let present = found.as_ref().map_or(0, |found| found.fence);
    match fence {
        Some(fence) if fence != present => Ok(Err(Refusal::FenceStale { present })),
        _ => Ok(Ok(found)),
    }
}

/// Whether anything in `writes` can be refused by an inbox, so that a [`plan`] is needed.
pub(crate) fn concerns(writes: &[Write]) -> bool {
    writes.iter().any(|write| matches!(write, Write::Enqueue(_)))
}

/// Which of the messages in `writes` are accepted, in their order, or why the whole is refused. It changes nothing.
pub(crate) fn plan(tx: &Tx<'_>, writes: &[Write]) -> Result<Result<Vec<bool>, Refusal>, Fault> {
    let mut plan = Plan::default();
    let mut accepted = Vec::new();
    for write in writes {
        match write {
            Write::Enqueue(message) => match plan.enqueue(tx, message)? {
                Ok(accept) => accepted.push(accept),
                Err(refusal) => return Ok(Err(refusal)),
            },
            Write::Withdraw { recipient, message_id, .. } => plan.withdraw(tx, recipient, message_id)?,
            Write::Hold { .. } | Write::SetTimer(_) | Write::ClearTimer(_) => {}
        }
    }
    Ok(Ok(accepted))
}

/// What an inbox would hold if what was planned so far had been done.
#[derive(Default)]
struct Plan<'a> {
    depths: HashMap<&'a AgentId, (Option<i64>, u64)>,
    accepted: HashSet<(&'a AgentId, &'a MessageId)>,
    withdrawn: HashSet<(&'a AgentId, &'a MessageId)>,
    /// How many messages of a sender were planned for an inbox.
    sent: HashMap<(&'a AgentId, &'a AgentId), u64>,
}

impl<'a> Plan<'a> {
    fn enqueue(&mut self, tx: &Tx<'_>, message: &'a Enqueue) -> Result<Result<bool, Refusal>, Fault> {
        let is_notice = message.kind == MessageKind::Notice;
        let refuse = |refusal| Ok(if is_notice { Ok(false) } else { Err(refusal) });
        let name = (&message.recipient, &message.message_id);
        let (inbox, depth) = self.depth(tx, &message.recipient)?;
        let exists = match inbox {
            Some(inbox) => state(tx, inbox, &message.message_id)?.is_some(),
            None => false,
        };
        if exists || self.accepted.contains(&name) {
            return refuse(Refusal::MessageExists(message.message_id.clone()));
        }
        let stream = (&message.recipient, &message.sender);
        let planned = self.sent.get(&stream).copied().unwrap_or_default();
        // Only an inbox with as many messages can hold as many of one sender.
        let is_over = depth >= message.sender_limit
            && of_sender(tx, inbox, &message.sender)? + planned >= message.sender_limit;
        if depth >= message.inbox_limit || is_over {
            return refuse(Refusal::InboxFull(message.recipient.clone()));
        }
        *self.sent.entry(stream).or_default() += 1;
        self.depths.insert(&message.recipient, (inbox, depth + 1));
        self.accepted.insert(name);
        Ok(Ok(true))
    }

    fn withdraw(&mut self, tx: &Tx<'_>, recipient: &'a AgentId, id: &'a MessageId) -> Result<(), Fault> {
        let (inbox, depth) = self.depth(tx, recipient)?;
        let queued = match inbox {
            Some(inbox) => state(tx, inbox, id)? == Some(0),
            None => false,
        };
        if (queued || self.accepted.contains(&(recipient, id))) && self.withdrawn.insert((recipient, id)) {
            self.depths.insert(recipient, (inbox, depth.saturating_sub(1)));
        }
        Ok(())
    }

    fn depth(&mut self, tx: &Tx<'_>, agent: &'a AgentId) -> Result<(Option<i64>, u64), Fault> {
        if let Some(known) = self.depths.get(agent) {
            return Ok(*known);
        }
        let found = find(tx, agent)?.map_or((None, 0), |found| (Some(found.inbox), found.depth));
        self.depths.insert(agent, found);
        Ok(found)
    }
}

/// How many messages of a sender wait in an inbox.
fn of_sender(tx: &Tx<'_>, inbox: Option<i64>, sender: &AgentId) -> Result<u64, Fault> {
    let sql = "SELECT count(*) FROM messages WHERE inbox = ?1 AND sender = ?2 AND state = 0";
    Ok(tx.prepare(sql)?.query_row((inbox, sender.as_str()), |row| uint(row, 0))?)
}

/// Gives up messages that wait since before that time, at most a few at once.
pub(crate) fn expire(tx: &mut Tx<'_>, before: Timestamp, now: Timestamp) -> Outcome {
    let old: Vec<(i64, i64)> = tx
        .prepare(
            "SELECT message, inbox FROM messages INDEXED BY messages_queue
             WHERE state = 0 AND kind IN (0, 3) AND max(at, not_before) < ?1 LIMIT ?2",
        )?
        .query_map((before.millis(), EXPIRED), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (message, inbox) in &old {
        tx.run(
            "UPDATE messages SET state = CASE kind WHEN 3 THEN 3 ELSE 2 END, ended_at = ?2 WHERE message = ?1",
            (message, now.millis()),
        )?;
        shrink(tx, *inbox, 1)?;
    }
    Ok(Ok(Done::Count(old.len() as u64)))
}

fn state(tx: &Tx<'_>, inbox: i64, message_id: &MessageId) -> Result<Option<i64>, Fault> {
    let found = tx
        .prepare("SELECT state FROM messages WHERE inbox = ?1 AND message_id = ?2")?
        .query_row((inbox, message_id.as_str()), |row| row.get(0));
    Ok(found.optional()?)
}

/// Puts a message that was planned into its inbox.
pub(crate) fn insert(tx: &mut Tx<'_>, message: &Enqueue) -> Result<(), Fault> {
    let inbox = find_or_make(tx, &message.recipient)?.inbox;
    let priority = priority_number(message.priority);
    tx.run(
        "INSERT INTO messages (inbox, message_id, sender, session_id, in_reply_to, priority, at, not_before,
                               state, rank, due_at, attempts, kind)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 3 - ?6, ?9, 0, ?10)",
        params![
            inbox,
            message.message_id.as_str(),
            message.sender.as_str(),
            message.session_id.as_ref().map(SessionId::as_str),
            message.in_reply_to.as_ref().map(MessageId::as_str),
            priority,
            message.at.millis(),
            message.not_before.millis(),
            // What need not wait is due whatever a clock says that is set back later.
            if message.not_before > message.at { message.not_before.millis() } else { i64::MIN },
            message_kind_number(message.kind),
        ],
    )?;
    let key = tx.connection.last_insert_rowid();
    tx.run("INSERT INTO bodies (message, body) VALUES (?1, ?2)", (key, &*message.body))?;
    tx.run("UPDATE inboxes SET depth = depth + 1 WHERE inbox = ?1", [inbox])?;
    raise_earlier(tx, key)?;
    tx.notice.inbox(&message.recipient);
    Ok(())
}

/// Has the messages before this one in its stream inherit its rank, so that it need not wait behind what they wait for.
fn raise_earlier(tx: &Tx<'_>, key: i64) -> Result<(), Fault> {
    tx.run(
        "UPDATE messages SET rank = new.rank FROM (SELECT * FROM messages WHERE message = ?1) AS new
         WHERE messages.state = 0 AND messages.inbox = new.inbox AND messages.sender = new.sender
           AND messages.session_id IS new.session_id AND messages.rank > new.rank
           AND messages.message < new.message",
        [key],
    )?;
    Ok(())
}

pub(crate) fn enqueue_alone(tx: &mut Tx<'_>, message: &Enqueue, answer: Option<&Answer>) -> Outcome {
    if let Some(answer) = answer
        && let Some(kept) = answers::get(tx.connection, &answer.scope, &answer.key)?
    {
        return Ok(Err(Refusal::Answered(kept)));
    }
    match Plan::default().enqueue(tx, message)? {
        Ok(true) => insert(tx, message)?,
        Ok(false) => {}
        Err(refusal) => return Ok(Err(refusal)),
    }
    if let Some(answer) = answer {
        answers::insert(tx, answer)?;
    }
    Ok(Ok(Done::Ok))
}

pub(crate) fn withdraw(
    tx: &mut Tx<'_>,
    recipient: &AgentId,
    message_id: &MessageId,
    dead: bool,
    at: Timestamp,
) -> Result<(), Fault> {
    let Some(found) = find(tx, recipient)? else {
        return Ok(());
    };
    let withdrawn = tx.run(
        "UPDATE messages SET state = ?4, ended_at = ?3 WHERE inbox = ?1 AND message_id = ?2 AND state = 0",
        (found.inbox, message_id.as_str(), at.millis(), if dead { 2 } else { 3 }),
    )?;
    shrink(tx, found.inbox, withdrawn)
}

/// Has a message wait until its agent begins anew.
pub(crate) fn hold(tx: &Tx<'_>, recipient: &AgentId, message_id: &MessageId) -> Result<(), Fault> {
    if let Some(found) = find(tx, recipient)? {
        tx.run(
            "UPDATE messages SET kind = ?3, due_at = ?4 WHERE inbox = ?1 AND message_id = ?2 AND state = 0",
            (found.inbox, message_id.as_str(), HELD, NEVER),
        )?;
    }
    Ok(())
}

/// Hands out what is held once more.
pub(crate) fn offer(tx: &mut Tx<'_>, agent: &AgentId, now: Timestamp) -> Outcome {
    let Some(found) = find(tx, agent)? else {
        return Ok(Ok(Done::Count(0)));
    };
    let offered = tx.run(
        "UPDATE messages SET due_at = ?2 WHERE inbox = ?1 AND state = 0 AND kind = ?3 AND due_at > ?2",
        (found.inbox, now.millis(), HELD),
    )?;
    if offered > 0 {
        tx.notice.inbox(agent);
    }
    Ok(Ok(Done::Count(offered as u64)))
}

/// Gives a reader more time for what it has.
pub(crate) fn extend(tx: &Tx<'_>, agent: &AgentId, ids: &[MessageId], again_at: Timestamp) -> Outcome {
    let Some(found) = find(tx, agent)? else {
        return Ok(Ok(Done::Count(0)));
    };
    let mut extended = 0;
    for id in ids {
        extended += tx.run(
            "UPDATE messages SET due_at = ?3
             WHERE inbox = ?1 AND message_id = ?2 AND state = 0 AND attempts > 0 AND due_at < ?3",
            (found.inbox, id.as_str(), again_at.millis()),
        )?;
    }
    Ok(Ok(Done::Count(extended as u64)))
}

fn shrink(tx: &Tx<'_>, inbox: i64, by: usize) -> Result<(), Fault> {
    if by > 0 {
        let sql = "UPDATE inboxes SET depth = depth - ?2 WHERE inbox = ?1";
        tx.run(sql, (inbox, limit(by)))?;
    }
    Ok(())
}

pub(crate) fn connect(tx: &mut Tx<'_>, agent: &AgentId, now: Timestamp) -> Outcome {
    let found = find_or_make(tx, agent)?;
    let fence = found.fence + 1;
    tx.run("UPDATE inboxes SET fence = ?2 WHERE inbox = ?1", (found.inbox, int(fence)))?;
    tx.run(
        "UPDATE messages SET due_at = ?2 WHERE inbox = ?1 AND state = 0 AND attempts > 0 AND due_at > ?2",
        (found.inbox, now.millis()),
    )?;
    tx.notice.inbox(agent);
    Ok(Ok(Done::Fence(fence)))
}

/// How messages are to be taken; see [`crate::Op::Take`].
pub(crate) struct Take {
    pub(crate) now: Timestamp,
    pub(crate) again_at: Timestamp,
    pub(crate) limit: usize,
    pub(crate) max_attempts: u32,
}

struct Due {
    key: i64,
    rank: i64,
    attempts: u32,
    held: bool,
    at: Timestamp,
    message_id: MessageId,
    body: std::sync::Arc<str>,
}

pub(crate) fn take(tx: &mut Tx<'_>, agent: &AgentId, fence: Option<Fence>, take: &Take) -> Outcome {
    let mut deliveries = Vec::new();
    let mut exhausted = Vec::new();
    let inbox = match admit(tx, agent, fence)? {
        Err(refusal) => return Ok(Err(refusal)),
        Ok(Some(found)) if found.depth > 0 => found.inbox,
        Ok(_) => return Ok(Ok(Done::Taken { deliveries, exhausted })),
    };
    // What is exhausted does not count, so the queue is read on until there are enough others. It is read from where it was
    // left, because what has just been taken may already be due again.
    let mut from = (-1, -1);
    let mut room = limits::PAGE_BYTES;
    while deliveries.len() < take.limit && room > 0 {
        let wanted = take.limit - deliveries.len();
        let (due, last) = due(tx, inbox, take.now, from, wanted)?;
        for message in due {
            from = (message.rank, message.key);
            // Its agent has it in progress: each of its processes is told of it, however many there were.
            let is_exhausted = message.attempts >= take.max_attempts && !message.held;
            if !is_exhausted && !deliveries.is_empty() && message.body.len() > room {
                return Ok(Ok(Done::Taken { deliveries, exhausted }));
            }
            if is_exhausted {
                exhausted.push(Exhausted { message_id: message.message_id, body: message.body });
            } else {
                tx.run(
                    "UPDATE messages SET attempts = attempts + 1, due_at = ?2 WHERE message = ?1",
                    (message.key, if message.held { NEVER } else { take.again_at.millis() }),
                )?;
                room = room.saturating_sub(message.body.len());
                deliveries.push(Delivery {
                    message_id: message.message_id,
                    attempt: message.attempts + 1,
                    accepted_at: message.at,
                    body: message.body,
                });
            }
        }
        if last {
            break;
        }
    }
    Ok(Ok(Done::Taken { deliveries, exhausted }))
}

pub(crate) fn release(
    tx: &mut Tx<'_>,
    agent: &AgentId,
    deliveries: &[(MessageId, u32)],
    now: Timestamp,
) -> Outcome {
    let Some(found) = find(tx, agent)? else {
        return Ok(Ok(Done::Count(0)));
    };
    let mut released = 0;
    for (message_id, attempt) in deliveries {
        released += tx.run(
            "UPDATE messages SET attempts = attempts - 1, due_at = ?4
             WHERE inbox = ?1 AND message_id = ?2 AND state = 0 AND attempts = ?3 AND attempts > 0",
            (found.inbox, message_id.as_str(), attempt, now.millis()),
        )?;
    }
    if released > 0 {
        tx.notice.inbox(agent);
    }
    Ok(Ok(Done::Count(released as u64)))
}

pub(crate) fn bury(
    tx: &mut Tx<'_>,
    agent: &AgentId,
    message_id: &MessageId,
    onward: Option<&Enqueue>,
    now: Timestamp,
) -> Outcome {
    let Some(found) = find(tx, agent)? else {
        return Ok(Err(Refusal::NotFound));
    };
    if state(tx, found.inbox, message_id)? != Some(0) {
        return Ok(Err(Refusal::NotFound));
    }
    if let Some(onward) = onward {
        match Plan::default().enqueue(tx, onward)? {
            Ok(true) => insert(tx, onward)?,
            Ok(false) => {}
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    let buried = tx.run(
        "UPDATE messages SET state = 2, ended_at = ?3 WHERE inbox = ?1 AND message_id = ?2 AND state = 0",
        (found.inbox, message_id.as_str(), now.millis()),
    )?;
    shrink(tx, found.inbox, buried)?;
    Ok(Ok(Done::Ok))
}

/// The next messages that are due, as far as they fit into a page, and whether there are no more of them.
fn due(
    tx: &Tx<'_>,
    inbox: i64,
    now: Timestamp,
    from: (i64, i64),
    wanted: usize,
) -> Result<(Vec<Due>, bool), Fault> {
    let mut statement = tx.prepare(
        "SELECT m.message, m.rank, m.attempts, m.message_id, b.body, m.kind, m.at
         FROM messages m JOIN bodies b ON b.message = m.message
         WHERE m.inbox = ?1 AND m.state = 0 AND m.due_at <= ?2 AND (m.rank, m.message) > (?3, ?4)
         ORDER BY m.rank, m.message LIMIT ?5",
    )?;
    let mut rows = statement.query_map((inbox, now.millis(), from.0, from.1, limit(wanted)), |row| {
        Ok(Due {
            key: row.get(0)?,
            rank: row.get(1)?,
            attempts: row.get(2)?,
            message_id: name(row, 3)?,
            body: row.get_ref(4)?.as_str()?.into(),
            held: row.get::<_, i64>(5)? == HELD,
            at: time(row, 6)?,
        })
    })?;
    let (mut due, mut bytes) = (Vec::new(), 0);
    while bytes < limits::PAGE_BYTES {
        let Some(next) = rows.next().transpose()? else {
            let last = due.len() < wanted;
            return Ok((due, last));
        };
        bytes += next.body.len();
        due.push(next);
    }
    Ok((due, false))
}

pub(crate) fn ack(
    tx: &mut Tx<'_>,
    agent: &AgentId,
    fence: Option<Fence>,
    message_ids: &[MessageId],
    now: Timestamp,
) -> Outcome {
    let inbox = match admit(tx, agent, fence)? {
        Err(refusal) => return Ok(Err(refusal)),
        Ok(Some(found)) => found.inbox,
        Ok(None) => return Ok(Ok(Done::Count(0))),
    };
    let mut acknowledged = 0;
    let mut requests = Vec::new();
    {
        let mut update = tx.prepare(
            "UPDATE messages SET state = 1, ended_at = ?3 WHERE inbox = ?1 AND message_id = ?2 AND state = 0
             RETURNING message, kind",
        )?;
        for message_id in message_ids {
            let found: Option<(i64, i64)> = update
                .query_row((inbox, message_id.as_str(), now.millis()), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((key, kind)) = found else { continue };
            acknowledged += 1;
            if kind == message_kind_number(MessageKind::Request) {
                requests.push(key);
            }
        }
    }
    shrink(tx, inbox, acknowledged)?;
    let count = acknowledged as u64;
    if requests.is_empty() {
        return Ok(Ok(Done::Count(count)));
    }
    let mut body = tx.prepare("SELECT body FROM bodies WHERE message = ?1")?;
    let requests =
        requests.into_iter().map(|key| body.query_row([key], |row| Ok(row.get_ref(0)?.as_str()?.into())));
    let requests = requests.collect::<Result<_, rusqlite::Error>>()?;
    Ok(Ok(Done::Acked { count, requests }))
}

pub(crate) fn requeue(
    tx: &mut Tx<'_>,
    agent: &AgentId,
    message_id: &MessageId,
    inbox_limit: u64,
    now: Timestamp,
) -> Outcome {
    let Some(found) = find(tx, agent)? else {
        return Ok(Err(Refusal::NotFound));
    };
    let key: Option<i64> = tx
        .prepare("SELECT message FROM messages WHERE inbox = ?1 AND message_id = ?2 AND state = 2")?
        .query_row((found.inbox, message_id.as_str()), |row| row.get(0))
        .optional()?;
    let Some(key) = key else {
        return Ok(Err(Refusal::NotFound));
    };
    if found.depth >= inbox_limit {
        return Ok(Err(Refusal::InboxFull(agent.clone())));
    }
    // It takes its old place in its stream, so it inherits from what came after it while it was dead.
    tx.run(
        "UPDATE messages SET state = 0, attempts = 0, ended_at = NULL, due_at = ?2, rank = min(
             3 - priority,
             (SELECT coalesce(min(later.rank), 3) FROM messages AS later
              WHERE later.state = 0 AND later.inbox = messages.inbox AND later.sender = messages.sender
                AND later.session_id IS messages.session_id AND later.message > messages.message)
         ) WHERE message = ?1",
        (key, now.millis()),
    )?;
    raise_earlier(tx, key)?;
    tx.run("UPDATE inboxes SET depth = depth + 1 WHERE inbox = ?1", [found.inbox])?;
    tx.notice.inbox(agent);
    Ok(Ok(Done::Ok))
}

/// Removes an agent's inbox. Its row stays when a reader ever had a token: the next one is to be larger still.
pub(crate) fn delete(tx: &mut Tx<'_>, agent: &AgentId) -> Result<bool, Fault> {
    let Some(found) = find(tx, agent)? else {
        return Ok(false);
    };
    for sql in [
        "DELETE FROM bodies WHERE message IN (SELECT message FROM messages WHERE inbox = ?1)",
        "DELETE FROM messages WHERE inbox = ?1",
        "DELETE FROM inboxes WHERE inbox = ?1 AND fence = 0",
        "UPDATE inboxes SET depth = 0, fence = fence + 1 WHERE inbox = ?1",
    ] {
        tx.run(sql, [found.inbox])?;
    }
    tx.notice.inbox(agent);
    Ok(true)
}

/// Removes the messages of a session from all inboxes, but for the notices that wait: they tell of its end.
pub(crate) fn delete_of_session(tx: &mut Tx<'_>, id: &SessionId) -> Result<(), Fault> {
    let notice = message_kind_number(MessageKind::Notice);
    tx.run(
        "UPDATE inboxes SET depth = depth - of_session.n
         FROM (SELECT inbox, count(*) AS n FROM messages
               WHERE session_id = ?1 AND state = 0 AND kind != ?2 GROUP BY inbox) AS of_session
         WHERE inboxes.inbox = of_session.inbox",
        (id.as_str(), notice),
    )?;
    let gone = "session_id = ?1 AND NOT (state = 0 AND kind = ?2)";
    tx.run(
        &format!("DELETE FROM bodies WHERE message IN (SELECT message FROM messages WHERE {gone})"),
        (id.as_str(), notice),
    )?;
    tx.run(&format!("DELETE FROM messages WHERE {gone}"), (id.as_str(), notice))?;
    Ok(())
}
