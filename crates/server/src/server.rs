//! Listening, and ending well.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::middleware;
use axum::response::IntoResponse;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use sessiond_api::Code;
use sessiond_engine::Engine;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::app::App;
use crate::respond::{self, Failure};
use crate::{Error, Options, auth, observe, routes, webhooks};

/// How long a connection may be idle, or take to send its headers.
const HEADERS: Duration = Duration::from_secs(60);
/// Twice what headers may have, so that one who sends too much is told so by a problem and not by a closed connection.
const READ_BYTES: usize = 64 * 1024;
/// Many more headers than anybody sends; the sum of their sizes is limited as well.
const HEADERS_MAX: usize = 256;
/// How long to wait when the operating system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(50);
/// Answers smaller than this are not worth compressing.
const COMPRESS_BYTES: u64 = 1024;
/// How often the metrics are folded.
const UPKEEP: Duration = Duration::from_secs(10);

/// A server that has its port and answers nothing yet.
pub struct Server {
    app: App,
    listener: TcpListener,
    address: SocketAddr,
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
        let addresses = resolve(&options.listen).await?;
        let open = addresses.iter().find(|address| !address.ip().is_loopback());
        if let Some(address) = open
            && options.admin_key.is_none()
            && !engine.has_keys()
        {
            return Err(Error::KeysNeeded { address: *address });
        }
        let listener = listen(&addresses).await?;
        let address = listener
            .local_addr()
            .map_err(|cause| Error::Address { listen: options.listen.clone(), cause })?;
        let app = App::new(engine, options, address.ip().is_loopback());
        Ok(Self { app, listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address for people and clients on this machine.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// Answers until `shutdown` is cancelled, then ends what is open within [`Options::grace`]: event streams and
    /// WebSockets are closed, requests that wait are answered, and others may finish. The engine stays open.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self { app, listener, .. } = self;
        let service = TowerToHyperService::new(service(&app));
        let posts =
            webhooks::run(app.engine.clone(), app.options.allow_private_webhooks, app.shutdown.clone());
        app.tasks.spawn(posts);
        let connections = TaskTracker::new();
        let abort = CancellationToken::new();
        let mut upkeep = tokio::time::interval(UPKEEP);
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .max_headers(HEADERS_MAX)
            .max_buf_size(READ_BYTES);
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => break,
                _ = upkeep.tick() => {
                    app.metrics.upkeep();
                    continue;
                }
                accepted = listener.accept() => accepted,
            };
            let Some(stream) = admit(accepted).await else {
                continue;
            };
            let connection = builder.serve_connection(TokioIo::new(stream), service.clone()).with_upgrades();
            let (stop, abort) = (app.shutdown.clone(), abort.clone());
            connections.spawn(async move {
                let mut connection = pin!(connection);
                tokio::select! {
                    ended = connection.as_mut() => return quiet(ended),
                    () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
                }
                tokio::select! {
                    ended = connection => quiet(ended),
                    () = abort.cancelled() => {}
                }
            });
        }
        drop(listener);
        app.shutdown.cancel();
        connections.close();
        app.tasks.close();
        let ended = async {
            connections.wait().await;
            app.tasks.wait().await;
        };
        if tokio::time::timeout(app.options.grace, ended).await.is_err() {
            tracing::warn!(open = connections.len(), "some requests did not end in time and are cut off");
            abort.cancel();
            connections.wait().await;
        }
    }

    /// Runs in the background.
    pub fn start(self) -> Handle {
        let shutdown = CancellationToken::new();
        let address = self.address;
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
        url(self.address)
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
        .layer(CompressionLayer::new().compress_when(worth))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(middleware::from_fn(observe::request))
        .with_state(app.clone())
}

async fn resolve(listen: &str) -> Result<Vec<SocketAddr>, Error> {
    let address = |cause| Error::Address { listen: listen.to_owned(), cause };
    let found: Vec<_> = tokio::net::lookup_host(listen).await.map_err(address)?.collect();
    if found.is_empty() {
        return Err(address(io::Error::new(io::ErrorKind::NotFound, "the name has no address")));
    }
    Ok(found)
}

/// Takes the first of the addresses that can be had; `localhost` may stand for two.
async fn listen(addresses: &[SocketAddr]) -> Result<TcpListener, Error> {
    let mut refused = None;
    for address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(cause) if cause.kind() == io::ErrorKind::AddrInUse => {
                // The next address may be free, but people who use this one would meet another program.
                return Err(Error::Taken { address: *address });
            }
            Err(cause) => refused = Some(Error::Refused { address: *address, cause }),
        }
    }
    Err(refused.unwrap_or_else(|| Error::Address {
        listen: String::new(),
        cause: io::Error::new(io::ErrorKind::NotFound, "there is no address"),
    }))
}

/// A connection that came about; nothing when it did not.
async fn admit(accepted: io::Result<(TcpStream, SocketAddr)>) -> Option<TcpStream> {
    match accepted {
        Ok((stream, _)) => {
            // Events and frames are small, and each should go out at once.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection ended before it began");
            }
            Some(stream)
        }
        Err(error) => {
            // Trying again at once would only burn time: there is no room until a connection ends.
            tracing::warn!(%error, "a connection cannot be accepted");
            tokio::time::sleep(NO_ROOM).await;
            None
        }
    }
}

/// How a connection ended is seldom of interest: peers come and go.
fn quiet(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection broke");
    }
}

fn url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        return format!("http://localhost:{}", address.port());
    }
    format!("http://{address}")
}
