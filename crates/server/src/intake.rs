//! Request bodies: the memory that they may take together, and what becomes of one that nobody reads.
//!
//! A request that is refused early is answered only when its body has been read and dropped: a connection that is closed
//! while its peer still writes loses the answer. A peer that asked for `100 Continue` is answered at once, and one whose
//! body does not end in time too; the answer then says that the connection is closed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CONNECTION, EXPECT};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use parking_lot::Mutex;
use sessiond_api::Code;
use sessiond_core::limits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::respond::Failure;

/// How much of a body that nobody reads is read and dropped, and for how long.
const DRAIN_BYTES: usize = 64 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(5);
/// The unit in which memory is counted.
const UNIT: usize = 4 * 1024;

/// The memory for bodies, in all requests together.
pub(crate) struct Memory {
    bodies: Arc<Semaphore>,
    imports: Arc<Semaphore>,
}

impl Default for Memory {
    fn default() -> Self {
        let units = |bytes: usize| Arc::new(Semaphore::new(bytes / UNIT));
        Self { bodies: units(limits::BODIES_BYTES), imports: units(limits::IMPORTS_BYTES) }
    }
}

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Request,
    Import,
}

/// The memory that a request has; it is given back when the request is answered.
#[derive(Clone, Default)]
pub(crate) struct Share(Arc<Mutex<Vec<OwnedSemaphorePermit>>>);

impl Share {
    /// Takes memory for a body of so many bytes, beside what it has.
    pub(crate) fn grow(&self, memory: &Memory, purpose: Purpose, bytes: usize) -> Result<(), Failure> {
        let pool = match purpose {
            Purpose::Request => &memory.bodies,
            Purpose::Import => &memory.imports,
        };
        let mut taken = self.0.lock();
        let wanted = bytes.div_ceil(UNIT);
        let more = wanted.saturating_sub(taken.iter().map(OwnedSemaphorePermit::num_permits).sum());
        if more == 0 {
            return Ok(());
        }
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        match pool.clone().try_acquire_many_owned(more) {
            Ok(permit) => {
                match taken.first_mut() {
                    Some(first) => first.merge(permit),
                    None => taken.push(permit),
                }
                Ok(())
            }
            Err(_) => Err(Failure::new(
                Code::Unavailable,
                match purpose {
                    Purpose::Request => {
                        "the server has no memory for this body beside those that it has; retry"
                    }
                    Purpose::Import => {
                        "other imports are in progress and leave no memory for this one; retry"
                    }
                },
            )),
        }
    }
}

/// Lends a request its body, and sees to what is left of it.
pub(crate) async fn lend(mut request: Request, next: Next) -> Response {
    let share = Share::default();
    request.extensions_mut().insert(share.clone());
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let waits = request.headers().contains_key(EXPECT);
    let returned = Arc::<Mutex<Option<Returned>>>::default();
    let lent = returned.clone();
    let request = request.map(|body| Body::new(Lent { body: Some(body), begun: false, returned: lent }));
    let mut response = next.run(request).await;
    drop(share);
    let left = returned.lock().take();
    if let Some(Returned { body, begun }) = left {
        // What is polled of a body for the first time sends `100 Continue`, and then the peer sends all of it.
        let whole = (begun || !waits) && drain(body).await;
        if !whole {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
    response
}

/// Reads a body to its end, and answers whether it came to that.
async fn drain(mut body: Body) -> bool {
    let drop_all = async {
        let mut dropped = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            dropped += frame.data_ref().map_or(0, Bytes::len);
            if dropped > DRAIN_BYTES {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(DRAIN_TIME, drop_all).await.unwrap_or(false)
}

/// A body that nobody read to its end.
struct Returned {
    body: Body,
    begun: bool,
}

/// A body that comes back when its reader drops it too early.
struct Lent {
    body: Option<Body>,
    begun: bool,
    returned: Arc<Mutex<Option<Returned>>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.begun = true;
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            *self.returned.lock() = Some(Returned { body, begun: self.begun });
        }
    }
}
