//! Session tokens over HTTP: every route, with the token of the session, of another one, and with a wrong one.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_api::operations::{self, Access, Operation};
use support::{Bench, problem, tutorial_session};

/// An assistant's session, and the caller that has its token.
async fn assistant(bench: &Bench, id: &str) -> Bench {
    let body = json!({"session_id": id, "client_id": "me"});
    let created = bench.expect(201, Method::POST, "/sessions", Some(body)).await;
    let token = created["token"].as_str().unwrap();
    assert!(token.starts_with(&format!("st_{id}_")), "{created}");
    bench.as_key(Some(token))
}

fn path(operation: &Operation, session: &str) -> String {
    let response = format!("resp_{}", URL_SAFE_NO_PAD.encode(format!("{session}:turn_1")));
    let conversation = format!("conv_{session}");
    let values: Vec<&str> = operation
        .parameters()
        .map(|name| match name {
            "session_id" => session,
            "agent_id" => "a://b",
            "turn_id" => "turn_1",
            "file_id" => "file_0198f3a28c0d7f40a1b2c3d4e5f60718",
            "passage" => "1",
            "code" => "conflict",
            "model" => "assistant",
            "response_id" => &response,
            "conversation_id" => &conversation,
            _ => "nothing",
        })
        .collect();
    operation.at(&values)
}

/// A body that would be accepted from the owner.
fn body(operation: &Operation, session: &str) -> Value {
    match *operation {
        operations::UPDATE_SESSION => json!({"name": "mine"}),
        operations::ADD_TURN => json!({"text": "What was said?"}),
        operations::MOVE_HEAD => json!({"turn_id": null}),
        operations::SET_ASSISTANT => json!({"prompt": "Be brief."}),
        operations::CHAT => json!({"message": "What was said?", "session_id": session}),
        operations::OPENAI_CHAT => {
            json!({"model": "assistant", "messages": [{"role": "user", "content": "What was said?"}]})
        }
        operations::OPENAI_CREATE_RESPONSE => {
            json!({"model": "assistant", "input": "What was said?", "conversation": format!("conv_{session}")})
        }
        _ => json!({}),
    }
}

async fn call(bench: &Bench, operation: &Operation, session: &str) -> reqwest::Response {
    let request = bench.request(operation.method.as_str().parse().unwrap(), &path(operation, session));
    match operation.method {
        operations::Method::Get => request.send().await.unwrap(),
        _ => request.header("x-session-id", session).json(&body(operation, session)).send().await.unwrap(),
    }
}

#[tokio::test]
async fn a_token_opens_its_session_and_finds_no_other_with_and_without_keys() {
    for bench in [Bench::keyless().await, Bench::keyed().await] {
        let mine = assistant(&bench, "mine").await;
        let _other = assistant(&bench, "other").await;
        bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("plan"))).await;
        let before = bench.expect(200, Method::GET, "/sessions/other", None).await;
        for operation in operations::all() {
            // These are of no session, or of the caller's own.
            let of_none = [
                operations::WHOAMI,
                operations::OPENAI_MODELS,
                operations::OPENAI_MODEL,
                operations::OPENAI_LIST_FILES,
            ];
            if operation.access == Access::Public || of_none.contains(operation) {
                continue;
            }
            // The id of no session, and the id of one that is there, get the same answer.
            let mut answers = Vec::new();
            for session in ["other", "plan", "nothing"] {
                let response = call(&mine, operation, session).await;
                let status = response.status().as_u16();
                assert_eq!(status, if operation.token { 404 } else { 403 }, "{operation:?} {session}");
                let text = response.text().await.unwrap();
                answers.push(text.replace(session, "ID"));
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{operation:?}: {answers:?}");
        }
        assert_eq!(bench.expect(200, Method::GET, "/sessions/other", None).await, before);
        // What it may do, it may do to its own.
        for operation in operations::all().filter(|operation| operation.token) {
            // These answer later, remove what the others need, or need a form or a question.
            let left_out = [
                operations::CHAT,
                operations::OPENAI_CHAT,
                operations::OPENAI_CREATE_RESPONSE,
                operations::DELETE_SESSION,
                operations::OPENAI_DELETE_CONVERSATION,
                operations::GET_TURN,
                operations::ADD_FILES,
                operations::OPENAI_CREATE_FILE,
                operations::UPLOAD,
                operations::SEARCH_FILES,
            ];
            if left_out.contains(operation) {
                continue;
            }
            let response = call(&mine, operation, "mine").await;
            let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
            let expected = ["turn_not_found", "file_not_found"].iter().any(|code| text.contains(code))
                || (200..300).contains(&status);
            assert!(expected, "{operation:?}: {status} {text}");
            assert!(!text.contains(mine.key().unwrap()), "{operation:?}");
        }
        let who = mine.expect(200, Method::GET, "/whoami", None).await;
        assert_eq!((&who["name"], &who["session_id"]), (&json!("st_mine"), &json!("mine")));
        let turns = mine.expect(200, Method::GET, "/sessions/mine/turns", None).await;
        assert_eq!(turns["turns"], json!([]), "they were cleared");
        mine.expect(204, Method::DELETE, "/sessions/mine", None).await;
        problem(mine.get("/sessions/mine").await, StatusCode::UNAUTHORIZED, "unauthenticated").await;
        bench.stop().await;
    }
}

