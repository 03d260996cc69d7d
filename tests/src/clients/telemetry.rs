//! What holds of telemetry for both clients.

use serde_json::json;
use sessiond_client::{Client, Conditions};

use super::{request, tutorial};

/// Telemetry has its own cursor.
pub async fn telemetry_has_its_own_cursor(client: Client) {
    let id =
        client.create_session(tutorial(), Conditions::default()).await.expect("it is created").session_id;
    let revision = client.session(&id).await.expect("it is read").revision;
    let points: Vec<_> =
        (0..30).map(|i| json!({ "series": "loss", "step": i, "value": 1.0 / f64::from(i + 1) })).collect();
    let points = request(json!({ "points": points }));
    client.put_points(&id, points, Conditions::default()).await.expect("they are added");
    let page =
        client.points(&id, request(json!({ "series": "loss", "limit": 20 }))).await.expect("they are read");
    assert_eq!(page.points.len(), 20);
    let rest =
        client.points(&id, request(json!({ "after": page.next_cursor }))).await.expect("they are read");
    assert_eq!((rest.points.len(), rest.next_cursor), (10, None));
    assert_eq!(client.session(&id).await.expect("it is read").revision, revision, "it makes no events");
}
