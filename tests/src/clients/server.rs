//! What holds of the server, or the store in its place, for both clients.

use sessiond_client::Client;
use sessiond_core::Role;

/// It can write, says which version it is, and who its caller is.
pub async fn it_is_ready_and_knows_its_caller(client: Client) {
    let health = client.ready().await.expect("it can write");
    assert_eq!((health.status.as_str(), health.version.as_str()), ("ready", env!("CARGO_PKG_VERSION")));
    let whoami = client.whoami().await.expect("it knows its caller");
    assert_eq!(whoami.role, Role::Admin);
    assert_eq!(whoami.agents.iter().map(|agent| agent.0.as_str()).collect::<Vec<_>>(), ["*"]);
}