#[tokio::test]
async fn a_wrong_credential_is_refused_everywhere() {
    for bench in [Bench::keyless().await, Bench::keyed().await] {
        let mine = assistant(&bench, "mine").await;
        let token = mine.key().unwrap().to_owned();
        let mut nearly = token.clone();
        let last = if nearly.pop() == Some('0') { '1' } else { '0' };
        nearly.push(last);
        for wrong in ["sk_guessed", "", "st_mine", &nearly, &token.to_uppercase()] {
            let nobody = bench.as_key(Some(wrong));
            for operation in operations::all() {
                let response = call(&nobody, operation, "mine").await;
                assert!(response.headers().contains_key("www-authenticate"), "{operation:?} {wrong}");
                problem(response, StatusCode::UNAUTHORIZED, "unauthenticated").await;
            }
            problem(nobody.get("/nowhere").await, StatusCode::UNAUTHORIZED, "unauthenticated").await;
        }
        let basic = bench.as_key(None).request(Method::GET, "/health").header("authorization", "Basic eDp5");
        problem(basic.send().await.unwrap(), StatusCode::UNAUTHORIZED, "unauthenticated").await;
        let header = bench.as_key(None).request(Method::GET, "/sessions/mine");
        assert_eq!(header.header("x-agent-api-key", &token).send().await.unwrap().status(), 200);
        assert_eq!(mine.get("/health").await.status(), 200);
        bench.stop().await;
    }
}

#[tokio::test]
async fn a_token_is_told_once_and_another_one_takes_its_place() {
    let bench = Bench::keyed().await;
    let create = || {
        let body = json!({"session_id": "mine", "client_id": "me"});
        bench.request(Method::POST, "/sessions").header("idempotency-key", "k").json(&body)
    };
    let first: Value = create().send().await.unwrap().json().await.unwrap();
    for member in ["session_id", "client_id", "created_at", "last_activity", "message", "token"] {
        assert!(first[member].is_string(), "{member}: {first}");
    }
    let mine = bench.as_key(first["token"].as_str());
    let again: Value = create().send().await.unwrap().json().await.unwrap();
    assert_eq!((&again["session_id"], again.get("token")), (&json!("mine"), None));
    assert!(again["message"].as_str().unwrap().contains("/token"), "{again}");
    assert_eq!(mine.get("/sessions/mine").await.status(), 200, "the repeat changed nothing");
    for path in ["/sessions/mine", "/sessions", "/sessions/mine/events", "/sessions/mine/export"] {
        let text = bench.get(path).await.text().await.unwrap();
        assert!(!text.contains(first["token"].as_str().unwrap()), "{path}");
    }
    let issued = bench.expect(200, Method::POST, "/sessions/mine/token", None).await;
    assert_eq!(mine.get("/sessions/mine").await.status(), 401);
    let second = bench.as_key(issued["token"].as_str());
    assert_eq!(second.get("/sessions/mine").await.status(), 200);
    // Other kinds of session have none unless they are asked for one.
    let plan = bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("plan"))).await;
    assert_eq!((plan.get("token"), plan.get("message")), (None, None));
    bench.stop().await;
}

#[tokio::test]
async fn copies_of_a_session_do_not_have_its_token() {
    let bench = Bench::keyed().await;
    let mine = assistant(&bench, "mine").await;
    let export = mine.get("/sessions/mine/export").await.text().await.unwrap();
    bench.expect(201, Method::POST, "/sessions/mine/fork", Some(json!({"session_id": "fork"}))).await;
    problem(mine.get("/sessions/fork").await, StatusCode::NOT_FOUND, "session_not_found").await;
    bench.expect(204, Method::DELETE, "/sessions/mine", None).await;
    // Restored under its own id, it is another session.
    let import = bench.request(Method::POST, "/sessions/import").header("content-type", "application/jsonl");
    assert_eq!(import.body(export).send().await.unwrap().status(), 201);
    assert_eq!(bench.get("/sessions/mine").await.status(), 200);
    problem(mine.get("/sessions/mine").await, StatusCode::UNAUTHORIZED, "unauthenticated").await;
    bench.stop().await;
}

#[tokio::test]
async fn what_is_open_with_a_token_ends_with_it() {
    for delete in [true, false] {
        let bench = Bench::keyed().await;
        let mine = assistant(&bench, "mine").await;
        let stream = mine.request(Method::GET, "/sessions/mine/events").header("accept", "text/event-stream");
        let stream = stream.send().await.unwrap();
        assert_eq!(stream.status(), 200);
        let ended = tokio::spawn(async move { stream.text().await.is_ok() });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!ended.is_finished());
        if delete {
            bench.expect(204, Method::DELETE, "/sessions/mine", None).await;
        } else {
            bench.expect(200, Method::POST, "/sessions/mine/token", None).await;
        }
        tokio::time::timeout(Duration::from_secs(5), ended).await.expect("the stream ends").unwrap();
        bench.stop().await;
    }
}

#[tokio::test]
async fn a_chat_without_a_session_is_one_of_the_tokens_session() {
    let bench = Bench::keyless().await;
    let mine = assistant(&bench, "mine").await;
    let ask = |caller: &Bench, session: Option<&str>| {
        let request = caller.request(Method::POST, "/chat").header("accept", "text/event-stream");
        let request = request.json(&json!({"message": "hello"}));
        match session {
            Some(session) => request.header("x-session-id", session),
            None => request,
        }
    };
    // No model answers here, so that the turn waits.
    assert_eq!(ask(&mine, None).send().await.unwrap().status(), 200);
    assert_eq!(ask(&mine, Some("mine")).send().await.unwrap().status(), 200);
    assert_eq!(
        bench.expect(200, Method::GET, "/sessions/mine/turns", None).await["turns"].as_array().unwrap().len(),
        2
    );
    problem(ask(&mine, Some("other")).send().await.unwrap(), StatusCode::NOT_FOUND, "session_not_found")
        .await;
    let unnamed = ask(&bench, None).send().await.unwrap();
    problem(unnamed, StatusCode::UNPROCESSABLE_ENTITY, "invalid_input").await;
    bench.stop().await;
}
