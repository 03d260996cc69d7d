//! The record of an execution: calls are numbered and put down here at once, and written to the session behind the
//! program's back, many in one batch.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use sessiond_api::Problem;
use sessiond_background as background;
use sessiond_core::{CallBegan, CallEnded, CallEntry, ContextWrite, ExecutionEnd, json_bytes, limits};
use sessiond_recording::journal::size;
use sessiond_recording::{Batch, CALL_BYTES, CallNumber, Destination};
use tokio::sync::{Notify, watch};

use crate::branch::Branch;
use crate::config::Durability;
use crate::info::Info;

/// How long what is recorded waits for company before it is written.
const LINGER: Duration = Duration::from_millis(10);
/// Bytes of a record that may wait to be written; as many again are then being written. More holds up the program.
const BOUND: usize = 16 * 1024 * 1024;
/// Bytes of one batch, beside what a single call may hold.
const BATCH_BYTES: usize = 1024 * 1024;

/// The record of an execution; cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
}

struct Shared {
    durability: Durability,
    buffer: Mutex<Buffer>,
    /// Rung when there is something to write.
    wake: Notify,
    /// Rung when somebody waits for it.
    hurry: Notify,
    /// How far the record is durable, in [`Ticket`]s, and what went wrong.
    durable: watch::Sender<Durable>,
}

#[derive(Debug, Clone, Default)]
struct Durable {
    until: u64,
    failure: Option<Problem>,
    /// Whether nobody writes any more.
    over: bool,
}

/// A place in the record: it is durable when everything up to it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

#[derive(Default)]
struct Buffer {
    /// The number of the last call.
    last: CallNumber,
    /// The last place in the session's order.
    order: u64,
    /// Calls that began since the last batch, in order; their numbers have no gaps. One that has ended as well says so
    /// in its own entry.
    began: Vec<CallEntry>,
    /// Ends of calls that began in an earlier batch.
    ended: Vec<CallEntry>,
    /// What was written to the context.
    writes: Vec<ContextWrite>,
    bytes: usize,
    ticket: u64,
    info: Info,
    /// How the record ends, once it does. Nothing is put down after it.
    end: Option<End>,
    /// Why nothing is written any more.
    failure: Option<Problem>,
}

/// How a record ends.
#[derive(Clone)]
enum End {
    /// The session ends so, by the error of these calls.
    Session(ExecutionEnd, Vec<CallNumber>),
    /// The session stays as it is: interrupted.
    Left,
}

