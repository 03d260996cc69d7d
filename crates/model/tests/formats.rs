//! What each interface of a service is asked, and what is made of its answers, by a small server that speaks it.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use futures_util::StreamExt;
use serde_json::{Value, json};
use sessiond_model::{
    Answer, Api, Delta, Error, Finish, Message, Model, Remote, Request, Schema, Settings, Tool, ToolCall,
    ToolChoice,
};

/// What a server was asked.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<(String, HeaderMap, Value)>>>);

/// What it says, and of which kind that is.
type Said = (&'static str, String);

async fn serve(api: Api, said: Said) -> (Remote, Asked) {
    let asked = Asked::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings =
        Settings::new(format!("http://{}", listener.local_addr().unwrap()), "m").with_key("k-1");
    settings.api = api;
    settings.retries = 0;
    let router = Router::new().fallback(answer).with_state((asked.clone(), said));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (Remote::new(settings).unwrap(), asked)
}

async fn answer(
    State((asked, (kind, text))): State<(Asked, Said)>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    asked.0.lock().unwrap().push((uri.to_string(), headers, serde_json::from_slice(&body).unwrap()));
    Response::builder().header("content-type", kind).body(Body::from(text)).unwrap()
}

fn whole(body: &Value) -> Said {
    ("application/json", body.to_string())
}

fn events(pieces: &[Value]) -> Said {
    ("text/event-stream", pieces.iter().map(|piece| format!("data: {piece}\n\n")).collect())
}

fn lines(pieces: &[Value]) -> Said {
    ("application/x-ndjson", pieces.iter().map(|piece| format!("{piece}\n")).collect())
}

/// A conversation in which a tool was called, with everything that can be asked for.
fn request(api: Api) -> Request {
    let call = ToolCall {
        id: "c1#signature:c2ln".into(),
        name: "weather".into(),
        arguments: json!({"city": "Bonn"}),
    };
    let mut request = Request::new([
        Message::system("Be brief."),
        Message::user("Weather?"),
        Message::Assistant { content: "I look.".into(), tool_calls: vec![call] },
        Message::tool("c1#signature:c2ln", "rain"),
    ]);
    request.tools = vec![Tool::new("weather", "Of a city.", json!({"type": "object"}))];
    request.tool_choice = ToolChoice::Function("weather".into());
    request.response_schema = Some(Schema::new("report", json!({"type": "object"})));
    request.temperature = Some(0.5);
    request.max_tokens = Some(9);
    if api != Api::Responses {
        request.stop = vec!["\n".into()];
    }
    request
}

async fn complete(api: Api, said: Said) -> (Answer, (String, HeaderMap, Value)) {
    let (model, asked) = serve(api, said).await;
    let answer = model.complete(request(api)).await.unwrap();
    let asked = asked.0.lock().unwrap().pop().unwrap();
    (answer, asked)
}

async fn streamed(api: Api, said: Said) -> (Vec<String>, Answer, String) {
    let (model, asked) = serve(api, said).await;
    let mut parts = model.stream(request(api)).await.unwrap();
    let (mut texts, mut calls) = (Vec::new(), Vec::new());
    let end = loop {
        match parts.next().await.unwrap().unwrap() {
            Delta::Text(text) => texts.push(text),
            Delta::Reasoning(text) => panic!("nothing is thought: {text}"),
            Delta::ToolCall(call) => calls.push(call),
            Delta::End(answer) => break *answer,
        }
    };
    assert!(parts.next().await.is_none());
    assert_eq!((texts.concat(), &calls), (end.text.clone(), &end.tool_calls));
    let path = asked.0.lock().unwrap()[0].0.clone();
    (texts, end, path)
}

fn tokens(answer: &Answer) -> (u64, u64) {
    let usage = answer.usage.unwrap();
    (usage.input_tokens, usage.output_tokens)
}

#[tokio::test]
async fn anthropic_s_messages() {
    let body = json!({
        "model": "m-1", "stop_reason": "tool_use", "usage": {"input_tokens": 3, "output_tokens": 4},
        "content": [{"type": "text", "text": "So: "}, {"type": "tool_use", "id": "t1", "name": "f", "input": {"x": 1}}]
    });
    let (answer, (path, headers, asked)) = complete(Api::Anthropic, whole(&body)).await;
    assert_eq!((path.as_str(), headers["x-api-key"].to_str().unwrap()), ("/v1/messages", "k-1"));
    assert_eq!(
        asked,
        json!({
            "model": "m", "max_tokens": 9, "system": "Be brief.", "temperature": 0.5, "stop_sequences": ["\n"],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
                {"role": "assistant", "content": [
                    {"type": "text", "text": "I look."},
                    {"type": "tool_use", "id": "c1#signature:c2ln", "name": "weather", "input": {"city": "Bonn"}}
                ]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "c1#signature:c2ln", "content": "rain"}
                ]}
            ],
            "tools": [{"name": "weather", "description": "Of a city.", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "tool", "name": "weather"},
            "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}
        })
    );
    assert_eq!((answer.text.as_str(), &answer.finish), ("So: ", &Finish::ToolCalls));
    assert_eq!((answer.tool_calls[0].id.as_str(), &answer.tool_calls[0].arguments), ("t1", &json!({"x": 1})));
    assert_eq!(
        (tokens(&answer), answer.model.as_str(), answer.provider.as_str()),
        ((3, 4), "m-1", "anthropic")
    );

    let (texts, answer, _) = streamed(
        Api::Anthropic,
        events(&[
            json!({"type": "message_start", "message": {"usage": {"input_tokens": 3, "output_tokens": 1}}}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}),
            json!({"type": "content_block_start", "index": 1, "content_block":
                {"type": "tool_use", "id": "t1", "name": "f", "input": {}}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"partial_json": "{\"x\":"}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"partial_json": "1}"}}),
            json!({"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 5}}),
            json!({"type": "message_stop"}),
        ]),
    )
    .await;
    assert_eq!((texts, tokens(&answer), &answer.finish), (vec!["a".to_owned()], (3, 5), &Finish::Length));
    assert_eq!(answer.tool_calls[0].arguments, json!({"x": 1}));
}

