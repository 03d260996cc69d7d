//! Watchers: a session's events as they become durable, from any cursor, with nothing missed.

use std::collections::VecDeque;
use std::sync::Arc;

use sessiond_core::{Principal, Rejection, Revision, Session, SessionId, Status};
use sessiond_store::Record;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::actor::{Feed, Slot};
use crate::rows::READ;
use crate::{Engine, Error};

/// What a watcher sees.
#[derive(Debug, Clone)]
pub enum WatchItem {
    /// The state when the watch began from nowhere; the events after its revision follow.
    Snapshot(Arc<Session>),
    /// The next event.
    Record(Record),
    /// The events after `after` and before `first` are no longer kept; those from `first` on follow.
    Gap {
        /// Where the watcher wanted to go on.
        after: Revision,
        /// The oldest event that is kept.
        first: Revision,
    },
}

/// A live view of a session. While nobody falls behind, events come from memory; a watcher that does reads them from
/// the store, so that a slow one costs the others nothing.
pub struct Watch {
    engine: Engine,
    principal: Principal,
    slot: Arc<Slot>,
    feed: broadcast::Receiver<Feed>,
    after: Revision,
    waiting: VecDeque<WatchItem>,
    behind: bool,
    ended: bool,
}

impl Engine {
    /// A live view of the events after `after`, or, when it is absent, from now on with a snapshot first.
    pub async fn watch(
        &self,
        principal: &Principal,
        id: &SessionId,
        after: Option<Revision>,
    ) -> Result<Watch, Error> {
        let slot = self.open_session(id).await?;
        // What is published between these two lines is seen twice, and skipped by its number.
        let feed = slot.subscribe();
        let session = slot.session();
        if !principal.sees(&session) {
            return Err(Rejection::SessionNotFound.into());
        }
        let mut waiting = VecDeque::new();
        let start = match after {
            Some(after) if after > session.revision => {
                let detail = format!("the session is at revision {}", session.revision);
                return Err(Rejection::invalid("after", detail).into());
            }
            Some(after) => after,
            None => {
                waiting.push_back(WatchItem::Snapshot(session.clone()));
                session.revision
            }
        };
        let behind = start < session.revision;
        Ok(Watch {
            engine: self.clone(),
            principal: principal.clone(),
            slot,
            feed,
            after: start,
            waiting,
            behind,
            ended: false,
        })
    }
}

impl Watch {
    /// The next item; none after the last event of a session that has ended, or when the engine shuts down. It may be
    /// dropped while it waits and called again.
    pub async fn next(&mut self) -> Option<Result<WatchItem, Error>> {
        loop {
            // A session ends before it is deleted, and its watchers see how.
            let is_over = self.slot.is_deleted() && self.feed.is_empty() && !self.behind;
            if self.ended || (is_over && self.waiting.is_empty()) {
                return None;
            }
            // Whoever leaves the session sees no more of it.
            if !self.principal.sees(&self.slot.session()) {
                self.ended = true;
                return Some(Err(Rejection::SessionNotFound.into()));
            }
            if let Some(item) = self.waiting.pop_front() {
                if let WatchItem::Record(record) = &item {
                    self.after = record.seq;
                }
                return Some(Ok(item));
            }
            if self.behind {
                if let Err(error) = self.catch_up().await {
                    self.ended = true;
                    return Some(Err(error));
                }
                continue;
            }
            let session = self.slot.session();
            if session.status != Status::Active && self.after >= session.revision {
                // Who is told that it ended by its deletion finds it gone.
                tokio::select! {
                    () = self.engine.shared.stop.cancelled() => {}
                    () = self.slot.settled() => self.ended = true,
                }
                return None;
            }
            tokio::select! {
                () = self.engine.shared.stop.cancelled() => return None,
                fed = self.feed.recv() => match fed {
                    Ok(Feed::Record(record)) if record.seq <= self.after => {}
                    Ok(Feed::Record(record)) if record.seq == self.after + 1 => {
                        self.waiting.push_back(WatchItem::Record(record));
                    }
                    Ok(Feed::Stored(seq)) if seq <= self.after => {}
                    Ok(Feed::Record(_) | Feed::Stored(_)) | Err(RecvError::Lagged(_)) => self.behind = true,
                    Ok(Feed::Deleted) | Err(RecvError::Closed) => self.ended = true,
                },
            }
        }
    }

    /// The number of the last event that was given.
    pub fn cursor(&self) -> Revision {
        self.after
    }

    /// Reads from the store what the feed no longer holds.
    async fn catch_up(&mut self) -> Result<(), Error> {
        let page = self.engine.shared.store.events(&self.slot.id, self.after, READ).await?;
        let Some(page) = page else {
            self.ended = true;
            return Ok(());
        };
        if self.after + 1 < page.first {
            self.waiting.push_back(WatchItem::Gap { after: self.after, first: page.first });
            self.after = page.first - 1;
        }
        // The rest comes by the feed, or is read again when the feed is ahead.
        let last = page.records.last().map_or(self.after, |record| record.seq);
        self.behind = last < page.revision;
        self.waiting.extend(page.records.into_iter().map(WatchItem::Record));
        Ok(())
    }
}