/// Where a record goes on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Start {
    /// The number of the last call.
    pub call: CallNumber,
    /// The last place in the session's order.
    pub order: u64,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl Recorder {
    /// Begins a record, and writes it to `destination` in the background.
    pub fn start(destination: Destination, durability: Durability, start: Start) -> Self {
        let shared = Arc::new(Shared {
            durability,
            buffer: Mutex::new(Buffer { last: start.call, order: start.order, ..Buffer::default() }),
            wake: Notify::new(),
            hurry: Notify::new(),
            durable: watch::Sender::new(Durable::default()),
        });
        background::spawn(write(shared.clone(), destination));
        Self { shared }
    }

    /// Puts down that a call began, and gives it its number. A record that cannot be written, or has ended, takes none.
    pub fn began(&self, mut began: CallBegan) -> Result<CallNumber, Refused> {
        let bytes =
            CALL_BYTES + began.node.len() + began.input.as_ref().map_or(0, |input| input.as_str().len());
        let mut buffer = self.shared.buffer.lock();
        if buffer.end.is_some() {
            return Err(Refused::Ended);
        }
        if let Some(problem) = &buffer.failure {
            return Err(Refused::Failed(problem.clone()));
        }
        buffer.last += 1;
        let call = buffer.last;
        began.began_order = Some(buffer.next_order());
        buffer.info.began(began.parent.is_none());
        buffer.began.push(CallEntry { call, began: Some(began), ended: None });
        buffer.put(bytes);
        let much = buffer.bytes > BOUND / 2;
        drop(buffer);
        self.ring(much);
        Ok(call)
    }

    /// Puts down that a call ended.
    pub fn ended(&self, call: CallNumber, mut ended: CallEnded) -> Ticket {
        let bytes = ended.output.as_ref().map_or(0, |output| output.as_str().len())
            + ended
                .error
                .as_ref()
                .map_or(0, |error| error.message.len() + error.trace.as_ref().map_or(0, String::len));
        let mut buffer = self.shared.buffer.lock();
        if buffer.end.is_some() || buffer.failure.is_some() {
            // It comes too late; what is recorded of the call stays.
            return Ticket(buffer.ticket);
        }
        ended.ended_order = Some(buffer.next_order());
        buffer.info.ended(&ended);
        let before = buffer.last - buffer.began.len() as u64;
        if call > before {
            let place = (call - before - 1) as usize;
            buffer.began[place].ended = Some(ended);
            buffer.put(bytes);
        } else {
            buffer.ended.push(CallEntry { call, began: None, ended: Some(ended) });
            buffer.put(bytes + CALL_BYTES);
        }
        let ticket = Ticket(buffer.ticket);
        let much = buffer.bytes > BOUND / 2;
        drop(buffer);
        self.ring(much);
        ticket
    }

    /// Puts down that a branch of a call, or of the program itself, wrote a value of the context, of so many bytes, or
    /// removed it; gives the place of that in the session's order.
    pub fn wrote(&self, branch: &Branch, key: &str, value: Option<Value>, bytes: usize) -> u64 {
        let (call, branch) = (branch.call, branch.path());
        let mut buffer = self.shared.buffer.lock();
        let order = buffer.next_order();
        buffer.write(ContextWrite { order, call, branch, key: key.to_owned(), value }, bytes);
        drop(buffer);
        self.ring(false);
        order
    }

    /// Puts down what a value of the context is when the session is taken up, as if it had been written at `order`.
    pub fn restored(&self, order: u64, key: String, value: Option<Value>) {
        let bytes = value.as_ref().map_or(0, json_bytes);
        let write = ContextWrite { order, call: None, branch: None, key, value };
        self.shared.buffer.lock().write(write, bytes);
        self.ring(false);
    }

    /// Whether nothing may be put down any more.
    pub fn has_ended(&self) -> bool {
        self.shared.buffer.lock().end.is_some()
    }

    /// Whether so much waits that the program should wait too, with [`Recorder::flush`].
    pub fn is_full(&self) -> bool {
        self.shared.buffer.lock().is_full()
    }

    /// Writes everything that is recorded so far, and so makes room.
    pub async fn flush(&self) -> Result<(), Problem> {
        let ticket = Ticket(self.shared.buffer.lock().ticket);
        self.durable(ticket).await
    }

    /// Writes everything, and that the session ends so. The first end counts: a later one waits for it.
    ///
    /// `fatal` names the calls whose error ended it.
    pub async fn close(&self, end: ExecutionEnd, fatal: Vec<CallNumber>) -> Result<(), Problem> {
        self.end(End::Session(end, fatal)).await
    }

    /// Writes everything, and leaves the session as it is, so that it can be resumed.
    pub async fn leave(&self) -> Result<(), Problem> {
        self.end(End::Left).await
    }

    async fn end(&self, end: End) -> Result<(), Problem> {
        let ticket = {
            let mut buffer = self.shared.buffer.lock();
            if buffer.end.is_none() {
                buffer.end = Some(end);
                buffer.ticket += 1;
            }
            Ticket(buffer.ticket)
        };
        self.durable(ticket).await
    }

    /// Ends the record with this problem: the store was found to take nothing more of it.
    pub fn fail(&self, problem: Problem) {
        self.shared.fail(problem);
    }

    /// What is known of the calls so far.
    pub fn info(&self) -> Info {
        self.shared.buffer.lock().info.clone()
    }

    /// What went wrong with writing, if anything did.
    pub fn failure(&self) -> Option<Problem> {
        self.shared.durable.borrow().failure.clone()
    }

    /// Waits until what the ticket stands for is on disk.
    pub async fn durable(&self, ticket: Ticket) -> Result<(), Problem> {
        let mut durable = self.shared.durable.subscribe();
        self.shared.hurry.notify_one();
        self.shared.wake.notify_one();
        let reached = durable
            .wait_for(|durable| durable.until >= ticket.0 || durable.failure.is_some() || durable.over)
            .await;
        match reached {
            Ok(durable) if durable.until >= ticket.0 => Ok(()),
            Ok(durable) => Err(durable.failure.clone().unwrap_or_else(stopped)),
            Err(_) => Err(stopped()),
        }
    }

    /// Has the writer begin: at once, or with durability `Exit` when much waits, so that it is done before the program
    /// would have to wait for it.
    fn ring(&self, much: bool) {
        if much || self.shared.durability != Durability::Exit {
            self.shared.wake.notify_one();
        }
    }
}

