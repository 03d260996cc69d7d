//! Ports and connections: what every server here has, whatever it answers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use sessiond_api::{Code, Problem};
use sessiond_core::limits;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::Error;

/// How long a connection may be idle, or take to send its headers.
const HEADERS: Duration = Duration::from_secs(60);
/// Twice what headers may have, so that one who sends too much is told so by a problem and not by a closed connection.
const READ_BYTES: usize = 64 * 1024;
/// Many more headers than anybody sends; the sum of their sizes is limited as well.
const HEADERS_MAX: usize = 256;
/// How long to wait when the operating system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(50);
/// How often it is written to the log that there is no room.
const NO_ROOM_LOGGED: Duration = Duration::from_secs(10);
/// The address that a request came from; behind a proxy, the proxy's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many may be open at once; a further one is told so and closed.
    pub connections: usize,
    /// How long a peer may leave unread what is sent to it before it is cut off.
    pub unread: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections: limits::CONNECTIONS, unread: Duration::from_millis(limits::UNREAD_MS) }
    }
}

/// A port that was taken and is not answered on yet.
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    bounds: Bounds,
}

impl Listener {
    /// Takes the port. Refuses an address that others can reach when there is no key.
    pub async fn bind(listen: &str, keyed: bool) -> Result<Self, Error> {
        let addresses = resolve(listen).await?;
        reachable_with(&addresses, keyed)?;
        let listener = take(&addresses).await?;
        let address =
            listener.local_addr().map_err(|cause| Error::Address { listen: listen.to_owned(), cause })?;
        Ok(Self { listener, address, bounds: Bounds::default() })
    }

    /// Refuses the address when others can reach it and there is no key: for those who learn that after [`Self::bind`].
    pub(crate) fn check(&self, keyed: bool) -> Result<(), Error> {
        reachable_with(&[self.address], keyed)
    }

    /// Connections get these bounds instead of the usual ones.
    #[must_use]
    pub fn bounded(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address for people and clients on this machine.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// Answers until `shutdown` is cancelled. Then nobody is let in any more, and what is open has `grace` to end,
    /// together with `closing`, which is begun then.
    pub async fn answer(
        self,
        service: Router,
        shutdown: CancellationToken,
        grace: Duration,
        closing: impl Future<Output = ()>,
    ) {
        let Self { listener, bounds, .. } = self;
        let places = Arc::new(Semaphore::new(bounds.connections));
        let mut refusals = Refusals::default();
        let service = TowerToHyperService::new(service);
        let connections = TaskTracker::new();
        let abort = CancellationToken::new();
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .max_headers(HEADERS_MAX)
            .max_buf_size(READ_BYTES);
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            let Some((stream, peer)) = admit(accepted, &mut refusals).await else {
                continue;
            };
            let Ok(place) = places.clone().try_acquire_owned() else {
                refusals.tell(&"as many are open as may be");
                refuse(stream);
                continue;
            };
            let mut stream = TimeoutStream::new(Placed { stream, _place: place });
            stream.set_write_timeout(Some(bounds.unread));
            let io = TokioIo::new(Box::pin(stream));
            let service = service.clone();
            let service = service_fn(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(peer);
                service.call(request)
            });
            let connection = builder.serve_connection(io, service).with_upgrades();
            let (stop, abort) = (shutdown.clone(), abort.clone());
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
        connections.close();
        let ended = async {
            closing.await;
            connections.wait().await;
        };
        if tokio::time::timeout(grace, ended).await.is_err() {
            tracing::warn!(open = connections.len(), "some requests did not end in time and are cut off");
            abort.cancel();
            connections.wait().await;
        }
    }
}

fn reachable_with(addresses: &[SocketAddr], keyed: bool) -> Result<(), Error> {
    match addresses.iter().find(|address| !address.ip().is_loopback()) {
        Some(address) if !keyed => Err(Error::KeysNeeded { address: *address }),
        _ => Ok(()),
    }
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
async fn take(addresses: &[SocketAddr]) -> Result<TcpListener, Error> {
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

/// Tells the log now and then that connections are refused, and not for each of them.
#[derive(Default)]
struct Refusals {
    told: Option<Instant>,
}

impl Refusals {
    fn tell(&mut self, reason: &dyn std::fmt::Display) {
        if self.told.is_none_or(|at| at.elapsed() > NO_ROOM_LOGGED) {
            self.told = Some(Instant::now());
            tracing::warn!(%reason, "connections are not accepted");
        }
    }
}

/// A connection that came about; nothing when it did not.
async fn admit(
    accepted: io::Result<(TcpStream, SocketAddr)>,
    refusals: &mut Refusals,
) -> Option<(TcpStream, Peer)> {
    match accepted {
        Ok((stream, address)) => {
            // Events and frames are small, and each should go out at once.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection ended before it began");
            }
            Some((stream, Peer(address.ip())))
        }
        Err(error) => {
            // Trying again at once would only burn time: there is no room until a connection ends.
            refusals.tell(&error);
            tokio::time::sleep(NO_ROOM).await;
            None
        }
    }
}

/// Tells a peer that there is no place for it. What does not go out at once is not sent.
fn refuse(stream: TcpStream) {
    let problem = Problem::new(Code::Unavailable, "too many connections are open; retry").retry_after(1);
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.try_write(answer.as_bytes());
}

/// A connection that takes a place as long as it is open, also when it has become a WebSocket.
struct Placed {
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Placed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Placed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// How a connection ended is seldom of interest: peers come and go.
fn quiet(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection broke");
    }
}

/// The address of a port for people and clients on this machine.
pub(crate) fn url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        return format!("http://localhost:{}", address.port());
    }
    format!("http://{address}")
}
