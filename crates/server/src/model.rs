//! What is seen of the language model: metrics and a span for each request, by the names of OpenTelemetry's conventions for generative
//! AI (version 1.41). Never a text: no message, no answer, no tool's arguments.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use async_trait::async_trait;
use futures_util::Stream;
use sessiond_model::{Answer, AnswerStream, Delta, Error, Finish, Model, Request, Window};
use tracing::{Instrument as _, Span, field};

/// The tokens of a request or an answer.
pub(crate) const TOKEN_USAGE: &str = "gen_ai_client_token_usage";
/// From the request to the end of its answer.
pub(crate) const DURATION: &str = "gen_ai_client_operation_duration_seconds";
/// From the request to the first part of its answer.
pub(crate) const FIRST_TOKEN: &str = "gen_ai_server_time_to_first_token_seconds";
/// Between two tokens after the first one.
pub(crate) const OUTPUT_TOKEN: &str = "gen_ai_server_time_per_output_token_seconds";

/// The boundaries that the conventions recommend.
pub(crate) const BUCKETS: [(&str, &[f64]); 4] = [
    (
        TOKEN_USAGE,
        &[
            1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0,
            16777216.0, 67108864.0,
        ],
    ),
    (DURATION, &[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]),
    (
        FIRST_TOKEN,
        &[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0],
    ),
    (OUTPUT_TOKEN, &[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5]),
];

/// The same model. Its requests are counted and traced.
pub fn observed(model: Arc<dyn Model>) -> Arc<dyn Model> {
    Arc::new(Observed(model))
}

#[derive(Debug)]
struct Observed(Arc<dyn Model>);

#[async_trait]
impl Model for Observed {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn provider(&self) -> &str {
        self.0.provider()
    }

    async fn window(&self) -> Window {
        self.0.window().await
    }

    fn count(&self, request: &Request) -> u64 {
        self.0.count(request)
    }

    async fn stream(&self, request: Request) -> Result<AnswerStream, Error> {
        let mut call = Call::begin(&*self.0, &request);
        match self.0.stream(request).instrument(call.span.clone()).await {
            Ok(parts) => Ok(Box::pin(Parts { parts, call })),
            Err(error) => {
                call.fail(&error);
                Err(error)
            }
        }
    }

    async fn complete(&self, request: Request) -> Result<Answer, Error> {
        let mut call = Call::begin(&*self.0, &request);
        let answer = self.0.complete(request).instrument(call.span.clone()).await;
        match &answer {
            Ok(answer) => call.end(answer),
            Err(error) => call.fail(error),
        }
        answer
    }
}

/// The parts of an answer, on their way through.
struct Parts {
    parts: AnswerStream,
    call: Call,
}

impl Stream for Parts {
    type Item = Result<Delta, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { parts, call } = self.get_mut();
        let part = ready!(call.span.in_scope(|| parts.as_mut().poll_next(context)));
        match &part {
            Some(Ok(Delta::End(answer))) => call.end(answer),
            Some(Ok(_)) => call.part(),
            Some(Err(error)) => call.fail(error),
            None => {}
        }
        Poll::Ready(part)
    }
}

/// A request to the model. One that is dropped before its end was given up.
struct Call {
    span: Span,
    provider: String,
    model: String,
    began: Instant,
    first: Option<Instant>,
    is_over: bool,
}

impl Call {
    fn begin(model: &dyn Model, request: &Request) -> Self {
        let provider = provider(model.provider());
        let span = tracing::info_span!(
            "chat",
            otel.name = format!("chat {}", model.name()),
            otel.kind = "client",
            otel.status_code = field::Empty,
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = provider,
            gen_ai.request.model = model.name(),
            gen_ai.conversation.id = request.conversation,
            gen_ai.request.temperature = request.temperature,
            gen_ai.request.top_p = request.top_p,
            gen_ai.request.max_tokens = request.max_tokens,
            gen_ai.request.seed = request.seed,
            gen_ai.response.model = field::Empty,
            gen_ai.response.finish_reasons = field::Empty,
            gen_ai.usage.input_tokens = field::Empty,
            gen_ai.usage.output_tokens = field::Empty,
            gen_ai.usage.cache_read.input_tokens = field::Empty,
            "error.type" = field::Empty,
        );
        let (provider, model) = (provider.to_owned(), model.name().to_owned());
        Self { span, provider, model, began: Instant::now(), first: None, is_over: false }
    }

    fn part(&mut self) {
        if self.first.is_none() {
            self.first = Some(Instant::now());
            self.record(FIRST_TOKEN, self.began.elapsed().as_secs_f64(), None);
        }
    }

