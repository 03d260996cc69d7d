//! Journals as a whole: events, replay, fork, export and import.

use serde::{Deserialize, Serialize};
use sessiond_core::{Event, Principal, Rejection, Revision, Session, SessionId, strict};
use sessiond_store::{Record, Records};

use crate::answers::Idempotency;
use crate::rows::{self, READ, read_event};
use crate::{Engine, Error, Reply};

/// The first line of an export.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    session_id: SessionId,
    revision: Revision,
}

/// The name of the export format.
const FORMAT: &str = "sessiond.journal";
/// Its version: a reader takes older ones, and refuses newer ones.
const VERSION: u32 = 1;

impl Engine {
    /// At most `limit` events after number `after`. A cursor before the oldest event that is kept is [`Error::Gap`].
    pub async fn events(
        &self,
        principal: &Principal,
        id: &SessionId,
        after: Revision,
        limit: usize,
    ) -> Result<Records, Error> {
        self.session(principal, id).await?;
        let records = self.shared.store.events(id, after, limit).await?;
        let records = records.ok_or(Error::Rejected(Rejection::SessionNotFound))?;
        if after.saturating_add(1) < records.first {
            return Err(Error::Gap { first: records.first });
        }
        Ok(records)
    }

    /// Goes on with a copy of a session at a revision, as another session of the caller's.
    pub async fn fork(
        &self,
        principal: &Principal,
        id: &SessionId,
        at: Option<Revision>,
        copy: SessionId,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        let present = self.session(principal, id).await?;
        sessiond_core::authorize_fork(principal, &present)?;
        let at = at.unwrap_or(present.revision);
        if at == 0 || at > present.revision {
            let detail = format!("the session has the revisions 1 to {}", present.revision);
            return Err(Rejection::invalid("/at_revision", detail).into());
        }
        let records = self.journal(id, at).await?;
        let (source, records) = self.compute(move || fold(&records).map(|source| (source, records))).await?;
        let moment = self.moment();
        let decision = sessiond_core::fork(&source, copy.clone(), principal, &moment)?;
        let linked = self.link_files(&decision.session.files, id, &copy).await?;
        let begun = self.begin_with(decision, records, &moment, idempotency).await;
        if begun.as_ref().map_or(true, |reply| reply.repeated) {
            self.unlink_files(&copy, &linked).await;
        }
        begun
    }

    /// The lines of an export: a header, then one event a line; without newlines.
    pub async fn export_header(
        &self,
        principal: &Principal,
        id: &SessionId,
    ) -> Result<(String, Revision), Error> {
        let session = self.session(principal, id).await?;
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            session_id: id.clone(),
            revision: session.revision,
        };
        let header = serde_json::to_string(&header).expect("names and numbers can always be written as JSON");
        Ok((header, session.revision))
    }

    /// Takes in an export. A session that has ended stays ended, and is marked as imported. One that was active goes on as a
    /// fork: what was under way belongs to the session that was exported, and is delegated anew.
    pub async fn import(
        &self,
        principal: &Principal,
        lines: String,
        session_id: Option<SessionId>,
        idempotency: Option<Idempotency>,
    ) -> Result<(Reply, u64), Error> {
        let read = move || {
            let (header, records) = read_export(&lines)?;
            // The records hold what is needed of it.
            drop(lines);
            let source = fold_checked(&records)?;
            Ok::<_, Error>((header, records, source))
        };
        let (header, records, source) = self.compute(read).await?;
        self.all_must_consent(principal, &source)?;
        if source.revision != header.revision {
            let detail =
                format!("the header speaks of {} events, {} are there", header.revision, source.revision);
            return Err(Error::Import { line: records.len() + 2, detail });
        }
        let count = records.len() as u64;
        let id = session_id.unwrap_or_else(|| source.id.clone());
        // An administrator restores a session of somebody else for its owner.
        let is_restored = principal.role == sessiond_core::Role::Admin && id == source.id;
        let owner = if is_restored { source.owner.clone() } else { principal.name.clone() };
        let moment = self.moment();
        let decision = sessiond_core::import(&source, id, owner, principal, &moment)?;
        Ok((self.begin_with(decision, records, &moment, idempotency).await?, count))
    }

    /// Begins a session with the events that it is a copy of, and those that follow.
    async fn begin_with(
        &self,
        decision: sessiond_core::Decision,
        mut records: Vec<Record>,
        moment: &sessiond_core::Moment,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        records.extend(rows::records(&decision.events));
        self.append_whole(decision, records, moment, idempotency).await
    }

    /// Writes a whole journal in one append.
    async fn append_whole(
        &self,
        decision: sessiond_core::Decision,
        records: Vec<Record>,
        moment: &sessiond_core::Moment,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        let summary = rows::summary(&decision.session);
        let mut append = rows::append(&decision, 0, Some(summary), idempotency.clone(), moment);
        append.records = records;
        append.tasks =
            decision.session.tasks.values().map(|task| rows::task_row(&decision.session, task)).collect();
        let engine = self.clone();
        self.whole(async move { engine.begin(decision, append, idempotency).await }).await
    }

    /// The state at a revision, made from the journal.
    pub(crate) async fn replay(&self, id: &SessionId, revision: Revision) -> Result<Session, Error> {
        let mut fold = Fold::default();
        self.each_page(id, revision, |page| fold.take(page)).await?;
        fold.end()
    }

    /// All events up to a revision.
    async fn journal(&self, id: &SessionId, revision: Revision) -> Result<Vec<Record>, Error> {
        let mut records = Vec::new();
        self.each_page(id, revision, |page| {
            records.extend_from_slice(page);
            Ok(())
        })
        .await?;
        Ok(records)
    }

    /// Reads the events up to a revision page by page. A journal whose beginning is no longer kept is [`Error::Gap`].
    async fn each_page(
        &self,
        id: &SessionId,
        revision: Revision,
        mut take: impl FnMut(&[Record]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut after = 0;
        while after < revision {
            let page = self.shared.store.events(id, after, READ).await?;
            let mut page = page.ok_or(Error::Rejected(Rejection::SessionNotFound))?;
            if page.first > 1 {
                return Err(Error::Gap { first: page.first });
            }
            page.records.retain(|record| record.seq <= revision);
            let Some(last) = page.records.last() else { break };
            after = last.seq;
            take(&page.records)?;
        }
        Ok(())
    }
}

