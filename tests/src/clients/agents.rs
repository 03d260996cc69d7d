//! What holds of agents for both clients.

use serde_json::json;
use sessiond_api as api;
use sessiond_client::Client;

use super::{code, request};

/// Agents are found by what they can do; pages are of those that were found.
pub async fn agents_are_found_by_capability(client: Client) {
    for (id, capabilities) in [
        ("a://one", json!({ "languages": ["rust", "go"] })),
        ("a://two", json!({ "tools": ["rust"] })),
        ("b://three", json!({ "languages": ["Rust"], "tools": { "git": true } })),
        ("b://four", json!(null)),
    ] {
        let descriptor = json!({ "agent_descriptor": { "agent_id": id, "capabilities": capabilities } });
        client.register_agent(request(descriptor)).await.expect("it is registered");
    }
    let found = async |query: serde_json::Value| {
        let page = client.agents(request(query)).await.expect("they are found");
        let ids: Vec<_> = page.agents.iter().map(|agent| agent.agent_id.to_string()).collect();
        (ids, page.next_cursor)
    };
    let all = found(json!({})).await.0;
    assert_eq!(all, ["a://one", "a://two", "b://four", "b://three"]);
    assert_eq!(found(json!({ "capability": "rust" })).await.0, ["a://one", "a://two", "b://three"]);
    assert_eq!(found(json!({ "capability": "languages:rust" })).await.0, ["a://one", "b://three"]);
    assert_eq!(found(json!({ "capability": "git" })).await.0, ["b://three"]);
    assert_eq!(found(json!({ "capability": "python" })).await, (vec![], None));
    let (first, cursor) = found(json!({ "capability": "rust", "limit": 2 })).await;
    assert_eq!((first.len(), cursor.is_some()), (2, true));
    assert_eq!(
        found(json!({ "capability": "rust", "limit": 2, "cursor": cursor })).await,
        (vec!["b://three".to_owned()], None)
    );
    assert_eq!(code(client.agents(request(json!({ "capability": " " }))).await), api::Code::InvalidInput);
}
