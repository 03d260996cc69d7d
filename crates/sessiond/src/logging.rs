//! The log: on standard error, as text or as JSON lines; and traces, where a collector is configured.

use std::io::IsTerminal as _;

use anyhow::{Context as _, anyhow};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::{Config, PYTHON_LEVELS};

/// The traces that are on their way to a collector, if there is one.
#[must_use]
pub struct Traces(Option<SdkTracerProvider>);

/// Writes the log from now on. `default_level` counts when nobody chose one: commands that answer and end say
/// nothing unless something is wrong. With `traced`, spans go to the collector that the configuration names.
pub fn start(config: &Config, default_level: &str, traced: bool) -> anyhow::Result<Traces> {
    let level = match config.get("log_level") {
        Some(level) if config.is_set("log_level") => level,
        _ => default_level,
    };
    let word = PYTHON_LEVELS.iter().find(|(word, _)| word.eq_ignore_ascii_case(level));
    let level = word.map_or(level, |(_, level)| *level);
    let filter =
        EnvFilter::try_new(level).map_err(|error| anyhow!("log_level '{level}' cannot be read: {error}"))?;
    // A line for each request that begins and ends is the library's habit, not what our log is for.
    let filter = match level.contains("rmcp") {
        true => filter,
        false => filter.add_directive("rmcp=warn".parse()?),
    };
    let colours =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    let lines = match config.get("log_format") {
        Some("json") => lines.json().boxed(),
        _ => lines.with_target(false).boxed(),
    };
    let provider = match config.get("otlp_endpoint") {
        Some(endpoint) if traced => Some(provider(endpoint)?),
        _ => None,
    };
    let spans = provider
        .as_ref()
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("sessiond")));
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(spans.with_filter(own_spans()))
        .init();
    Ok(Traces(provider))
}

/// Only our own spans: those of the exporter's HTTP client would make new ones for ever.
fn own_spans() -> EnvFilter {
    EnvFilter::new("off,sessiond=info,sessiond_server=info,sessiond_engine=info")
}

fn provider(endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
    // Another part of the process may have chosen a provider already, and then that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .context("traces cannot be sent")?;
    let resource = Resource::builder().with_service_name("sessiond").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

impl Traces {
    /// Sends what waits. It blocks for a few seconds at most.
    pub fn end(self) {
        if let Some(provider) = self.0
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}
