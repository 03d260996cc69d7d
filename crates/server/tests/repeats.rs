//! The same request twice: one effect, one answer.
#![allow(clippy::unwrap_used)]

mod support;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::{Bench, message, problem, tutorial_session};

/// A POST with a key.
async fn once(bench: &Bench, key: &str, path: &str, body: &Value) -> Response {
    bench.request(Method::POST, path).header("idempotency-key", key).json(body).send().await.unwrap()
}

#[tokio::test]
async fn telemetry_is_added_once_for_a_key() {
    let bench = Bench::keyed().await;
    bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    let path = "/sessions/s/telemetry";
    let points = json!({"points": [{"series": "loss", "value": 0.5}]});
    for _ in 0..2 {
        assert_eq!(once(&bench, "k", path, &points).await.status(), 204);
    }
    let other = json!({"points": [{"series": "loss", "value": 0.4}]});
    let mismatch = once(&bench, "k", path, &other).await;
    problem(mismatch, StatusCode::UNPROCESSABLE_ENTITY, "idempotency_mismatch").await;
    let kept = bench.expect(200, Method::GET, path, None).await;
    assert_eq!(kept["points"].as_array().unwrap().len(), 1, "{kept}");
    // A repeat whose first answer was lost is told of it also when no more points are taken.
    bench.expect(200, Method::POST, "/sessions/s/terminate", Some(json!({"reason": "x"}))).await;
    assert_eq!(once(&bench, "k", path, &points).await.status(), 204);
    assert_eq!(once(&bench, "l", path, &points).await.status(), 409);
    bench.stop().await;
}

#[tokio::test]
async fn a_key_is_made_once_and_its_secret_told_once() {
    let bench = Bench::keyed().await;
    let new = json!({"name": "team", "role": "client"});
    let (first, second) = tokio::join!(once(&bench, "k", "/keys", &new), once(&bench, "k", "/keys", &new));
    let mut secrets = Vec::new();
    let mut ids = Vec::new();
    for response in [first, second, once(&bench, "k", "/keys", &new).await] {
        assert_eq!(response.status(), 201);
        let key: Value = response.json().await.unwrap();
        secrets.extend(Some(key["secret"].as_str().unwrap().to_owned()).filter(|secret| !secret.is_empty()));
        ids.push(key["key_id"].clone());
    }
    assert_eq!(secrets.len(), 1);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let keys = bench.expect(200, Method::GET, "/keys", None).await;
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1, "{keys}");
    let mismatch = once(&bench, "k", "/keys", &json!({"name": "other", "role": "client"})).await;
    problem(mismatch, StatusCode::UNPROCESSABLE_ENTITY, "idempotency_mismatch").await;
    assert_eq!(bench.as_key(Some(&secrets[0])).get("/sessions").await.status(), 200);
    bench.stop().await;
}

#[tokio::test]
async fn an_aggregation_has_one_id_for_a_key() {
    let bench = Bench::keyed().await;
    bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    let request = json!({"sessionId": "s", "taskType": "t", "synthesisMethod": "consensus",
        "agentResults": [{"agent_id": "codex://frontend", "result": 1}]});
    let id = async |key: &str| {
        let response = once(&bench, key, "/aggregations", &request).await;
        assert_eq!(response.status(), 200);
        response.json::<Value>().await.unwrap()["aggregation_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(id("k").await, id("k").await);
    assert_ne!(id("k").await, id("l").await);
    bench.stop().await;
}

#[tokio::test]
async fn a_revision_that_nobody_looks_at_is_refused() {
    let bench = Bench::keyed().await;
    bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    bench.register("opencode://backend").await;
    let sent = message("m1", "claude-code://orchestrator", "opencode://backend", "status_update", json!({}));
    let points = json!({"points": [{"series": "loss", "value": 0.5}]});
    for (path, body) in [("/messages/send", sent), ("/sessions/s/telemetry", points)] {
        let request = |tag| bench.request(Method::POST, path).header("if-match", tag).json(&body);
        let refused = request("\"1\"").send().await.unwrap();
        let refused = problem(refused, StatusCode::UNPROCESSABLE_ENTITY, "invalid_input").await;
        assert_eq!(refused["errors"][0]["pointer"], "If-Match", "{path}");
        assert!(request("*").send().await.unwrap().status().is_success(), "{path}");
    }
    bench.stop().await;
}
