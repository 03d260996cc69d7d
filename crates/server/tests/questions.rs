//! Questions and signals over HTTP: asked and sent, waited for, answered, and listed over all sessions.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_core::Role;
use support::{Bench, problem};

const GET: Method = Method::GET;
const POST: Method = Method::POST;

async fn session(bench: &Bench, id: &str) {
    bench.expect(201, POST, "/sessions", Some(json!({"session_id": id, "kind": "execution"}))).await;
}

async fn ids(bench: &Bench, path: &str) -> Vec<String> {
    let page = bench.expect(200, GET, path, None).await;
    let questions = page["questions"].as_array().unwrap().iter();
    questions.map(|question| question["question_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_question_is_asked_waited_for_and_answered() {
    let bench = Bench::keyless().await;
    session(&bench, "s").await;
    let schema =
        json!({"type": "object", "properties": {"region": {"enum": ["eu", "us"]}}, "required": ["region"]});
    let ask = json!({"question_id": "q", "text": "Which region?", "schema": schema, "asker": {"call": 3}});
    let asked = bench.post("/sessions/s/questions", ask.clone()).await;
    assert_eq!(asked.status(), 201);
    assert_eq!(asked.headers()["location"], "/sessions/s/questions/q");
    let asked: Value = asked.json().await.unwrap();
    assert_eq!(
        (&asked["status"], &asked["kind"], &asked["asker"]),
        (&json!("open"), &json!("input"), &json!({"call": 3}))
    );
    // The program runs again.
    assert_eq!(bench.expect(201, POST, "/sessions/s/questions", Some(ask)).await, asked);
    let listed = bench.expect(200, GET, "/sessions?waiting=true", None).await;
    assert_eq!(
        (&listed["sessions"][0]["session_id"], &listed["sessions"][0]["open_questions"]),
        (&json!("s"), &json!(1))
    );

    assert_eq!(bench.expect(200, GET, "/sessions/s/questions/q?wait=1ms", None).await["status"], "open");
    let waiting = bench.request(GET, "/sessions/s/questions/q?wait=60s").send();
    let answer = async {
        let wrong = bench.post("/sessions/s/questions/q/answer", json!({"answer": {"region": "mars"}})).await;
        let wrong = problem(wrong, StatusCode::UNPROCESSABLE_ENTITY, "invalid_input").await;
        assert_eq!(wrong["errors"][0]["pointer"], "/answer/region");
        bench
            .expect(200, POST, "/sessions/s/questions/q/answer", Some(json!({"answer": {"region": "eu"}})))
            .await
    };
    let (waited, answered) =
        tokio::time::timeout(Duration::from_secs(30), async { tokio::join!(waiting, answer) })
            .await
            .expect("the answer ends the wait");
    let waited: Value = waited.unwrap().json().await.unwrap();
    assert_eq!(waited, answered);
    assert_eq!((&waited["status"], &waited["answer"]), (&json!("answered"), &json!({"region": "eu"})));
    let again = bench.post("/sessions/s/questions/q/answer", json!({"answer": {"region": "us"}})).await;
    problem(again, StatusCode::CONFLICT, "question_closed").await;
    let unknown = bench.post("/sessions/s/questions/other/answer", json!({"answer": 1})).await;
    problem(unknown, StatusCode::NOT_FOUND, "question_not_found").await;
    let other = bench.post("/sessions/s/questions", json!({"question_id": "q", "text": "Another?"})).await;
    problem(other, StatusCode::CONFLICT, "question_exists").await;
    assert_eq!(bench.expect(200, GET, "/sessions?waiting=true", None).await["sessions"], json!([]));
    bench.stop().await;
}

#[tokio::test]
async fn the_open_questions_of_all_sessions_are_listed_to_those_who_see_them() {
    let bench = Bench::keyed().await;
    let [one, two] =
        [bench.as_role("one", Role::Client, &[]).await, bench.as_role("two", Role::Client, &[]).await];
    for (owner, id) in [(&one, "s1"), (&one, "s2"), (&two, "s3")] {
        session(owner, id).await;
        for n in 0..3 {
            let ask = json!({"question_id": format!("{id}-{n}"), "kind": "approval", "text": "May I?"});
            owner.expect(201, POST, &format!("/sessions/{id}/questions"), Some(ask)).await;
        }
    }
    one.expect(200, POST, "/sessions/s1/questions/s1-0/withdraw", None).await;
    one.expect(200, POST, "/sessions/s1/questions/s1-1/answer", Some(json!({"answer": {"approved": true}})))
        .await;
    assert_eq!(ids(&one, "/questions").await, ["s2-0", "s2-1", "s2-2", "s1-2"]);
    assert_eq!(ids(&two, "/questions").await, ["s3-0", "s3-1", "s3-2"]);
    assert_eq!(ids(&bench, "/questions").await.len(), 7);
    assert_eq!(ids(&one, "/sessions/s1/questions").await, ["s1-0", "s1-1", "s1-2"]);
    assert_eq!(ids(&one, "/sessions/s1/questions?status=open").await, ["s1-2"]);
    // Page after page, nothing is left out or given twice.
    for path in ["/questions?limit=1", "/sessions/s2/questions?limit=2"] {
        let (mut seen, mut next) = (Vec::new(), path.to_owned());
        loop {
            let page = one.expect(200, GET, &next, None).await;
            seen.extend(
                page["questions"].as_array().unwrap().iter().map(|question| question["question_id"].clone()),
            );
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("{path}&cursor={cursor}");
        }
        let all = path.split_once('?').unwrap().0;
        assert_eq!(Value::from(seen), json!(ids(&one, all).await));
    }
    problem(one.get("/sessions/s3/questions").await, StatusCode::NOT_FOUND, "session_not_found").await;
    bench.stop().await;
}

#[tokio::test]
async fn signals_are_listed_in_order_and_waited_for() {
    let bench = Bench::keyless().await;
    session(&bench, "s").await;
    let sent = bench.expect(200, POST, "/sessions/s/signals/go%20on", Some(json!({"value": [1]}))).await;
    assert_eq!((&sent["name"], &sent["value"]), (&json!("go on"), &json!([1])));
    let after = sent["revision"].as_u64().unwrap();
    let waiting =
        bench.request(GET, &format!("/sessions/s/signals?name=go%20on&after={after}&wait=60s")).send();
    let more = async {
        bench.expect(200, POST, "/sessions/s/signals/other", None).await;
        bench.expect(200, POST, "/sessions/s/signals/go%20on", Some(json!({"value": 2}))).await
    };
    let (waited, second) =
        tokio::time::timeout(Duration::from_secs(30), async { tokio::join!(waiting, more) })
            .await
            .expect("the signal ends the wait");
    let waited: Value = waited.unwrap().json().await.unwrap();
    assert_eq!(waited["signals"], json!([second]));
    let all = bench.expect(200, GET, "/sessions/s/signals?limit=2", None).await;
    assert_eq!(all["signals"].as_array().unwrap().len(), 2);
    let rest =
        bench.expect(200, GET, &format!("/sessions/s/signals?after={}", all["next_after"]), None).await;
    assert_eq!(rest["signals"], json!([second]));
    assert_eq!(rest["next_after"], Value::Null);
    bench.stop().await;
}
