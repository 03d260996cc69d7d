//! The journal of a session, in pages or live.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::{Revision, SessionId};

use super::{Http, watch};
use crate::traits::{Events, Watch};

#[async_trait]
impl Events for Http {
    async fn events(&self, id: &SessionId, query: api::ListEvents) -> Result<api::EventPage, Problem> {
        self.request(&operations::LIST_EVENTS, &[id.as_str()]).query(&query).read().await
    }

    async fn watch(&self, id: &SessionId, after: Option<Revision>) -> Result<Watch, Problem> {
        watch::open(self.clone(), id, after).await
    }
}
