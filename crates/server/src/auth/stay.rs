//! Ends what is open when its caller's key is revoked or expires, or its session's token ends: requests that wait, answers that stream, and what a
//! WebSocket does. One mechanism for all of them, because each asks nothing but [`Engine::ended`].

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use sessiond_api::Code;
use sessiond_api::operations::{self, Operation};
use sessiond_engine::{Engine, Stay};

use crate::respond::Failure;

/// What a caller is told whose key or token ended while a request was open.
pub(crate) const ENDED: &str = "the key or token is no longer valid";

/// Answers a request as long as its caller may stay.
pub(super) async fn run(engine: &Engine, stay: Stay, request: Request, next: Next) -> Response {
    // A caller that makes the first key, revokes its own, or deletes the session of its token, gets the answer to that.
    if ends_its_own_stay(&request) {
        return next.run(request).await;
    }
    let mut ended = ended(engine.clone(), stay);
    let response = tokio::select! {
        biased;
        () = &mut ended => return Failure::new(Code::Unauthenticated, ENDED).into_response(),
        response = next.run(request) => response,
    };
    // An answer that is there already is sent as it is; one that is made bit by bit may take as long as it likes.
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| Body::new(WhileStaying { body, ended, over: false }))
}

fn ends_its_own_stay(request: &Request) -> bool {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let is = |operation: &Operation| {
        operation.path == path && operation.method.as_str() == request.method().as_str()
    };
    let ending = [
        operations::CREATE_KEY,
        operations::REVOKE_KEY,
        operations::DELETE_SESSION,
        operations::OPENAI_DELETE_CONVERSATION,
    ];
    ending.iter().any(is)
}

type Ended = Pin<Box<dyn Future<Output = ()> + Send>>;

fn ended(engine: Engine, stay: Stay) -> Ended {
    Box::pin(async move { engine.ended(&stay).await })
}

/// A body that breaks off when its reader may no longer stay, so that nobody takes a part for the whole.
struct WhileStaying {
    body: Body,
    ended: Ended,
    over: bool,
}

impl HttpBody for WhileStaying {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        if self.ended.as_mut().poll(context).is_ready() {
            self.over = true;
            // What makes the body ends too.
            self.body = Body::empty();
            return Poll::Ready(Some(Err(axum::Error::new(ENDED))));
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.over || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
