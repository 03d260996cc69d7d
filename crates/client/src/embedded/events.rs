//! What the operations on a journal are to the engine.

use async_trait::async_trait;
use futures_util::stream;
use sessiond_api::{self as api, Problem};
use sessiond_core::{Revision, SessionId};
use sessiond_engine::WatchItem as EngineItem;
use sessiond_store::Records;

use super::{Embedded, page_limit, problem};
use crate::traits::{Events, RecordPage, Watch, WatchItem};

#[async_trait]
impl Events for Embedded {
    async fn events(&self, id: &SessionId, query: api::ListEvents) -> Result<api::EventPage, Problem> {
        let RecordPage { records, revision, next_cursor } = self.records(id, query).await?;
        let events = records.iter().map(|record| event(record)).collect::<Result<Vec<_>, _>>()?;
        Ok(api::EventPage { events, revision, next_cursor })
    }

    async fn records(&self, id: &SessionId, query: api::ListEvents) -> Result<RecordPage, Problem> {
        let limit = page_limit(query.limit)?;
        let after = query.after.unwrap_or(0);
        let Records { records, revision, .. } =
            self.engine.events(&self.principal, id, after, limit).await.map_err(problem)?;
        let next_cursor = records.last().map(|record| record.seq).filter(|last| *last < revision);
        let records = records.into_iter().map(|record| record.json).collect();
        Ok(RecordPage { records, revision, next_cursor })
    }

    async fn watch(&self, id: &SessionId, after: Option<Revision>) -> Result<Watch, Problem> {
        let watch = self.engine.watch(&self.principal, id, after).await.map_err(problem)?;
        Ok(Box::pin(stream::unfold(watch, |mut watch| async move {
            let item = match watch.next().await? {
                Ok(EngineItem::Snapshot(session)) => {
                    Ok(WatchItem::Snapshot(Box::new(api::Session::from(&*session))))
                }
                Ok(EngineItem::Record(record)) => event(&record.json).map(WatchItem::Event),
                Ok(EngineItem::Gap { after, first }) => Ok(WatchItem::Gap { after, first }),
                Err(error) => Err(problem(error)),
            };
            Some((item, watch))
        })))
    }
}

/// An event as a caller reads it; it is on the wire what it is in the store.
fn event(record: &str) -> Result<api::Event, Problem> {
    serde_json::from_str(record).map_err(|error| {
        tracing::error!(%error, "an event cannot be read");
        Problem::new(api::Code::Internal, "the session's journal is damaged; the server's log says more")
    })
}
