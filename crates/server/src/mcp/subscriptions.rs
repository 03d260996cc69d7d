//! Subscriptions: a client is told that a session has changed, and reads what it wants to know. They belong to the
//! revision 2026-07-28, where a request that is never answered carries them; those before need sessions of the protocol.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::SelectAll;
use rmcp::ErrorData;
use rmcp::model::{
    ResourceUpdatedNotification, ResourceUpdatedNotificationParam, ServerNotification, SubscriptionFilter,
};
use rmcp::service::SubscriptionContext;
use sessiond_api::operations;
use sessiond_core::limits;

use super::Mcp;
use super::resources::{self, failed};

/// Changes of a session that come within this time are told as one.
const TOGETHER: Duration = Duration::from_millis(200);

/// What a client gets of what it asks for: the resources that there are, up to the limit.
pub(super) fn accepted(requested: &SubscriptionFilter) -> SubscriptionFilter {
    let uris = requested.resource_subscriptions.iter().flatten();
    let uris: BTreeSet<_> = uris.filter(|uri| resources::session(uri).is_some()).cloned().collect();
    SubscriptionFilter::builder()
        .resource_subscriptions(uris.into_iter().take(limits::MCP_SUBSCRIPTIONS))
        .build()
}

/// Tells of changes until the client goes away, the server ends, or all of the sessions have ended.
pub(super) async fn listen(mcp: &Mcp, context: &SubscriptionContext) -> Result<(), ErrorData> {
    tokio::select! {
        told = tell(mcp, context) => told,
        () = context.cancelled() => Ok(()),
        () = mcp.0.shutdown.cancelled() => Ok(()),
    }
}

async fn tell(mcp: &Mcp, context: &SubscriptionContext) -> Result<(), ErrorData> {
    mcp.allowed(&operations::LIST_EVENTS).map_err(failed)?;
    let mut changes = SelectAll::new();
    for uri in context.accepted().resource_subscriptions.iter().flatten() {
        let Some(id) = resources::session(uri) else {
            continue;
        };
        // A watch begins with a snapshot, and that is told too: something may have changed since the client looked.
        let watch = mcp.client().watch(&id, None).await.map_err(failed)?;
        let uri = uri.clone();
        changes.push(watch.map(move |item| item.map(|_| uri.clone())));
    }
    while let Some(first) = changes.next().await {
        let mut changed = BTreeSet::from([first.map_err(failed)?]);
        let over = tokio::time::sleep(TOGETHER);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => break,
                next = changes.next() => match next {
                    Some(uri) => drop(changed.insert(uri.map_err(failed)?)),
                    None => break,
                },
            }
        }
        for uri in changed {
            let update = ResourceUpdatedNotification::new(ResourceUpdatedNotificationParam::new(uri));
            let told = context.sink().send(ServerNotification::ResourceUpdatedNotification(update)).await;
            if told.is_err() {
                // Nobody listens any more.
                return Ok(());
            }
        }
    }
    Ok(())
}