/// Folds a journal that comes in parts, from its beginning or from a state.
#[derive(Default)]
pub(crate) struct Fold(pub(crate) Option<Session>);

impl Fold {
    pub(crate) fn take(&mut self, records: &[Record]) -> Result<(), Error> {
        for record in records {
            let event = read_event(record)?;
            match &mut self.0 {
                None => self.0 = Some(Session::begin(&event).map_err(Rejection::from)?),
                Some(session) => session.apply(&event).map_err(Rejection::from)?,
            }
        }
        Ok(())
    }

    pub(crate) fn end(self) -> Result<Session, Error> {
        self.0.ok_or(Error::Rejected(Rejection::SessionNotFound))
    }
}

fn fold(records: &[Record]) -> Result<Session, Error> {
    let mut fold = Fold::default();
    fold.take(records)?;
    fold.end()
}

/// Folds an import, which may say anything: it is refused at the first line with which it passes a limit.
fn fold_checked(records: &[Record]) -> Result<Session, Error> {
    let mut session = None;
    for record in records {
        let event = read_event(record)?;
        sessiond_core::apply_checked(&mut session, &event).map_err(|error| {
            let line = usize::try_from(record.seq).map_or(0, |seq| seq + 1);
            Error::Import { line, detail: error.to_string() }
        })?;
    }
    let wrong = |detail: String| Error::Import { line: records.len() + 1, detail };
    let session = session.ok_or_else(|| wrong("there is no event in it".into()))?;
    sessiond_core::check_limits(&session).map_err(|error| wrong(error.to_string()))?;
    Ok(session)
}

/// Reads the lines of an export. Events are written anew, so that nothing but events can come in.
fn read_export(lines: &str) -> Result<(Header, Vec<Record>), Error> {
    let mut lines = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let wrong = |line: usize, detail: String| Error::Import { line: line + 1, detail };
    let (at, first) = lines.next().ok_or_else(|| wrong(0, "there is nothing in it".into()))?;
    let header: Header = strict::from_str(first)
        .map_err(|error| wrong(at, format!("the first line of an export is its header: {error}")))?;
    if header.format != FORMAT {
        return Err(wrong(at, format!("the format is '{}', not '{FORMAT}'", header.format)));
    }
    if header.version > VERSION {
        let detail = format!("the export has version {}, this sessiond knows {VERSION}", header.version);
        return Err(wrong(at, detail));
    }
    let mut records = Vec::new();
    for (at, line) in lines {
        let event: Event = strict::from_str(line).map_err(|error| wrong(at, error.to_string()))?;
        if event.seq != records.len() as u64 + 1 {
            return Err(wrong(at, format!("event {} is missing", records.len() + 1)));
        }
        records.extend(rows::records(&[event]));
    }
    Ok((header, records))
}
