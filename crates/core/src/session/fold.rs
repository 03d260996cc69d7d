//! The fold that makes a session's state from its journal.

use std::sync::Arc;

use imbl::OrdMap;

use crate::context::Context;
use crate::conversation::Conversation;
use crate::files::Files;
use crate::lifecycle::Status;
use crate::messages::Delayed;
use crate::questions::Questions;
use crate::signals::Signals;

use super::{Corrupt, Event, EventBody, Session};

impl Session {
    /// The state after the first event of a journal.
    pub fn begin(event: &Event) -> Result<Self, Corrupt> {
        let EventBody::SessionCreated(created) = &event.body else {
            return Err(corrupt(event, "a journal begins with session_created"));
        };
        if event.seq != 1 {
            return Err(corrupt(event, "a journal begins with event 1"));
        }
        Ok(Self {
            id: created.session_id.clone(),
            kind: created.kind,
            name: created.name.clone(),
            status: Status::Active,
            revision: 1,
            owner: created.owner.clone(),
            client_id: created.client_id.clone(),
            orchestrator: created.orchestrator.clone(),
            labels: created.labels.clone(),
            created_at: event.time,
            updated_at: event.time,
            expires_at: created.expires_at,
            idle_timeout: created.idle_timeout,
            ended_at: None,
            outcome: None,
            parent: created.parent.clone(),
            forked_from: None,
            imported_from: None,
            token: None,
            participants: Arc::default(),
            context: match &created.shared_context {
                Some(document) => Context { document: Arc::new(document.clone()), revision: 1 },
                None => Context::default(),
            },
            workflow: None,
            tasks: OrdMap::new(),
            bytes: 0,
            calls: None,
            questions: Questions::default(),
            signals: Signals::default(),
            delayed: Delayed::default(),
            conversation: Conversation::default(),
            files: Files::default(),
        })
    }

    /// Folds a whole journal, or the first part of one.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Option<Self>, Corrupt> {
        let mut events = events.into_iter();
        let Some(first) = events.next() else {
            return Ok(None);
        };
        let mut session = Self::begin(first)?;
        for event in events {
            session.apply(event)?;
        }
        Ok(Some(session))
    }

    /// Folds one event. It never panics, whatever the event; one that does not fit is an error, and the state is
    /// then to be dropped.
    pub fn apply(&mut self, event: &Event) -> Result<(), Corrupt> {
        if event.seq != self.revision + 1 {
            return Err(corrupt(event, &format!("it follows event {}", self.revision)));
        }
        let payload = event.body.payload();
        if self.status != Status::Active && !payload.follows_end(self) {
            return Err(corrupt(event, &format!("the session is {}", self.status)));
        }
        payload.fold(self, event.at()).map_err(|detail| corrupt(event, &detail))?;
        self.revision = event.seq;
        self.updated_at = event.time;
        Ok(())
    }
}

fn corrupt(event: &Event, detail: &str) -> Corrupt {
    Corrupt { seq: event.seq, detail: format!("{}: {detail}", event.body.kind()) }
}