/// Why a record takes no further calls.
#[derive(Debug, Clone)]
pub enum Refused {
    /// It cannot be written.
    Failed(Problem),
    /// It has ended.
    Ended,
}

impl Shared {
    fn fail(&self, problem: Problem) {
        let mut buffer = self.buffer.lock();
        if buffer.failure.is_some() {
            return;
        }
        buffer.failure = Some(problem.clone());
        drop(buffer);
        self.durable.send_modify(|durable| durable.failure = Some(problem));
        self.wake.notify_one();
    }
}

/// Says that nobody writes any more, however the writer ended.
struct Over(Arc<Shared>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.durable.send_modify(|durable| durable.over = true);
    }
}

fn stopped() -> Problem {
    Problem::new(sessiond_api::Code::Unavailable, "recording of this execution has stopped")
}

impl Buffer {
    fn put(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.ticket += 1;
    }

    fn is_full(&self) -> bool {
        self.bytes > BOUND
    }

    /// Takes the next place in the session's order.
    fn next_order(&mut self) -> u64 {
        self.order += 1;
        self.order
    }

    fn write(&mut self, write: ContextWrite, bytes: usize) {
        self.writes.push(write);
        self.put(CALL_BYTES + bytes);
    }

    /// Takes what waits.
    fn take(&mut self) -> (Vec<CallEntry>, Vec<ContextWrite>, Ticket) {
        let mut entries = std::mem::take(&mut self.ended);
        entries.append(&mut self.began);
        self.bytes = 0;
        (entries, std::mem::take(&mut self.writes), Ticket(self.ticket))
    }
}

/// Writes what is recorded until the record is closed or cannot be written.
async fn write(shared: Arc<Shared>, destination: Destination) {
    let _over = Over(shared.clone());
    if let Err(problem) = write_until_closed(&shared, &destination).await {
        tracing::error!(
            session = %destination.id(), %problem,
            "calls cannot be recorded: the session takes no further ones"
        );
        shared.fail(problem);
    }
}

async fn write_until_closed(shared: &Shared, destination: &Destination) -> Result<(), Problem> {
    loop {
        tokio::select! {
            // While there is something to write, writing it finds out the same.
            biased;
            () = shared.wake.notified() => {}
            problem = destination.lost() => return Err(problem),
        }
        if shared.durability == Durability::Async {
            let _ = tokio::time::timeout(LINGER, shared.hurry.notified()).await;
        }
        let ((entries, writes, ticket), end) = {
            let mut buffer = shared.buffer.lock();
            if buffer.failure.is_some() {
                return Ok(());
            }
            (buffer.take(), buffer.end.clone())
        };
        let closing = end.is_some();
        let end = end.and_then(|end| match end {
            End::Session(end, fatal) => Some((end, fatal)),
            End::Left => None,
        });
        write_all(destination, entries, writes, end).await?;
        shared.durable.send_modify(|durable| durable.until = ticket.0);
        if closing {
            return Ok(());
        }
    }
}

async fn write_all(
    destination: &Destination,
    entries: Vec<CallEntry>,
    mut writes: Vec<ContextWrite>,
    end: Option<(ExecutionEnd, Vec<CallNumber>)>,
) -> Result<(), Problem> {
    let mut batches = batches(entries);
    let last = batches.pop().unwrap_or_default();
    for batch in batches {
        // A call is never on disk without what was written before it.
        let until = batch.iter().map(last_order).max().unwrap_or_default();
        let later = writes.split_off(writes.partition_point(|write| write.order < until));
        destination.write(Batch { calls: batch, writes, ..Batch::default() }).await?;
        writes = later;
    }
    let (end, fatal) = end.map_or((None, Vec::new()), |(end, fatal)| (Some(end), fatal));
    destination.write(Batch { calls: last, writes, fatal, end }).await
}

fn last_order(entry: &CallEntry) -> u64 {
    let began = entry.began.as_ref().and_then(|began| began.began_order);
    began.max(entry.ended.as_ref().and_then(|ended| ended.ended_order)).unwrap_or_default()
}

/// Divides entries, in order, into batches that a session takes.
fn batches(entries: Vec<CallEntry>) -> Vec<Vec<CallEntry>> {
    let mut batches = Vec::new();
    let mut batch = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        let size = size(&entry);
        if !batch.is_empty() && (batch.len() == limits::CALL_BATCH || bytes + size > BATCH_BYTES) {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += size;
        batch.push(entry);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}
