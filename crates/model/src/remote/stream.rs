//! Reads an answer that comes in pieces.

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Instant;

use futures_util::{Stream, StreamExt, stream};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use sse_stream::{Sse, SseStream};

use super::format::{Added, Reader};
use super::meter::Sent;
use super::send::LARGEST;
use super::{Api, Remote};
use crate::{AnswerStream, Delta, Error};

/// The answer of which this is the beginning.
pub(super) fn read(remote: Remote, response: Response, sent: Sent, started: Instant) -> AnswerStream {
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
    } else if remote.settings.api == Api::Ollama {
        Box::pin(lines(Box::pin(bytes)))
    } else {
        Box::pin(SseStream::from_bytes_stream(Box::pin(bytes)))
    };
    let reader = remote.reader();
    let parts = Parts { remote, events, reader, waiting: VecDeque::new(), ended: false, sent, started };
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

/// Lines as the events of a stream.
fn lines<B: AsRef<[u8]> + Send>(
    bytes: impl Stream<Item = Result<B, Break>> + Send + Unpin,
) -> impl Stream<Item = Result<Sse, sse_stream::Error>> + Send {
    let next = async |(mut bytes, mut left): (_, Vec<u8>)| {
        loop {
            if let Some(end) = left.iter().position(|byte| *byte == b'\n') {
                let rest = left.split_off(end + 1);
                let line = String::from_utf8_lossy(&left).trim().to_owned();
                return Ok(Some((Sse::default().data(line), (bytes, rest))));
            }
            match StreamExt::next(&mut bytes).await {
                Some(Ok(chunk)) => left.extend_from_slice(B::as_ref(&chunk)),
                Some(Err(error)) => return Err(sse_stream::Error::Body(Break::into(error))),
                None if left.is_empty() => return Ok(None),
                // The last one need not be ended.
                None => left.push(b'\n'),
            }
        }
    };
    stream::try_unfold((bytes, Vec::new()), next)
}

/// An answer that is being read.
struct Parts {
    remote: Remote,
    events: Events,
    reader: Reader,
    /// What has been read and not yet been given out.
    waiting: VecDeque<Delta>,
    ended: bool,
    sent: Sent,
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
        let sender = &self.remote.sender;
        let piece = serde_json::from_str(data).map_err(|error| {
            let name = self.remote.settings.api.answer_name();
            Error::unreadable(format!("a piece of it is no {name}: {error}"), &sender.clean(data))
        })?;
        let added = self.reader.take(piece);
        let Added { text, reasoning } =
            added.map_err(|fault| self.remote.noted(sender.fault(fault, data), self.sent))?;
        if !reasoning.is_empty() {
            self.waiting.push_back(Delta::Reasoning(reasoning));
        }
        if !text.is_empty() {
            self.waiting.push_back(Delta::Text(text));
        }
        Ok(())
    }

    /// Ends the answer. Whether it is whole is known when the service says so, or has said why it ends.
    fn end(&mut self, is_said: bool) -> Result<(), Error> {
        let is_whole = is_said || self.reader.is_finished();
        let Some(gathered) = self.reader.end().filter(|_| is_whole) else {
            return Err(self.cut_off("the answer broke off before its end".to_owned()));
        };
        self.ended = true;
        let answer = self.remote.answer(gathered, self.sent, self.started);
        self.waiting.extend(answer.tool_calls.iter().cloned().map(Delta::ToolCall));
        self.waiting.push_back(Delta::End(Box::new(answer)));
        Ok(())
    }

    fn cut_off(&self, detail: String) -> Error {
        Error::Unreachable { address: self.remote.sender.address(), detail }
    }

    fn broken(&self, error: sse_stream::Error) -> Error {
        let sse_stream::Error::Body(cause) = error else {
            return Error::unreadable(format!("it is no event stream: {error}"), "");
        };
        match cause.downcast_ref::<Break>() {
            Some(Break::Connection(error)) => self.remote.sender.broken(error),
            Some(Break::TooLong) => Error::unreadable(cause.to_string(), ""),
            None => self.cut_off(cause.to_string()),
        }
    }
}