    fn end(&mut self, answer: &Answer) {
        self.span.record("gen_ai.response.model", answer.model.as_str());
        let finish = match &answer.finish {
            Finish::Stop => "stop",
            Finish::Length => "length",
            Finish::ToolCalls => "tool_calls",
            Finish::Filtered => "content_filter",
            Finish::Other(word) => word,
        };
        self.span.record("gen_ai.response.finish_reasons", field::debug([finish]));
        if let Some(usage) = answer.usage {
            self.span.record("gen_ai.usage.input_tokens", usage.input_tokens);
            self.span.record("gen_ai.usage.output_tokens", usage.output_tokens);
            if let Some(cached) = usage.cached_tokens {
                self.span.record("gen_ai.usage.cache_read.input_tokens", cached);
            }
            let counts = [("input", usage.input_tokens), ("output", usage.output_tokens)];
            for (kind, tokens) in counts {
                self.record(TOKEN_USAGE, tokens as f64, Some(("gen_ai_token_type", kind)));
            }
            if let Some(first) = self.first
                && usage.output_tokens > 1
            {
                let between = first.elapsed().as_secs_f64() / (usage.output_tokens - 1) as f64;
                self.record(OUTPUT_TOKEN, between, None);
            }
        }
        self.over(None);
    }

    fn fail(&mut self, error: &Error) {
        self.over(Some(match error {
            Error::Settings(_) => "settings",
            Error::Unreachable { .. } => "unreachable",
            Error::Timeout { .. } => "timeout",
            Error::RateLimited { .. } => "rate_limited",
            Error::Authentication { .. } => "authentication",
            Error::Refused(_) => "refused",
            Error::TooLong { .. } => "too_long",
            Error::Failed { .. } => "failed",
            Error::Unreadable(_) => "unreadable",
        }));
    }

    fn over(&mut self, error: Option<&'static str>) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        if let Some(error) = error {
            self.span.record("error.type", error);
            self.span.record("otel.status_code", "ERROR");
        }
        let label = error.map(|error| ("error_type", error));
        self.record(DURATION, self.began.elapsed().as_secs_f64(), label);
    }

    fn record(&self, name: &'static str, value: f64, more: Option<(&'static str, &'static str)>) {
        let mut labels = vec![
            metrics::Label::new("gen_ai_operation_name", "chat"),
            metrics::Label::new("gen_ai_provider_name", self.provider.clone()),
            metrics::Label::new("gen_ai_request_model", self.model.clone()),
        ];
        labels.extend(more.map(|(name, value)| metrics::Label::new(name, value)));
        metrics::histogram!(name, labels).record(value);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.over(Some("cancelled"));
    }
}

/// The provider by the name that the conventions have for it.
fn provider(name: &str) -> &str {
    match name {
        "google" | "gemini" => "gcp.gemini",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream};
    use metrics_exporter_prometheus::PrometheusBuilder;
    use sessiond_model::{Message, Usage};

    use super::*;

    /// Says two words, and then ends or fails.
    #[derive(Debug)]
    struct Scripted(Result<Answer, Error>);

    #[async_trait]
    impl Model for Scripted {
        fn name(&self) -> &str {
            "scripted"
        }

        fn provider(&self) -> &str {
            "openai"
        }

        async fn stream(&self, _: Request) -> Result<AnswerStream, Error> {
            let words = ["Secret ", "answer"].map(|word| Ok(Delta::Text(word.to_owned())));
            let end = self.0.clone().map(|answer| Delta::End(Box::new(answer)));
            Ok(Box::pin(stream::iter(words.into_iter().chain([end]))))
        }
    }

    fn answer() -> Answer {
        Answer {
            text: "Secret answer".into(),
            refusal: None,
            tool_calls: vec![],
            finish: Finish::Stop,
            usage: Some(Usage { input_tokens: 7, output_tokens: 2, cached_tokens: None }),
            is_cut: false,
            latency: std::time::Duration::ZERO,
            model: "scripted-1".into(),
            provider: "openai".into(),
        }
    }

    #[test]
    fn a_request_is_counted_however_it_ends_and_no_text_is_seen() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        metrics::with_local_recorder(&recorder, || {
            runtime.block_on(async {
                let request = || Request::new([Message::user("Secret question")]);
                let model = observed(Arc::new(Scripted(Ok(answer()))));
                assert_eq!(model.stream(request()).await.unwrap().count().await, 3);
                // Its reader leaves after the first word.
                let mut parts = model.stream(request()).await.unwrap();
                parts.next().await.unwrap().unwrap();
                drop(parts);
                let failing = observed(Arc::new(Scripted(Err(Error::Refused("Secret".into())))));
                assert_eq!(failing.stream(request()).await.unwrap().count().await, 3);
                assert!(failing.complete(request()).await.is_err());
            });
        });
        let seen = handle.render();
        let labels =
            r#"gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="scripted""#;
        for line in [
            format!("{DURATION}_count{{{labels}}} 1"),
            format!("{DURATION}_count{{{labels},error_type=\"cancelled\"}} 1"),
            format!("{DURATION}_count{{{labels},error_type=\"refused\"}} 2"),
            format!("{FIRST_TOKEN}_count{{{labels}}} 3"),
            format!("{OUTPUT_TOKEN}_count{{{labels}}} 1"),
            format!("{TOKEN_USAGE}_sum{{{labels},gen_ai_token_type=\"input\"}} 7"),
            format!("{TOKEN_USAGE}_sum{{{labels},gen_ai_token_type=\"output\"}} 2"),
        ] {
            assert!(seen.contains(&line), "{line}:\n{seen}");
        }
        assert!(!seen.contains("Secret"), "{seen}");
    }
}
