//! Agents, against a small server that answers what each test has it say.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Response;
use axum::routing::post;
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sessiond_execution::{
    AgentNode, AgentResult, AgentTool, Builder, Error, Secret, Session, function_node, node_tool, tool,
};
use sessiond_model::{Message, Model, OpenAi, Settings};
use tempfile::TempDir;

/// What the server says, in order, and what it was asked.
#[derive(Clone, Default)]
struct Service {
    answers: Arc<Mutex<VecDeque<Value>>>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Service {
    async fn start(answers: impl IntoIterator<Item = Value>) -> (Self, Arc<dyn Model>) {
        let service =
            Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = Settings::new(format!("http://{}", listener.local_addr().unwrap()), "m");
        settings.retries = 1;
        let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (service, Arc::new(OpenAi::new(settings).unwrap()))
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(service): State<Service>, body: Bytes) -> Response<Body> {
    service.asked.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    let next = service.answers.lock().unwrap().pop_front();
    match next {
        // It is silent, as a model that thinks for long.
        None => {
            std::future::pending::<()>().await;
            unreachable!()
        }
        Some(Value::String(events)) => {
            Response::builder().header("content-type", "text/event-stream").body(Body::from(events)).unwrap()
        }
        Some(answer) => Response::builder()
            .status(answer["status"].as_u64().unwrap_or(200) as u16)
            .header("content-type", "application/json")
            .body(Body::from(answer.to_string()))
            .unwrap(),
    }
}

fn says(text: &str) -> Value {
    json!({ "choices": [{ "message": { "content": text }, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 100, "completion_tokens": 10 } })
}

fn calls(calls: &[(&str, Value)]) -> Value {
    let calls: Vec<Value> = calls
        .iter()
        .enumerate()
        .map(|(i, (name, arguments))| {
            let arguments = match arguments {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            json!({ "id": format!("c{i}"), "type": "function", "function": { "name": name, "arguments": arguments } })
        })
        .collect();
    json!({ "choices": [{ "message": { "content": null, "tool_calls": calls }, "finish_reason": "tool_calls" }],
            "usage": { "prompt_tokens": 50, "completion_tokens": 5 } })
}

fn events(pieces: &[&str], end: &str) -> Value {
    let mut text = String::new();
    for piece in pieces {
        text += &format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": piece } }] }));
    }
    Value::String(text + end)
}

fn builder(dir: &TempDir) -> Builder {
    Session::builder().dir(dir.path().join(".sessiond"))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Place {
    /// The city's name.
    city: String,
}

fn weather() -> AgentTool {
    tool("get_weather", "The weather of a city.", |place: Place| async move {
        if place.city == "Atlantis" {
            return Err("there is no such city".into());
        }
        Ok(format!("sunny in {}", place.city))
    })
}

/// The calls of a session's record, as the kind and the name of each, with its caller's before it.
async fn tree(session: &Session) -> Vec<String> {
    let state = session.payload().await.unwrap();
    let mut calls = state["calls"].as_array().unwrap().clone();
    calls.sort_by_key(|call| call["call"].as_u64());
    let name = |call: &Value| {
        format!("{} {}", call["kind"].as_str().unwrap_or("function"), call["node"].as_str().unwrap())
    };
    calls
        .iter()
        .map(|call| match call["parent"].as_u64() {
            Some(parent) => {
                let parent = calls.iter().find(|other| other["call"] == parent).unwrap();
                format!("{} > {}", name(parent), name(call))
            }
            None => name(call),
        })
        .collect()
}

/// What the last request said last.
fn last_text(service: &Service) -> String {
    let asked = service.asked();
    let messages = asked.last().unwrap()["messages"].as_array().unwrap();
    messages.last().unwrap()["content"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_agent_calls_tools_and_the_record_has_all_of_it() {
    let dir = TempDir::new().unwrap();
    let (service, model) = Service::start([
        calls(&[("get_weather", json!({ "city": "Bonn" })), ("get_weather", json!({ "city": "Rome" }))]),
        says("Sunny in both."),
    ])
    .await;
    let agent =
        AgentNode::new("Weather", model).system("You know the weather.").tool(weather()).prices(1.0, 10.0);
    let session = builder(&dir).start().await.unwrap();
    let result = session.call(&agent, "Bonn and Rome?").await.unwrap();
    assert_eq!((result.text.as_str(), result.to_string().as_str()), ("Sunny in both.", "Sunny in both."));
    assert_eq!((result.usage.input_tokens, result.usage.output_tokens), (150, 15));
    assert!((result.usage.cost.unwrap() - 0.0003).abs() < 1e-9);
    assert_eq!(
        tree(&session).await,
        [
            "agent Weather",
            "agent Weather > model m",
            "agent Weather > tool get_weather",
            "agent Weather > tool get_weather",
            "agent Weather > model m",
        ]
    );
    let info = session.info();
    assert_eq!((info.input_tokens, info.output_tokens), (150, 15));
    assert!((info.cost - 0.0003).abs() < 1e-9);
    let asked = service.asked();
    assert_eq!(asked[0]["messages"][0], json!({ "role": "system", "content": "You know the weather." }));
    let offered = &asked[0]["tools"][0]["function"];
    assert_eq!(offered["parameters"]["properties"]["city"]["description"], "The city's name.");
    let said = asked[1]["messages"].as_array().unwrap();
    assert_eq!(said[3], json!({ "role": "tool", "tool_call_id": "c0", "content": "sunny in Bonn" }));
    assert_eq!(said[4]["content"], "sunny in Rome");
    session.close().await.unwrap();
}

#[tokio::test]
async fn what_a_model_does_wrong_is_told_to_it_and_ends_nothing() {
    for (wanted, told) in [
        (("get_weather", json!({ "city": "Atlantis" })), "get_weather failed: there is no such city"),
        (("get_weather", json!({ "town": "Bonn" })), "missing field `city`"),
        (("get_weather", json!("{\"city\": ")), "must be one JSON object"),
        (("forecast", json!({})), "There is no tool \"forecast\". The tools are get_weather."),
    ] {
        let dir = TempDir::new().unwrap();
        let (service, model) = Service::start([calls(&[wanted]), says("I am sorry.")]).await;
        let session = builder(&dir).start().await.unwrap();
        let agent = AgentNode::new("Weather", model).tool(weather());
        assert_eq!(session.call(&agent, "Weather?").await.unwrap().text, "I am sorry.");
        assert!(last_text(&service).contains(told), "{}", last_text(&service));
    }
}

#[tokio::test]
async fn end_on_error_ends_an_agent_whose_tool_fails() {
    let dir = TempDir::new().unwrap();
    let (service, model) =
        Service::start([calls(&[("get_weather", json!({ "city": "Atlantis" }))]), says("Sorry.")]).await;
    let session = builder(&dir).end_on_error(true).start().await.unwrap();
    let agent = AgentNode::new("Weather", model).tool(weather());
    let error = session.call(&agent, "Weather?").await.unwrap_err();
    assert!(matches!(error, Error::Stopped { .. }), "{error}");
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn tools_of_one_answer_run_at_the_same_time_and_stand_in_the_models_order() {
    let dir = TempDir::new().unwrap();
    let (_, model) = Service::start([
        calls(&[("slow", json!({ "city": "1" })), ("fast", json!({ "city": "2" }))]),
        says("done"),
    ])
    .await;
    let meet = Arc::new(tokio::sync::Barrier::new(2));
    let meets = |name, wait| {
        let meet = meet.clone();
        tool(name, "Waits for the other.", move |place: Place| {
            let meet = meet.clone();
            async move {
                tokio::time::sleep(Duration::from_millis(wait)).await;
                meet.wait().await;
                Ok(place.city)
            }
        })
    };
    let agent = AgentNode::new("Two", model).tool(meets("slow", 50)).tool(meets("fast", 0));
    let session = builder(&dir).start().await.unwrap();
    session.call(&agent, "Go.").await.unwrap();
    assert_eq!(tree(&session).await[2..4], ["agent Two > tool slow", "agent Two > tool fast"]);
}

#[tokio::test]
async fn any_node_and_any_agent_is_a_tool() {
    let dir = TempDir::new().unwrap();
    let (service, model) = Service::start([
        calls(&[("Expert", json!({ "user_input": "How hot is Mars?" })), ("Double", json!({ "city": "x" }))]),
        says("Cold."),
        says("Mars is cold."),
    ])
    .await;
    let expert = AgentNode::new("Expert", model.clone()).describe("Knows planets.");
    let double = function_node("Double", |place: Place| async move { Ok(vec![place.city; 2]) });
    let agent = AgentNode::new("Guide", model).tool(expert).tool(node_tool(double, "Doubles."));
    let session = builder(&dir).start().await.unwrap();
    assert_eq!(session.call(&agent, "Mars?").await.unwrap().text, "Mars is cold.");
    assert_eq!(
        tree(&session).await,
        [
            "agent Guide",
            "agent Guide > model m",
            "agent Guide > agent Expert",
            "agent Expert > model m",
            "agent Guide > tool Double",
            "agent Guide > model m",
        ]
    );
    let asked = service.asked();
    let results: Vec<&Value> =
        asked[2]["messages"].as_array().unwrap()[2..].iter().map(|m| &m["content"]).collect();
    assert_eq!(results, [&json!("Cold."), &json!("[\"x\",\"x\"]")]);
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Report {
    city: String,
    degrees: i32,
}

#[tokio::test]
async fn an_answer_of_the_wrong_shape_is_asked_for_again() {
    let dir = TempDir::new().unwrap();
    let (service, model) = Service::start([
        says("It is warm."),
        says("{\"city\": \"Bonn\"}"),
        says("```json\n{\"city\": \"Bonn\", \"degrees\": 20}\n```"),
    ])
    .await;
    let agent = AgentNode::new("Weather", model).output::<Report>();
    let session = builder(&dir).start().await.unwrap();
    let result: AgentResult<Report> = session.call(&agent, "Bonn?").await.unwrap();
    assert_eq!(result.structured, Some(Report { city: "Bonn".into(), degrees: 20 }));
    let asked = service.asked();
    let format = &asked[0]["response_format"]["json_schema"];
    assert_eq!(
        (&format["strict"], &format["schema"]["required"]),
        (&json!(true), &json!(["city", "degrees"]))
    );
    let told = |i: usize| asked[i]["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
    assert!(told(1).contains("it is not JSON"), "{}", told(1));
    assert!(told(2).contains("missing field `degrees`"), "{}", told(2));
}

#[tokio::test]
async fn an_answer_that_never_fits_is_an_error_that_says_what_was_wrong() {
    let dir = TempDir::new().unwrap();
    let (service, model) = Service::start([says("no"), says("never"), says("not at all")]).await;
    let session = builder(&dir).start().await.unwrap();
    let error =
        session.call(&AgentNode::new("Weather", model).output::<Report>(), "Bonn?").await.unwrap_err();
    assert!(error.to_string().contains("3 times: it is not JSON"), "{error}");
    assert!(error.to_string().contains("\"not at all\""), "{error}");
    assert_eq!(service.asked().len(), 3);
}

#[tokio::test]
async fn one_that_has_tools_answers_in_its_words_first_and_in_the_right_shape_then() {
    let dir = TempDir::new().unwrap();
    let (service, model) = Service::start([
        calls(&[("get_weather", json!({ "city": "Bonn" }))]),
        says("It is sunny, 20 degrees."),
        says("{\"city\": \"Bonn\", \"degrees\": 20}"),
    ])
    .await;
    let session = builder(&dir).start().await.unwrap();
    let agent = AgentNode::new("Weather", model).tool(weather()).output::<Report>();
    assert_eq!(session.call(&agent, "Bonn?").await.unwrap().structured.unwrap().degrees, 20);
    let asked = service.asked();
    assert_eq!((asked[1].get("response_format"), asked[1].get("tool_choice")), (None, None));
    assert_eq!(asked[2]["tool_choice"], "none");
    assert!(asked[2]["response_format"].is_object());
}

#[tokio::test]
async fn tool_calls_and_turns_are_limited() {
    let dir = TempDir::new().unwrap();
    let want =
        || calls(&[("get_weather", json!({ "city": "Bonn" })), ("get_weather", json!({ "city": "Rome" }))]);
    let (service, model) = Service::start([want(), says("One will do."), want(), want()]).await;
    let session = builder(&dir).start().await.unwrap();
    let agent = AgentNode::new("Weather", model).tool(weather());
    let result = session.call(&agent.clone().max_tool_calls(1), "Weather?").await.unwrap();
    assert_eq!(result.text, "One will do.");
    assert!(last_text(&service).contains("no more than 1 tool calls"), "{}", last_text(&service));
    assert_eq!(service.asked()[1]["tool_choice"], "none");
    let error = session.call(&agent.max_turns(2), "Weather?").await.unwrap_err();
    assert!(error.to_string().contains("was asked 2 times"), "{error}");
}

#[tokio::test]
async fn prompts_are_filled_from_the_context_and_never_with_a_secret() {
    let dir = TempDir::new().unwrap();
    let (service, model) = Service::start([says("a"), says("b")]).await;
    let session = builder(&dir).context([("name", "Ada")]).start().await.unwrap();
    session.context().put("pin", Secret::new("1234")).unwrap();
    session.context().put("api_key", "sk-1").unwrap();
    let agent = AgentNode::new("Helper", model).system("{name} {pin} {api_key} {unknown} {{name}}");
    session.call(&agent, "I am {name}.").await.unwrap();
    session.call(&agent, vec![Message::user("I am {name}.")]).await.unwrap();
    let asked = service.asked();
    assert_eq!(asked[0]["messages"][0]["content"], "Ada [redacted] [redacted] {unknown} {name}");
    assert_eq!(asked[0]["messages"][1]["content"], "I am Ada.");
    assert_eq!(asked[1]["messages"][1]["content"], "I am {name}.");
    let (service, model) = Service::start([says("a")]).await;
    let session = builder(&dir).context([("name", "Ada")]).prompt_injection(false).start().await.unwrap();
    session.call(&AgentNode::new("Helper", model), "I am {name}.").await.unwrap();
    assert_eq!(service.asked()[0]["messages"][0]["content"], "I am {name}.");
}

#[tokio::test]
async fn a_resumed_agent_does_not_ask_again_what_was_answered() {
    let dir = TempDir::new().unwrap();
    let (service, model) = Service::start([calls(&[("count", json!({ "city": "Bonn" }))])]).await;
    let counted = Arc::new(AtomicUsize::new(0));
    let count = {
        let counted = counted.clone();
        tool("count", "Counts.", move |_: Place| {
            let counted = counted.clone();
            async move { Ok(counted.fetch_add(1, Ordering::SeqCst) + 1) }
        })
    };
    let agent = AgentNode::new("Counter", model).system("You are {mood}.").tool(count);
    let session =
        builder(&dir).context([("mood", "fine")]).timeout(Duration::from_millis(300)).start().await.unwrap();
    let id = session.id().clone();
    // The second request is never answered.
    let error = session.call(&agent, "Count!").await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    session.context().put("mood", "tired").unwrap();
    session.fail("it took too long").await.unwrap();
    assert_eq!(service.asked().len(), 2);

    service.answers.lock().unwrap().push_back(says("One."));
    let session = builder(&dir).resume(&id).await.unwrap();
    assert_eq!(session.call(&agent, "Count!").await.unwrap().text, "One.");
    assert_eq!((service.asked().len(), counted.load(Ordering::SeqCst)), (3, 1));
    // It goes on as it began, although the context has changed since.
    assert_eq!(service.asked()[2]["messages"], service.asked()[1]["messages"]);
    session.fail("once more").await.unwrap();
    let session = builder(&dir).resume(&id).await.unwrap();
    let mut stream = session.stream(&agent, "Count!");
    assert_eq!(stream.next().await.unwrap().unwrap(), "One.");
    assert!(stream.next().await.is_none());
    assert_eq!(service.asked().len(), 3);
}

#[tokio::test]
async fn memory_lives_in_the_context_and_is_bounded() {
    let dir = TempDir::new().unwrap();
    let (service, model) =
        Service::start([says("Hello Ada."), says("You are Ada."), says("I forgot.")]).await;
    let agent = AgentNode::new("Friend", model).system("Be kind.").memory("Friend").memory_messages(2);
    let session = builder(&dir).start().await.unwrap();
    session.call(&agent, "I am Ada.").await.unwrap();
    let id = session.id().clone();
    session.fail("pause").await.unwrap();
    let session = builder(&dir).resume(&id).await.unwrap();
    session.call(&agent, "I am Ada.").await.unwrap();
    session.call(&agent, "Who am I?").await.unwrap();
    session.call(&agent, "And now?").await.unwrap();
    let said = |i: usize| -> Vec<String> {
        let asked = service.asked();
        let messages = asked[i]["messages"].as_array().unwrap();
        messages.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(said(1), ["Be kind.", "I am Ada.", "Hello Ada.", "Who am I?"]);
    assert_eq!(said(2), ["Be kind.", "Who am I?", "You are Ada.", "And now?"]);
    let kept: Vec<Message> = session.context().get("memory/Friend").unwrap();
    assert_eq!(kept, [Message::user("And now?"), Message::assistant("I forgot.")]);
}

#[tokio::test]
async fn an_answer_is_streamed_as_it_is_written() {
    let dir = TempDir::new().unwrap();
    let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let (_, model) = Service::start([events(&["Sun", "ny", "."], end)]).await;
    let agent = AgentNode::new("Weather", model);
    let session = builder(&dir).start().await.unwrap();
    let mut stream = session.stream(&agent, "Bonn?");
    let mut pieces = Vec::new();
    while let Some(piece) = stream.next().await {
        pieces.push(piece.unwrap());
    }
    assert_eq!(pieces, ["Sun", "ny", "."]);
    assert_eq!(stream.result().unwrap().text, "Sunny.");
}

#[tokio::test]
async fn a_stream_that_is_cut_off_ends_with_an_error_after_what_had_come() {
    let dir = TempDir::new().unwrap();
    let (_, model) = Service::start([events(&["Sun"], "")]).await;
    let agent = AgentNode::new("Weather", model);
    let session = builder(&dir).start().await.unwrap();
    let mut stream = session.stream(&agent, "Bonn?");
    assert_eq!(stream.next().await.unwrap().unwrap(), "Sun");
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("cannot be reached"), "{error}");
    assert!(stream.next().await.is_none() && stream.result().is_none());
    assert_eq!((session.info().failed, session.info().open), (2, 0));
}

#[tokio::test]
async fn a_stream_that_nobody_reads_any_more_is_cancelled() {
    let dir = TempDir::new().unwrap();
    let many = vec!["word "; 1000];
    let (_, model) = Service::start([events(&many, "")]).await;
    let agent = AgentNode::new("Weather", model);
    let session = builder(&dir).start().await.unwrap();
    let mut stream = session.stream(&agent, "Bonn?");
    assert_eq!(stream.next().await.unwrap().unwrap(), "word ");
    drop(stream);
    assert_eq!((session.info().cancelled, session.info().open), (2, 0));
}

#[tokio::test]
async fn an_error_of_the_model_is_the_agents() {
    let dir = TempDir::new().unwrap();
    let (_, model) =
        Service::start([json!({ "status": 400, "error": { "message": "the context is too long" } })]).await;
    let session = builder(&dir).start().await.unwrap();
    let error = session.call(&AgentNode::new("Weather", model), "Bonn?").await.unwrap_err();
    assert!(error.to_string().contains("the context is too long"), "{error}");
}
