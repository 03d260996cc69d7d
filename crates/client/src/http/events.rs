//! The journal of a session, in pages or live.

use async_trait::async_trait;
use serde::Deserialize;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::{Json, Revision, SessionId};

use super::{Http, watch};
use crate::traits::{Events, RecordPage, Watch};

#[async_trait]
impl Events for Http {
    async fn events(&self, id: &SessionId, query: api::ListEvents) -> Result<api::EventPage, Problem> {
        self.request(&operations::LIST_EVENTS, &[id.as_str()]).query(&query).read().await
    }

    async fn records(&self, id: &SessionId, query: api::ListEvents) -> Result<RecordPage, Problem> {
        /// An [`api::EventPage`], whose events stay text.
        #[derive(Deserialize)]
        struct Page {
            events: Vec<Json>,
            revision: Revision,
            next_cursor: Option<Revision>,
        }
        let page =
            self.request(&operations::LIST_EVENTS, &[id.as_str()]).query(&query).read::<Page>().await?;
        let records = page.events.iter().map(|event| event.as_str().into()).collect();
        Ok(RecordPage { records, revision: page.revision, next_cursor: page.next_cursor })
    }

    async fn watch(&self, id: &SessionId, after: Option<Revision>) -> Result<Watch, Problem> {
        watch::open(self.clone(), id, after).await
    }
}
