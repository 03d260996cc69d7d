//! What an address provider makes of services that fail, each played by a small server that says just that.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use futures_util::StreamExt;
use serde_json::{Value, json};
use sessiond_model::{Delta, Error, Finish, Message, Model, OpenAi, Request, Settings};

const KEY: &str = "sk-very-secret";

/// Whether an error is the one that is expected.
type Expected = fn(&Error) -> bool;

/// An answer that is to be given.
struct Script {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Body,
}

fn json_answer(status: u16, body: Value) -> Script {
    Script { status, headers: vec![("content-type", "application/json")], body: Body::from(body.to_string()) }
}

fn events(text: impl Into<Body>) -> Script {
    Script { status: 200, headers: vec![("content-type", "text/event-stream")], body: text.into() }
}

fn good() -> Script {
    json_answer(200, json!({"choices": [{"message": {"content": "Paris"}, "finish_reason": "stop"}]}))
}

#[derive(Clone, Default)]
struct Played {
    scripts: Arc<Mutex<VecDeque<Script>>>,
    asked: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
}

impl Played {
    async fn start(scripts: impl IntoIterator<Item = Script>) -> (Self, OpenAi) {
        let played = Self { scripts: Arc::new(Mutex::new(scripts.into_iter().collect())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings =
            Settings::new(format!("http://{}", listener.local_addr().unwrap()), "m").with_key(KEY);
        settings.timeout = Duration::from_millis(500);
        let router = Router::new().route("/v1/chat/completions", post(play)).with_state(played.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (played, OpenAi::new(settings).unwrap())
    }

    fn times_asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

async fn play(State(played): State<Played>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    played.asked.lock().unwrap().push((headers, serde_json::from_slice(&body).unwrap()));
    let script =
        played.scripts.lock().unwrap().pop_front().expect("it was asked more often than was planned for");
    let mut response = Response::builder().status(script.status);
    for (name, value) in script.headers {
        response = response.header(name, value);
    }
    response.body(script.body).unwrap()
}

fn request() -> Request {
    Request::new([Message::user("What is the capital of France?")])
}

/// The texts of a stream until its end or its error.
async fn texts(model: &OpenAi) -> (Vec<String>, Option<Error>) {
    let mut parts = match model.stream(request()).await {
        Ok(parts) => parts,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut texts = Vec::new();
    while let Some(part) = parts.next().await {
        match part {
            Ok(Delta::Text(text)) => texts.push(text),
            Ok(Delta::End(answer)) => {
                assert_eq!(answer.text, texts.concat());
                assert!(parts.next().await.is_none(), "something came after the end");
                return (texts, None);
            }
            Ok(Delta::Reasoning(_) | Delta::ToolCall(_)) => {}
            Err(error) => {
                assert!(parts.next().await.is_none(), "something came after the error");
                return (texts, Some(error));
            }
        }
    }
    panic!("the stream has no end");
}

#[tokio::test]
async fn a_limit_is_waited_out_as_long_as_the_service_says() {
    let mut limit = json_answer(429, json!({"error": {"message": "slow down"}}));
    limit.headers.push(("retry-after", "1"));
    let (played, model) = Played::start([limit, good()]).await;
    let started = Instant::now();
    let answer = model.complete(request()).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.finish, answer.usage), ("Paris", Finish::Stop, None));
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert!(answer.latency >= Duration::from_secs(1), "the latency counts from the first try");
    assert_eq!(played.times_asked(), 2);
}

#[tokio::test]
async fn a_limit_that_lasts_long_is_the_callers_to_wait_out() {
    let mut limit = json_answer(429, json!({"error": {"message": "slow down"}}));
    limit.headers.push(("retry-after", "3600"));
    let (played, model) = Played::start([limit]).await;
    let error = model.complete(request()).await.unwrap_err();
    let Error::RateLimited { retry_after: Some(wait), .. } = &error else { panic!("{error:?}") };
    assert_eq!((wait.as_secs(), played.times_asked()), (3600, 1));
}

#[tokio::test]
async fn an_account_without_money_is_not_asked_again() {
    let (played, model) = Played::start([json_answer(
        429,
        json!({"error": {"message": "no money", "code": "insufficient_quota"}}),
    )])
    .await;
    let error = model.complete(request()).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)), "{error:?}");
    assert_eq!(played.times_asked(), 1);
}

