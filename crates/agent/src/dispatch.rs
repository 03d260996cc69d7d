//! What an agent does with each message: one loop that sees everything in one order.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use sessiond_api::{AgentHealth, Heartbeat, InboxMessage, Message};
use sessiond_core::{MessageId, MessageType, TaskId};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::connection::{Incoming, Link, Outgoing};
use crate::handler::Handler;
use crate::seen::Seen;
use crate::task::{Cause, Stop};
use crate::work::{Ended, Worker, cancels, task_of};
use crate::{Error, Health, Options, limits};

/// A message that is held here and not acknowledged.
enum Held {
    /// Its task waits for a place.
    Waiting,
    /// Its task runs.
    Running { task: Option<TaskId>, stop: Stop },
    /// It is no task, and stands in the line of those.
    Noted,
}

pub(crate) struct Dispatch {
    options: Options,
    worker: Arc<Worker>,
    stop: CancellationToken,
    health: watch::Sender<Health>,
    connected: bool,
    waiting: VecDeque<Message>,
    held: HashMap<MessageId, Held>,
    seen: Seen,
    /// Whether the handler's program does not start.
    broken: bool,
    workers: JoinSet<(MessageId, Ended)>,
}

impl Dispatch {
    pub(crate) fn new(
        options: Options,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
        health: watch::Sender<Health>,
    ) -> Self {
        let worker = Worker {
            agent_id: options.agent_id().clone(),
            client: options.client.clone(),
            handler,
            timeout: options.timeout,
            abandon: CancellationToken::new(),
        };
        Self {
            options,
            worker: Arc::new(worker),
            stop,
            health,
            connected: false,
            waiting: VecDeque::new(),
            held: HashMap::new(),
            seen: Seen::new(limits::REMEMBERED),
            broken: false,
            workers: JoinSet::new(),
        }
    }