#[tokio::test]
async fn google_s_generate_content() {
    let parts = json!([
        {"text": "hidden", "thought": true}, {"text": "a"},
        {"functionCall": {"name": "f", "args": {"x": 1}}, "thoughtSignature": "c2ln"}
    ]);
    let body = json!({
        "candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4, "thoughtsTokenCount": 5}
    });
    let (answer, (path, headers, asked)) = complete(Api::Gemini, whole(&body)).await;
    assert_eq!(path, "/v1beta/models/m:generateContent");
    assert_eq!(headers["x-goog-api-key"], "k-1");
    assert_eq!(
        asked,
        json!({
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "Weather?"}]},
                {"role": "model", "parts": [
                    {"text": "I look."},
                    {"functionCall": {"name": "weather", "args": {"city": "Bonn"}}, "thoughtSignature": "c2ln"}
                ]},
                {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"result": "rain"}}}]}
            ],
            "tools": [{"functionDeclarations": [
                {"name": "weather", "description": "Of a city.", "parametersJsonSchema": {"type": "object"}}
            ]}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}},
            "generationConfig": {
                "temperature": 0.5, "maxOutputTokens": 9, "stopSequences": ["\n"],
                "responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}
            }
        })
    );
    assert_eq!((answer.text.as_str(), tokens(&answer), &answer.finish), ("a", (3, 9), &Finish::ToolCalls));
    assert_eq!(answer.tool_calls[0].id, "call_0#signature:c2ln");

    let piece = |text: &str| json!({"candidates": [{"content": {"parts": [{"text": text}]}}]});
    let end = json!({"candidates": [{"finishReason": "SAFETY"}]});
    let (texts, answer, path) = streamed(Api::Gemini, events(&[piece("a"), piece("b"), end])).await;
    assert_eq!((texts.len(), &answer.finish), (2, &Finish::Filtered));
    assert_eq!(path, "/v1beta/models/m:streamGenerateContent?alt=sse");
}

