//! What holds of combined results for both clients.

use serde_json::json;
use sessiond_api::{self as api};
use sessiond_client::{Client, Conditions};

use super::{request, tutorial};

/// Results are aggregated by each strategy.
pub async fn results_are_aggregated(client: Client) {
    let id =
        client.create_session(tutorial(), Conditions::default()).await.expect("it is created").session_id;
    let aggregate: api::Aggregate = request(json!({
        "sessionId": id, "taskType": "review", "synthesisMethod": "consensus",
        "agentResults": [
            { "agent_id": "a://1", "result": { "verdict": "pass", "score": 8 }, "confidence": 0.9 },
            { "agent_id": "a://2", "result": { "verdict": "pass", "score": 7 }, "confidence": 0.8 },
            { "agent_id": "a://3", "result": { "verdict": "fail", "score": 2 }, "confidence": 0.4 }
        ]
    }));
    let result = client.aggregate(aggregate, Conditions::default()).await.expect("they are aggregated");
    assert_eq!(result.unified_result, json!({ "verdict": "pass", "score": 7 }));
    assert!(result.conflicts.iter().any(|conflict| conflict.field == "/verdict"));
    assert!((0.0..=1.0).contains(&result.confidence_score));
}
