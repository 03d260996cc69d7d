//! Reads an answer that comes in pieces.

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Instant;

use futures_util::{Stream, StreamExt, stream};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use sse_stream::{Sse, SseStream};

use super::send::{LARGEST, Sender};
use super::wire::{Chat, Gathered};
use crate::{AnswerStream, Delta, Error};

/// The answer of which this is the beginning.
pub(super) fn read(sender: Sender, response: Response, model: String, started: Instant) -> AnswerStream {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    // Some services know no streams and answer as a whole.
    let whole = content_type.is_some_and(|kind| kind.starts_with("application/json"));
    let mut size = 0;
    let bytes = response.bytes_stream().map(move |chunk| {
        let chunk = chunk?;
        size += chunk.len();
        if size > LARGEST { Err(Break::TooLong) } else { Ok(chunk) }
    });
    let events: Events = if whole {
        let end = stream::iter([Ok(Sse::default().data("[DONE]"))]);
        Box::pin(stream::once(collect(bytes)).chain(end))
    } else {
        Box::pin(SseStream::from_bytes_stream(Box::pin(bytes)))
    };
    let parts = Parts {
        sender,
        events,
        gathered: Gathered::default(),
        waiting: VecDeque::new(),
        ended: false,
        model,
        started,
    };
    Box::pin(stream::try_unfold(parts, Parts::next))
}

type Events = Pin<Box<dyn Stream<Item = Result<Sse, sse_stream::Error>> + Send>>;

/// Why the bytes of an answer do not go on.
#[derive(Debug, thiserror::Error)]
enum Break {
    #[error(transparent)]
    Connection(#[from] reqwest::Error),
    #[error("it is larger than {LARGEST} bytes")]
    TooLong,
}

/// A whole answer as the one event of a stream.
async fn collect<B: AsRef<[u8]>>(
    bytes: impl Stream<Item = Result<B, Break>>,
) -> Result<Sse, sse_stream::Error> {
    let mut bytes = std::pin::pin!(bytes);
    let mut all = Vec::new();
    while let Some(chunk) = bytes.next().await {
        all.extend_from_slice(chunk.map_err(|error| sse_stream::Error::Body(error.into()))?.as_ref());
    }
    Ok(Sse::default().data(String::from_utf8_lossy(&all)))
}

/// An answer that is being read.
struct Parts {
    sender: Sender,
    events: Events,
    gathered: Gathered,
    /// What has been read and not yet been given out.
    waiting: VecDeque<Delta>,
    ended: bool,
    model: String,
    started: Instant,
}

impl Parts {
    async fn next(mut self) -> Result<Option<(Delta, Self)>, Error> {
        loop {
            if let Some(delta) = self.waiting.pop_front() {
                return Ok(Some((delta, self)));
            }
            if self.ended {
                return Ok(None);
            }
            match self.events.next().await {
                Some(Ok(event)) => self.take(&event.data.unwrap_or_default())?,
                Some(Err(error)) => return Err(self.broken(error)),
                None => self.end(false)?,
            }
        }
    }

    fn take(&mut self, data: &str) -> Result<(), Error> {
        match data.trim() {
            "" => return Ok(()),
            "[DONE]" => return self.end(true),
            _ => {}
        }
        let chat: Chat = serde_json::from_str(data).map_err(|error| {
            Error::unreadable(
                format!("a piece of it is no chat completion: {error}"),
                &self.sender.clean(data),
            )
        })?;
        let text = self.gathered.take(chat).map_err(|error| self.sender.failed(&error))?;
        if !text.is_empty() {
            self.waiting.push_back(Delta::Text(text));
        }
        Ok(())
    }

    /// Ends the answer. Whether it is whole is known when the service says so, or has said why it ends.
    fn end(&mut self, is_said: bool) -> Result<(), Error> {
        if self.gathered.is_empty() || !(is_said || self.gathered.is_finished()) {
            return Err(self.cut_off("the answer broke off before its end".to_owned()));
        }
        self.ended = true;
        let answer = super::answer(std::mem::take(&mut self.gathered), &self.model, self.started);
        self.waiting.extend(answer.tool_calls.iter().cloned().map(Delta::ToolCall));
        self.waiting.push_back(Delta::End(Box::new(answer)));
        Ok(())
    }

    fn cut_off(&self, detail: String) -> Error {
        Error::Unreachable { address: self.sender.address(), detail }
    }

    fn broken(&self, error: sse_stream::Error) -> Error {
        let sse_stream::Error::Body(cause) = error else {
            return Error::unreadable(format!("it is no event stream: {error}"), "");
        };
        match cause.downcast_ref::<Break>() {
            Some(Break::Connection(error)) => self.sender.broken(error),
            Some(Break::TooLong) => Error::unreadable(cause.to_string(), ""),
            None => self.cut_off(cause.to_string()),
        }
    }
}