    pub(crate) async fn run(mut self) -> Result<(), Error> {
        let close = CancellationToken::new();
        let _close_on_drop = close.clone().drop_guard();
        let (held, held_count) = watch::channel(0);
        let mut link = Link::open(&self.options, held_count, close.clone());
        let (notes, mut noted) = self.note_taker();
        let mut heartbeat = tokio::time::interval(self.options.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut grace: Option<Instant> = None;
        let mut busy = false;

        let result = loop {
            if grace.is_none() {
                self.start_ready();
            }
            held.send_replace(self.held.len());
            self.tell_health();
            if busy != self.is_busy() {
                busy = !busy;
                link.send(self.heartbeat());
            }
            if grace.is_some() && self.workers.is_empty() {
                break Ok(());
            }
            tokio::select! {
                biased;
                () = self.stop.cancelled(), if grace.is_none() => {
                    // Waiting requests were never begun; whoever comes next is given them.
                    self.waiting.clear();
                    self.held.retain(|_, held| !matches!(held, Held::Waiting));
                    grace = Some(Instant::now() + self.options.grace);
                    tracing::info!(running = self.workers.len(), "stopping");
                }
                () = until(grace) => {
                    self.cut_short().await;
                    break Ok(());
                }
                Some(done) = self.workers.join_next() => {
                    if let Ok((id, ended)) = done {
                        if ended == Ended::Broken && !self.broken {
                            self.broken = true;
                            self.stop.cancel();
                        }
                        self.settle(&link, id, ended);
                    }
                }
                Some(id) = noted.recv() => self.settle(&link, id, Ended::Settled),
                incoming = link.receive() => match incoming {
                    Some(Incoming::Up) => self.connected = true,
                    Some(Incoming::Down) => self.connected = false,
                    Some(Incoming::Message(message)) => self.take(&link, &notes, *message, grace.is_some()),
                    None => break link.ended().await,
                },
                _ = heartbeat.tick() => link.send(self.heartbeat()),
            }
        };
        self.connected = false;
        self.tell_health();
        if result.is_err() {
            // Nobody hears the reports any more.
            self.cut_short().await;
        }
        close.cancel();
        drop(tokio::time::timeout(limits::CONNECT_TIMEOUT, link.ended()).await);
        if self.broken && result.is_ok() {
            return Err(Error::NotStarted("its last failure says why".to_owned()));
        }
        result
    }

    /// One message from the inbox.
    fn take(
        &mut self,
        link: &Link,
        notes: &mpsc::UnboundedSender<Message>,
        delivered: InboxMessage,
        stopping: bool,
    ) {
        let InboxMessage { message, attempt, .. } = delivered;
        let id = message.message_id.clone();
        if self.seen.contains(&id) {
            link.send(Outgoing::Ack(id));
            return;
        }
        if let Some(held) = self.held.get(&id) {
            if matches!(held, Held::Waiting) {
                tracing::debug!(message_id = %id, attempt, "delivered again while it waits for a place");
                link.send(self.heartbeat());
            }
            return;
        }
        if let Some((task, attempt)) = cancels(&message) {
            self.cancel(link, &task, attempt);
            self.seen.insert(id.clone());
            link.send(Outgoing::Ack(id));
            return;
        }
        if stopping {
            return;
        }
        if message.message_type == MessageType::TaskRequest {
            self.held.insert(id, Held::Waiting);
            self.waiting.push_back(message);
        } else {
            self.held.insert(id, Held::Noted);
            // The line has room for as many as may be held; its reader lives as long as this loop.
            drop(notes.send(message));
        }
    }

    /// Starts what waits, as far as there are places.
    fn start_ready(&mut self) {
        while self.workers.len() < self.options.concurrency.max(1) {
            let Some(message) = self.waiting.pop_front() else {
                return;
            };
            let id = message.message_id.clone();
            let task = task_of(&message).map(|(task, _)| task);
            if let Some(task) = &task {
                // Another attempt of the same task took the place of the one that runs.
                self.stop_task(task);
            }
            let stop = Stop::default();
            self.held.insert(id.clone(), Held::Running { task, stop: stop.clone() });
            let worker = self.worker.clone();
            self.workers.spawn(async move {
                let ended = worker.work(message, stop).await;
                (id, ended)
            });
        }
    }

    fn settle(&mut self, link: &Link, id: MessageId, ended: Ended) {
        self.held.remove(&id);
        if ended != Ended::Left {
            self.seen.insert(id.clone());
            link.send(Outgoing::Ack(id));
        }
    }

    /// A task is wanted no more.
    fn cancel(&mut self, link: &Link, task: &TaskId, attempt: Option<u32>) {
        self.stop_task(task);
        let dropped: Vec<MessageId> = self
            .waiting
            .iter()
            .filter(|message| {
                task_of(message).is_some_and(|(waiting, waiting_attempt)| {
                    // A newer attempt of a task that was cancelled and came back must not be dropped.
                    waiting == *task && (attempt.is_none() || waiting_attempt <= attempt)
                })
            })
            .map(|message| message.message_id.clone())
            .collect();
        self.waiting.retain(|message| !dropped.contains(&message.message_id));
        for id in dropped {
            self.settle(link, id, Ended::Settled);
        }
    }

    fn stop_task(&self, wanted: &TaskId) {
        for held in self.held.values() {
            if let Held::Running { task: Some(task), stop } = held
                && task == wanted
            {
                stop.because(Cause::Cancelled);
            }
        }
    }

    /// The grace is over: everything that runs is to end now, and is left to be delivered again.
    async fn cut_short(&mut self) {
        for held in self.held.values() {
            if let Held::Running { stop, .. } = held {
                stop.because(Cause::Shutdown);
            }
        }
        self.worker.abandon.cancel();
        // Programs are being killed; that takes a moment, but not for ever.
        let end = Instant::now() + limits::CANCEL_GRACE + std::time::Duration::from_secs(2);
        while let Ok(Some(_)) = tokio::time::timeout_at(end, self.workers.join_next()).await {}
        self.workers.shutdown().await;
    }

    /// Handles messages that are no tasks, one at a time; what it answers can be acknowledged.
    fn note_taker(&self) -> (mpsc::UnboundedSender<Message>, mpsc::UnboundedReceiver<MessageId>) {
        // Neither queue can grow past what may be held unacknowledged.
        let (notes, mut line) = mpsc::unbounded_channel::<Message>();
        let (done, noted) = mpsc::unbounded_channel();
        let handler = self.worker.handler.clone();
        tokio::spawn(async move {
            while let Some(message) = line.recv().await {
                let id = message.message_id.clone();
                if AssertUnwindSafe(handler.message(message)).catch_unwind().await.is_err() {
                    tracing::error!(message_id = %id, "the handler of a message panicked");
                }
                if done.send(id).is_err() {
                    return;
                }
            }
        });
        (notes, noted)
    }

    fn is_busy(&self) -> bool {
        !self.workers.is_empty()
    }

    fn heartbeat(&self) -> Outgoing {
        let status = if self.is_busy() { AgentHealth::Busy } else { AgentHealth::Idle };
        let waiting = self.waiting.iter().map(|message| message.message_id.clone()).take(limits::WINDOW);
        Outgoing::Heartbeat(Heartbeat { status: Some(status), waiting: waiting.collect() })
    }

    fn tell_health(&self) {
        let now =
            Health { connected: self.connected, running: self.workers.len(), waiting: self.waiting.len() };
        self.health.send_if_modified(|health| {
            let changed = *health != now;
            *health = now;
            changed
        });
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
