//! An agent's answer as it is written.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sessiond_core::CallKind;
use tokio::sync::mpsc;

use super::input::{AgentInput, AgentResult};
use super::node::AgentNode;
use crate::error::{Error, Failure};
use crate::node::Node;
use crate::session::Session;

/// Pieces that the model may be ahead of who takes them.
const AHEAD: usize = 16;

/// The text of an agent, piece by piece, and its result in the end. Dropping it cancels the call.
pub struct AgentStream<'a, T> {
    pieces: mpsc::Receiver<String>,
    call: Option<BoxFuture<'a, Result<AgentResult<T>, Error>>>,
    outcome: Option<Result<AgentResult<T>, Error>>,
    given: bool,
}

impl Session {
    /// Calls an agent as [`Session::call`] does, and gives the text that its model writes as it is written. What is recorded
    /// is the whole result; a resumed session gives its text in one piece.
    pub fn stream<'a, T>(
        &'a self,
        agent: &'a AgentNode<T>,
        input: impl Into<AgentInput>,
    ) -> AgentStream<'a, T>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let (sender, pieces) = mpsc::channel(AHEAD);
        let input = input.into();
        let call = Box::pin(async move { self.call(&Streaming { agent, sender }, input).await });
        AgentStream { pieces, call: Some(call), outcome: None, given: false }
    }
}

impl<T> AgentStream<'_, T> {
    /// The result, once the stream has ended well.
    pub fn result(self) -> Option<AgentResult<T>> {
        self.outcome?.ok()
    }
}

impl<T: Unpin> Stream for AgentStream<'_, T> {
    type Item = Result<String, Error>;

    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = self.get_mut();
        loop {
            // What it wrote comes before how it ended.
            if let Poll::Ready(Some(piece)) = stream.pieces.poll_recv(task) {
                stream.given = true;
                return Poll::Ready(Some(Ok(piece)));
            }
            let Some(call) = &mut stream.call else { return Poll::Ready(stream.last()) };
            match call.as_mut().poll(task) {
                Poll::Ready(outcome) => {
                    stream.call = None;
                    stream.outcome = Some(outcome);
                }
                Poll::Pending if !stream.pieces.is_empty() => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<T> AgentStream<'_, T> {
    /// What comes when all pieces were given: an error, or the text of a call that came from the record.
    fn last(&mut self) -> Option<Result<String, Error>> {
        match self.outcome.take()? {
            Err(error) => Some(Err(error)),
            Ok(result) => {
                let text = (!self.given && !result.text.is_empty()).then(|| result.text.clone());
                self.given = true;
                self.outcome = Some(Ok(result));
                text.map(Ok)
            }
        }
    }
}

/// An agent whose text is handed over as it comes.
struct Streaming<'a, T> {
    agent: &'a AgentNode<T>,
    sender: mpsc::Sender<String>,
}

impl<T: Serialize + DeserializeOwned + Send> Node for Streaming<'_, T> {
    type Input = AgentInput;
    type Output = AgentResult<T>;

    fn name(&self) -> &Arc<str> {
        self.agent.name()
    }

    fn kind(&self) -> CallKind {
        CallKind::Agent
    }

    async fn run(&self, input: AgentInput) -> Result<AgentResult<T>, Failure> {
        self.agent.stream(input, &self.sender).await
    }
}
