//! The server of sessions.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::middleware;
use axum::response::IntoResponse;
use sessiond_api::Code;
use sessiond_engine::Engine;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::app::App;
use crate::listen::{self, Listener};
use crate::respond::{self, Failure};
use crate::{Error, Options, auth, intake, observe, openai, openapi, routes, webhooks};

/// Answers smaller than this are not worth compressing.
const COMPRESS_BYTES: u64 = 1024;
/// How often the metrics are folded.
const UPKEEP: Duration = Duration::from_secs(10);

/// A server that has its port and answers nothing yet.
pub struct Server {
    app: App,
    listener: Listener,
}

/// A server that runs.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
}

impl Server {
    /// Takes the port. Refuses an address that others can reach when there is no key.
    pub async fn bind(engine: Engine, options: Options) -> Result<Self, Error> {
        let keyed = options.admin_key.is_some() || engine.has_keys();
        let listener = Listener::bind(&options.listen, keyed).await?;
        Ok(Self::new(engine, options, listener))
    }

    /// Takes a port that was taken before the engine was there. Refuses it when others can reach it and there is no key.
    pub fn on(listener: Listener, engine: Engine, options: Options) -> Result<Self, Error> {
        listener.check(options.admin_key.is_some() || engine.has_keys())?;
        Ok(Self::new(engine, options, listener))
    }

    fn new(engine: Engine, options: Options, listener: Listener) -> Self {
        let listener = listener.bounded(options.bounds);
        let app = App::new(engine, options, openapi::json, listener.address().ip().is_loopback());
        Self { app, listener }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Its address for people and clients on this machine.
    pub fn url(&self) -> String {
        self.listener.url()
    }

    /// Answers until `shutdown` is cancelled, then ends what is open within [`Options::grace`]: event streams and
    /// WebSockets are closed, requests that wait are answered, and others may finish. The engine stays open.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self { app, listener } = self;
        let posts =
            webhooks::run(app.engine.clone(), app.options.allow_private_webhooks, app.shutdown.clone());
        app.tasks.spawn(posts);
        let upkeep = async {
            let mut upkeep = tokio::time::interval(UPKEEP);
            loop {
                upkeep.tick().await;
                app.metrics.upkeep();
            }
        };
        let closing = async {
            app.shutdown.cancel();
            app.tasks.close();
            app.tasks.wait().await;
        };
        tokio::select! {
            () = listener.answer(service(&app), shutdown, app.options.grace, closing) => {}
            () = upkeep => {}
        }
    }

    /// Runs in the background.
    pub fn start(self) -> Handle {
        let shutdown = CancellationToken::new();
        let address = self.address();
        let running = tokio::spawn(self.run(shutdown.clone()));
        Handle { address, shutdown, running }
    }
}

impl Handle {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address for people and clients on this machine.
    pub fn url(&self) -> String {
        listen::url(self.address)
    }

    /// Shuts down and waits until nothing is open.
    pub async fn stop(self) {
        self.shutdown.cancel();
        if let Err(error) = self.running.await {
            tracing::error!(%error, "the server ended badly");
        }
    }
}

/// The routes with everything that stands before them, the outermost last.
fn service(app: &App) -> Router {
    let (router, _) = routes::router().split_for_parts();
    // What the console's build has compressed as well as it goes is sent as it is.
    let finished = |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
        extensions.get::<respond::Finished>().is_none()
    };
    let worth = SizeAbove::new(COMPRESS_BYTES).and(NotForContentType::SSE).and(finished);
    router
        .fallback(|| async { Failure::new(Code::NotFound, "there is nothing at this path").into_response() })
        .layer(middleware::from_fn_with_state(app.clone(), auth::guard))
        .layer(middleware::from_fn(openai::in_its_shape))
        .layer(CompressionLayer::new().compress_when(worth))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(middleware::from_fn(observe::request))
        .layer(middleware::from_fn(intake::lend))
        .with_state(app.clone())
}
