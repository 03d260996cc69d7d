//! What holds of API keys for both clients.

use serde_json::json;
use sessiond_api::Code;
use sessiond_client::{Client, Conditions};

use super::{code, request};

/// A key is shown once, works until it is revoked, and its secret stands nowhere.
pub async fn keys_are_made_and_revoked(client: Client) {
    let key = json!({ "name": "team", "role": "agent", "agents": ["opencode://*"], "expires_in": "720h" });
    let created = client.create_key(request(key), Conditions::default()).await.expect("it is made");
    assert!(created.secret.len() > 40);
    let listed = client.keys().await.expect("they are listed").keys;
    assert!(!format!("{listed:?}").contains(&created.secret));
    let revoked = client.revoke_key(&created.key.key_id).await.expect("it is revoked");
    assert!(revoked.revoked_at.is_some());
    assert_eq!(code(client.revoke_key("key_unknown").await), Code::KeyNotFound);
}