#[tokio::test]
async fn ollama_s_chat() {
    let call = json!({"function": {"name": "f", "arguments": {"x": 1}}});
    let body = json!({
        "model": "m", "message": {"role": "assistant", "content": "", "tool_calls": [call]},
        "done": true, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 4
    });
    let (answer, (path, _, asked)) = complete(Api::Ollama, whole(&body)).await;
    assert_eq!(path, "/api/chat");
    assert_eq!(asked["messages"][3], json!({"role": "tool", "tool_name": "weather", "content": "rain"}));
    assert_eq!(
        asked["options"],
        json!({"temperature": 0.5, "num_predict": 9, "stop": ["\n"], "num_ctx": 8192})
    );
    assert_eq!((&asked["format"], &asked["stream"]), (&json!({"type": "object"}), &json!(false)));
    assert_eq!((answer.tool_calls[0].id.as_str(), tokens(&answer)), ("call_0", (3, 4)));

    let piece = |text: &str| json!({"message": {"content": text}, "done": false});
    let end = json!({"message": {"content": ""}, "done": true, "done_reason": "length", "eval_count": 2});
    let (texts, answer, _) = streamed(Api::Ollama, lines(&[piece("a"), piece("b"), end.clone()])).await;
    assert_eq!((texts.len(), &answer.finish), (2, &Finish::Length));
    // The last line need not be ended.
    let (kind, text) = lines(&[piece("a"), end]);
    assert_eq!(streamed(Api::Ollama, (kind, text.trim_end().to_owned())).await.1.text, "a");
}

#[tokio::test]
async fn openai_s_responses() {
    let output = json!([
        {"type": "message", "content": [{"type": "output_text", "text": "a"}]},
        {"type": "function_call", "call_id": "c9", "name": "f", "arguments": "{\"x\":1}"}
    ]);
    let body = json!({
        "status": "completed", "model": "m-1", "output": output, "usage": {"input_tokens": 3, "output_tokens": 4}
    });
    let (answer, (path, _, asked)) = complete(Api::Responses, whole(&body)).await;
    assert_eq!(path, "/v1/responses");
    assert_eq!(
        asked["input"],
        json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": "I look."},
            {
                "type": "function_call", "call_id": "c1#signature:c2ln", "name": "weather",
                "arguments": "{\"city\":\"Bonn\"}"
            },
            {"type": "function_call_output", "call_id": "c1#signature:c2ln", "output": "rain"}
        ])
    );
    assert_eq!((&asked["max_output_tokens"], &asked["tool_choice"]["name"]), (&json!(9), &json!("weather")));
    assert_eq!((answer.text.as_str(), tokens(&answer), &answer.finish), ("a", (3, 4), &Finish::ToolCalls));
    assert_eq!((answer.tool_calls[0].id.as_str(), &answer.tool_calls[0].arguments), ("c9", &json!({"x": 1})));

    let delta = |text: &str| json!({"type": "response.output_text.delta", "delta": text});
    let output = json!([{"type": "message", "content": [{"type": "output_text", "text": "ab"}]}]);
    let end = json!({"type": "response.incomplete", "response": {
        "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": output
    }});
    let (texts, answer, _) = streamed(Api::Responses, events(&[delta("a"), delta("b"), end])).await;
    assert_eq!((texts.len(), answer.text.as_str(), &answer.finish), (2, "ab", &Finish::Length));
}

#[tokio::test]
async fn a_stop_text_that_the_interface_has_no_word_for_is_refused_and_not_left_out() {
    let (model, asked) = serve(Api::Responses, whole(&json!({}))).await;
    let request = Request { stop: vec!["END".into()], ..Request::new([Message::user("Hello")]) };
    let refused = [model.complete(request.clone()).await.err(), model.stream(request).await.err()];
    for error in refused {
        assert!(matches!(&error, Some(Error::Refused(detail)) if detail.contains("`stop`")), "{error:?}");
    }
    assert!(asked.0.lock().unwrap().is_empty());
}

