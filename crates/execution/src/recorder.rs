//! The record of an execution: calls are numbered and put down here at once, and written to the session behind the
//! program's back, many in one batch.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sessiond_api::Problem;
use sessiond_background as background;
use sessiond_core::{CallBegan, CallEnded, CallEntry, ExecutionEnd, limits};
use sessiond_recording::journal::size;
use sessiond_recording::{CALL_BYTES, CallNumber, Destination};
use tokio::sync::{Notify, watch};

use crate::config::Durability;
use crate::context::Context;
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
}

/// A place in the record: it is durable when everything up to it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

#[derive(Default)]
struct Buffer {
    /// The number of the last call.
    last: CallNumber,
    /// Calls that began since the last batch, in order; their numbers have no gaps. One that has ended as well says so
    /// in its own entry.
    began: Vec<CallEntry>,
    /// Ends of calls that began in an earlier batch.
    ended: Vec<CallEntry>,
    bytes: usize,
    ticket: u64,
    info: Info,
    /// How the session ends, once it does.
    end: Option<ExecutionEnd>,
}

impl Recorder {
    /// Begins a record after call `last`, and writes it to `destination` in the background, with what changes in the context.
    pub fn start(
        destination: Destination,
        context: Context,
        durability: Durability,
        last: CallNumber,
        info: Info,
    ) -> Self {
        let shared = Arc::new(Shared {
            durability,
            buffer: Mutex::new(Buffer { last, info, ..Buffer::default() }),
            wake: Notify::new(),
            hurry: Notify::new(),
            durable: watch::Sender::new(Durable::default()),
        });
        background::spawn(write(shared.clone(), destination, context));
        Self { shared }
    }

    /// Puts down that a call began, and gives it its number.
    pub fn began(&self, began: CallBegan) -> CallNumber {
        let bytes =
            CALL_BYTES + began.node.len() + began.input.as_ref().map_or(0, |input| input.as_str().len());
        let mut buffer = self.shared.buffer.lock();
        buffer.last += 1;
        let call = buffer.last;
        buffer.info.began(began.parent.is_none());
        buffer.began.push(CallEntry { call, began: Some(began), ended: None });
        buffer.put(bytes);
        let much = buffer.bytes > BOUND / 2;
        drop(buffer);
        self.ring(much);
        call
    }

    /// Puts down that a call ended.
    pub fn ended(&self, call: CallNumber, ended: CallEnded) -> Ticket {
        let bytes = ended.output.as_ref().map_or(0, |output| output.as_str().len())
            + ended
                .error
                .as_ref()
                .map_or(0, |error| error.message.len() + error.trace.as_ref().map_or(0, String::len));
        let mut buffer = self.shared.buffer.lock();
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

    /// Whether so much waits that the program should wait too, with [`Recorder::flush`].
    pub fn is_full(&self) -> bool {
        self.shared.buffer.lock().is_full()
    }

    /// Writes everything that is recorded so far, and so makes room.
    pub async fn flush(&self) -> Result<(), Problem> {
        let ticket = Ticket(self.shared.buffer.lock().ticket);
        self.durable(ticket).await
    }

    /// Writes everything, and that the session ends so. Nothing may be put down after it.
    pub async fn close(&self, end: ExecutionEnd) -> Result<(), Problem> {
        let ticket = {
            let mut buffer = self.shared.buffer.lock();
            buffer.end = Some(end);
            buffer.ticket += 1;
            Ticket(buffer.ticket)
        };
        self.durable(ticket).await
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
        let reached =
            durable.wait_for(|durable| durable.until >= ticket.0 || durable.failure.is_some()).await;
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

    /// Takes what waits.
    fn take(&mut self) -> (Vec<CallEntry>, Ticket) {
        let mut entries = std::mem::take(&mut self.ended);
        entries.append(&mut self.began);
        self.bytes = 0;
        (entries, Ticket(self.ticket))
    }
}

/// Writes what is recorded until the record is closed or cannot be written.
async fn write(shared: Arc<Shared>, destination: Destination, context: Context) {
    loop {
        shared.wake.notified().await;
        if shared.durability == Durability::Async {
            let _ = tokio::time::timeout(LINGER, shared.hurry.notified()).await;
        }
        let ((entries, ticket), end) = {
            let mut buffer = shared.buffer.lock();
            (buffer.take(), buffer.end.clone())
        };
        let closing = end.is_some();
        if let Err(problem) = write_all(&destination, &context, entries, end).await {
            tracing::error!(%problem, "calls could not be recorded");
            shared.durable.send_modify(|durable| durable.failure = Some(problem));
            return;
        }
        shared.durable.send_modify(|durable| durable.until = ticket.0);
        if closing {
            return;
        }
    }
}

async fn write_all(
    destination: &Destination,
    context: &Context,
    entries: Vec<CallEntry>,
    end: Option<ExecutionEnd>,
) -> Result<(), Problem> {
    let mut batches = batches(entries);
    let last = batches.pop().unwrap_or_default();
    for batch in batches {
        destination.write(batch, context.take_changes(), None).await?;
    }
    destination.write(last, context.take_changes(), end).await
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
