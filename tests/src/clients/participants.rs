//! What holds of leases for both clients.

use std::time::Duration;

use serde_json::json;
use sessiond_api::{self as api, Code};
use sessiond_client::{Client, Conditions};

use super::{agent, code, request, tutorial};

/// A lease makes its holder the only writer; after it has passed on, the old token is refused.
pub async fn a_lease_fences_writers(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    let backend = agent("opencode://backend");
    let claim = |holder: &str| request::<api::ClaimLease>(json!({ "holder": holder, "ttl": "400ms" }));
    let lease =
        client.claim_lease(&id, &backend, claim("one"), Conditions::default()).await.expect("it is given");
    assert_eq!(
        code(client.claim_lease(&id, &backend, claim("two"), Conditions::default()).await),
        Code::LeaseHeld
    );
    let with = |fence| Conditions {
        fence: Some(fence),
        agent: Some(agent("opencode://backend")),
        ..Conditions::default()
    };
    client.patch_context(&id, json!({ "a": 1 }), with(lease.fence)).await.expect("the holder writes");
    let renewed = client.renew_lease(&id, &backend, request(json!({ "fence": lease.fence }))).await;
    assert!(renewed.expect("it is renewed").expires_at >= lease.expires_at);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let dead = client.patch_context(&id, json!({ "a": 2 }), with(lease.fence)).await;
    assert_eq!(code(dead), Code::FenceStale, "who was declared dead cannot write");
    let stale = client.renew_lease(&id, &backend, request(json!({ "fence": lease.fence }))).await;
    assert_eq!(code(stale), Code::FenceStale);
    let next =
        client.claim_lease(&id, &backend, claim("two"), Conditions::default()).await.expect("it is given");
    assert!(next.fence > lease.fence);
    client.release_lease(&id, &backend, with(next.fence)).await.expect("it is given back");
}