#[tokio::test]
async fn a_service_that_failed_once_is_asked_again() {
    let (played, model) = Played::start([json_answer(500, json!({"error": "oh"})), good()]).await;
    assert_eq!(model.complete(request()).await.unwrap().text, "Paris");
    assert_eq!(played.times_asked(), 2);
    // A stream that has not begun, too.
    let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let (_, model) = Played::start([json_answer(502, json!({})), events(stream)]).await;
    assert_eq!(texts(&model).await, (vec!["Hi".to_owned()], None));
}

#[tokio::test]
async fn a_wrong_key_is_said_and_never_shown() {
    let refused =
        json_answer(401, json!({"error": {"message": format!("Incorrect API key provided: {KEY}")}}));
    let (played, model) = Played::start([refused]).await;
    let error = model.complete(request()).await.unwrap_err();
    assert!(matches!(error, Error::Authentication { .. }), "{error:?}");
    let shown = format!("{error} {error:?} {model:?}");
    assert!(shown.contains("SESSIOND_MODEL_KEY") && !shown.contains(KEY), "{shown}");
    let (headers, _) = played.asked.lock().unwrap().remove(0);
    assert_eq!(headers["authorization"], format!("Bearer {KEY}"));
}

#[tokio::test]
async fn a_request_that_is_refused_is_refused_in_the_services_words() {
    let (_, model) =
        Played::start([json_answer(400, json!({"error": {"message": "the context is too long"}}))]).await;
    let error = model.complete(request()).await.unwrap_err();
    assert!(matches!(&error, Error::Refused(detail) if detail.contains("too long")), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_is_no_completion_is_unreadable_and_shown() {
    for body in ["<html>Welcome</html>", "{\"choices\": 7}", "{}"] {
        let script = Script { status: 200, headers: vec![], body: Body::from(body) };
        let (played, model) = Played::start([script]).await;
        let error = model.complete(request()).await.unwrap_err();
        assert!(
            matches!(&error, Error::Unreadable(detail) if detail.contains(&format!("{body:?}"))),
            "{error:?}"
        );
        assert_eq!(played.times_asked(), 1);
    }
}

#[tokio::test]
async fn an_error_in_the_place_of_an_answer_is_the_services_failure() {
    let (_, model) = Played::start([json_answer(200, json!({"error": {"message": "overloaded"}}))]).await;
    let error = model.complete(request()).await.unwrap_err();
    assert!(matches!(&error, Error::Failed { detail } if detail == "overloaded"), "{error:?}");
}

#[tokio::test]
async fn a_stream_that_breaks_off_or_makes_no_sense_ends_with_an_error() {
    let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";
    let cut = |rest: &str| format!("{piece}{rest}");
    let cases: [(String, Expected); 3] = [
        (cut(""), |error| matches!(error, Error::Unreachable { .. })),
        (cut("data: {\"choices\": 7}\n\n"), |error| matches!(error, Error::Unreadable(_))),
        (
            cut("data: {\"error\": {\"message\": \"died\"}}\n\n"),
            |error| matches!(error, Error::Failed { detail } if detail == "died"),
        ),
    ];
    for (stream, is_expected) in cases {
        let (_, model) = Played::start([events(stream.clone())]).await;
        let (said, error) = texts(&model).await;
        assert_eq!(said, ["Hi"], "{stream}");
        assert!(is_expected(&error.clone().unwrap()), "{stream}: {error:?}");
    }
    let (_, model) = Played::start([events("no event stream at all\n\n")]).await;
    let (_, error) = texts(&model).await;
    assert!(matches!(error, Some(Error::Unreadable(_))), "{error:?}");
}

#[tokio::test]
async fn a_service_that_knows_no_streams_is_streamed_in_one_piece() {
    let (_, model) = Played::start([good()]).await;
    assert_eq!(texts(&model).await, (vec!["Paris".to_owned()], None));
}

#[tokio::test]
async fn a_service_that_says_nothing_is_not_waited_for_without_end() {
    let silence = || Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
    let silent = Script { status: 200, headers: vec![], body: silence() };
    let (played, model) = Played::start([silent, events(silence())]).await;
    let error = model.complete(request()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert_eq!(played.times_asked(), 1, "it is not asked again");
    let (_, error) = texts(&model).await;
    assert!(matches!(error, Some(Error::Timeout { .. })), "{error:?}");
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_named() {
    // It has the port, so that nobody else gets it, and does not listen.
    let silent = tokio::net::TcpSocket::new_v4().unwrap();
    silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = silent.local_addr().unwrap();
    let mut settings = Settings::new(format!("http://{address}"), "m");
    settings.retries = 1;
    let error = OpenAi::new(settings).unwrap().complete(request()).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(
        error.to_string().contains(&address.to_string()) && error.to_string().contains("refused"),
        "{error}"
    );
}