/// What a model thinks comes before its answer and is no part of it, however the service names it.
#[tokio::test]
async fn what_a_model_thinks_is_told_apart_from_its_answer() {
    let chat = |delta: Value| json!({"choices": [{"delta": delta}]});
    let chat_end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]});
    let block = |delta: Value| json!({"type": "content_block_delta", "index": 0, "delta": delta});
    let part = |part: Value| json!({"candidates": [{"content": {"parts": [part]}}]});
    let ollama = |message: Value, done: bool| json!({"message": message, "done": done});
    let event = |kind: &str, delta: &str| json!({"type": format!("response.{kind}.delta"), "delta": delta});
    let summary = json!([{"type": "summary_text", "text": "so be"}]);
    let output = json!([
        {"type": "reasoning", "summary": summary},
        {"type": "message", "content": [{"type": "output_text", "text": "it"}]}
    ]);
    let response = json!({"status": "completed", "output": output});
    let end = json!({"type": "response.completed", "response": response});
    let cases = [
        (
            Api::Chat,
            events(&[
                chat(json!({"reasoning_content": "so "})),
                chat(json!({"reasoning_content": "be", "content": null})),
                chat(json!({"content": "it", "reasoning_content": null})),
                chat_end.clone(),
            ]),
        ),
        // Both names, as some services send it.
        (
            Api::Chat,
            events(&[
                chat(json!({"reasoning": "so ", "reasoning_content": "so "})),
                chat(json!({"reasoning": "be", "reasoning_content": null})),
                chat(json!({"content": "it"})),
                chat_end,
            ]),
        ),
        (
            Api::Chat,
            whole(&json!({"choices": [
                {"message": {"reasoning": "so be", "content": "it"}, "finish_reason": "stop"}
            ]})),
        ),
        (
            Api::Anthropic,
            events(&[
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}}),
                block(json!({"type": "thinking_delta", "thinking": "so "})),
                block(json!({"type": "thinking_delta", "thinking": "be"})),
                block(json!({"type": "signature_delta", "signature": "c2ln"})),
                json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "it"}}),
                json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
            ]),
        ),
        (
            Api::Anthropic,
            whole(&json!({"stop_reason": "end_turn", "content": [
                {"type": "thinking", "thinking": "so be", "signature": "c2ln"},
                {"type": "redacted_thinking", "data": "c2Vj"},
                {"type": "text", "text": "it"}
            ]})),
        ),
        (
            Api::Gemini,
            events(&[
                part(json!({"text": "so ", "thought": true})),
                part(json!({"text": "be", "thought": true})),
                part(json!({"text": "it"})),
                json!({"candidates": [{"finishReason": "STOP"}]}),
            ]),
        ),
        (
            Api::Ollama,
            lines(&[
                ollama(json!({"thinking": "so ", "content": ""}), false),
                ollama(json!({"thinking": "be", "content": ""}), false),
                ollama(json!({"content": "it"}), false),
                ollama(json!({"content": ""}), true),
            ]),
        ),
        (
            Api::Responses,
            events(&[
                event("reasoning_summary_text", "so "),
                event("reasoning_text", "be"),
                event("output_text", "it"),
                end,
            ]),
        ),
        (Api::Responses, whole(&response)),
    ];
    for (api, said) in cases {
        let (model, _) = serve(api, said).await;
        let mut parts = model.stream(request(api)).await.unwrap();
        let (mut thought, mut text) = (String::new(), String::new());
        let answer = loop {
            match parts.next().await.unwrap().unwrap() {
                Delta::Reasoning(more) => {
                    assert_eq!(text, "", "{api:?}");
                    thought.push_str(&more);
                }
                Delta::Text(more) => text.push_str(&more),
                Delta::ToolCall(call) => panic!("{call:?}"),
                Delta::End(answer) => break answer,
            }
        };
        assert_eq!((thought.as_str(), text.as_str()), ("so be", "it"), "{api:?}");
        assert_eq!((answer.text.as_str(), answer.finish), ("it", Finish::Stop), "{api:?}");
    }
}
