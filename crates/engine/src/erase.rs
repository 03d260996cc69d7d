//! Erasure: texts and names leave a journal whose events stay.

use sessiond_core::{EventBody, Revision, Session, SessionId};
use sessiond_store::{Op, Record, Snapshot};

use crate::rows::{READ, read_event, records};
use crate::{Engine, Error};

impl Engine {
    /// Writes events of a session again without what is to leave them, up to that number, and its snapshot. `may` says by an event's
    /// text whether it is worth reading, and `without` gives its body without what is to leave, or nothing to leave it as it is.
    pub(crate) async fn erase(
        &self,
        id: &SessionId,
        through: Revision,
        may: impl Fn(&str) -> bool,
        without: impl Fn(&EventBody) -> Option<EventBody>,
    ) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let Some(page) = self.shared.store.events(id, after, READ).await? else { return Ok(()) };
            let Some(last) = page.records.last() else { return Ok(()) };
            after = last.seq;
            let meant = |record: &&Record| record.seq <= through && may(&record.json);
            let mut events = Vec::new();
            for record in page.records.iter().filter(meant) {
                let mut event = read_event(record)?;
                if let Some(body) = without(&event.body) {
                    event.body = body;
                    events.push(event);
                }
            }
            if !events.is_empty() {
                let op = Op::ReplaceEvents { session_id: id.clone(), records: records(&events) };
                // A session that is gone has no texts.
                let _ = self.write(op).await?;
            }
            if after >= through.min(page.revision) {
                return self.renew_snapshot(id).await;
            }
        }
    }

    /// Puts the present state in place of the session's snapshot, which may hold a text that was removed since.
    async fn renew_snapshot(&self, id: &SessionId) -> Result<(), Error> {
        let session = self.open_session(id).await?.session();
        let revision = session.revision;
        let state = self.compute(move || serde_json::to_vec(&*session)).await;
        match state {
            Ok(state) => {
                let snapshot = Snapshot { revision, format: Session::FORMAT, state };
                // One that is newer has no such text either.
                let _ = self.write(Op::PutSnapshot { session_id: id.clone(), snapshot }).await?;
            }
            Err(error) => tracing::error!(session = %id, %error, "a state cannot be written"),
        }
        Ok(())
    }
}
