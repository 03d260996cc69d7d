//! How a model's window is known, and what is learned of it.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, Uri};
use axum::{Json, Router};
use serde_json::{Value, json};
use sessiond_model::{Api, Error, Known, Message, Model, Remote, Request, Settings, Window};

/// What a server is asked, and what it says of its model and in answer.
#[derive(Clone, Default)]
struct Service {
    about: Option<Value>,
    status: u16,
    answer: Arc<Mutex<Value>>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Service {
    async fn start(&self, api: Api) -> Settings {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = Settings::new(format!("http://{}", listener.local_addr().unwrap()), "m");
        (settings.api, settings.retries) = (api, 0);
        let router = Router::new().fallback(play).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        settings
    }
}

async fn play(State(service): State<Service>, uri: Uri, body: Bytes) -> Response<Body> {
    let asked = serde_json::from_slice(&body).unwrap_or_default();
    service.asked.lock().unwrap().push((uri.path().to_owned(), asked));
    let is_about =
        uri.path().ends_with("/models") || uri.path().ends_with("/show") || uri.path().ends_with("/m");
    let (status, said) = match service.about {
        Some(about) if is_about => (200, about),
        None if is_about => (404, json!({"error": "no"})),
        _ => (service.status, service.answer.lock().unwrap().clone()),
    };
    let mut response = axum::response::IntoResponse::into_response(Json(said));
    *response.status_mut() = status.try_into().unwrap();
    response
}

async fn window(api: Api, about: Option<Value>) -> Window {
    let service = Service { about, ..Service::default() };
    Remote::new(service.start(api).await).unwrap().window().await
}

fn told(tokens: u64) -> Window {
    Window { tokens, known: Known::Told }
}

#[tokio::test]
async fn a_window_is_what_the_settings_or_the_service_say_or_is_assumed() {
    let models = json!({"data": [{"id": "x", "max_model_len": 1}, {"id": "m", "max_model_len": 32_768}]});
    assert_eq!(window(Api::Chat, Some(models)).await, told(32_768));
    let only = json!({"data": [{"id": "x", "context_window": 16_384}]});
    assert_eq!(window(Api::Chat, Some(only)).await, told(16_384));
    assert_eq!(window(Api::Gemini, Some(json!({"inputTokenLimit": 1_048_576}))).await, told(1_048_576));
    assert_eq!(window(Api::Anthropic, None).await, told(200_000));
    let ollama = |parameters: &str, trained: u64| {
        Some(json!({"parameters": parameters, "model_info": {"llama.context_length": trained}}))
    };
    assert_eq!(window(Api::Ollama, ollama("stop \"x\"\nnum_ctx    16384", 131_072)).await, told(16_384));
    assert_eq!(window(Api::Ollama, ollama("", 131_072)).await, told(8192));
    assert_eq!(window(Api::Ollama, ollama("", 2048)).await, told(2048));
    for api in [Api::Chat, Api::Gemini, Api::Ollama, Api::Responses] {
        assert_eq!(window(api, None).await, Window::default(), "{api:?}");
    }
    let service = Service { about: Some(json!({"data": [{"max_model_len": 9999}]})), ..Service::default() };
    let mut settings = service.start(Api::Chat).await;
    settings.window = Some(4096);
    let model = Remote::new(settings).unwrap();
    assert_eq!(model.window().await, Window { tokens: 4096, known: Known::Set });
    assert!(service.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn ollama_is_told_the_window_with_every_request_and_asked_for_it_once() {
    let answer = json!({"message": {"content": "a"}, "done": true, "eval_count": 1, "prompt_eval_count": 9});
    let service = Service {
        about: Some(json!({"model_info": {"llama.context_length": 4096}})),
        status: 200,
        answer: Arc::new(Mutex::new(answer)),
        ..Service::default()
    };
    let mut settings = service.start(Api::Ollama).await;
    let model = Remote::new(settings.clone()).unwrap();
    for _ in 0..2 {
        model.complete(Request::new([Message::user("Hi")])).await.unwrap();
    }
    let asked = std::mem::take(&mut *service.asked.lock().unwrap());
    let paths: Vec<_> = asked.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/api/show", "/api/chat", "/api/chat"]);
    assert_eq!(asked[0].1, json!({"model": "m"}));
    assert!(asked[1..].iter().all(|(_, body)| body["options"]["num_ctx"] == 4096), "{asked:?}");
    // What is set in its own name counts.
    settings.more.insert("num_ctx".into(), 1024.into());
    let model = Remote::new(settings).unwrap();
    model.complete(Request::new([Message::user("Hi")])).await.unwrap();
    assert_eq!(service.asked.lock().unwrap()[0].1["options"]["num_ctx"], 1024);
    assert_eq!(model.window().await, Window { tokens: 1024, known: Known::Set });
}

#[tokio::test]
async fn a_refusal_teaches_the_window() {
    let error =
        "This model's maximum context length is 2048 tokens. However, your messages resulted in 2252 tokens.";
    for (error, expected) in [(error, 2048..2049), ("the input exceeds the context window", 5000..10_000)] {
        let answer = Arc::new(Mutex::new(json!({"error": {"message": error}})));
        let service = Service { status: 400, answer, ..Service::default() };
        let model = Remote::new(service.start(Api::Chat).await).unwrap();
        assert_eq!(model.window().await.known, Known::Assumed);
        let request = Request::new([Message::user("word ".repeat(5000))]);
        for error in
            [model.complete(request.clone()).await.unwrap_err(), model.stream(request).await.err().unwrap()]
        {
            assert!(matches!(error, Error::TooLong { .. }), "{error:?}");
        }
        let window = model.window().await;
        assert!(window.known == Known::Learned && expected.contains(&window.tokens), "{window:?}");
    }
}

#[tokio::test]
async fn a_request_of_which_the_service_has_not_read_all_is_marked_and_teaches_the_window() {
    let answer = |tokens: u64| {
        json!({
            "choices": [{"message": {"content": "a"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": tokens, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 7}}
        })
    };
    let service = Service { status: 200, answer: Arc::new(Mutex::new(answer(6500))), ..Service::default() };
    let model = Remote::new(service.start(Api::Chat).await).unwrap();
    let request = Request::new([Message::user("word ".repeat(5000))]);
    let said = model.complete(request.clone()).await.unwrap();
    assert_eq!((said.is_cut, said.usage.unwrap().cached_tokens), (false, Some(7)));
    assert_eq!(model.window().await.known, Known::Assumed);
    *service.answer.lock().unwrap() = answer(2047);
    assert!(model.complete(request).await.unwrap().is_cut);
    assert_eq!(model.window().await, Window { tokens: 2047, known: Known::Learned });
}

#[tokio::test]
async fn a_count_is_corrected_by_what_the_service_reports() {
    let usage = json!({"prompt_tokens": 4000, "completion_tokens": 1});
    let answer = json!({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}], "usage": usage});
    let service = Service { status: 200, answer: Arc::new(Mutex::new(answer)), ..Service::default() };
    let model = Remote::new(service.start(Api::Chat).await).unwrap();
    let request = Request::new([Message::user("word ".repeat(1000))]);
    let before = model.count(&request);
    assert!((1000..2000).contains(&before), "{before}");
    model.complete(request.clone()).await.unwrap();
    assert!((4000..4200).contains(&model.count(&request)), "{}", model.count(&request));
}
