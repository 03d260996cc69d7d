//! Lines of JSON-RPC on standard input and output. The SDK's own transport passes over a line that it cannot read; a
//! client that sent a request in it would wait for its answer until its own time is over. Here every request is answered.

use std::io;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde_json::{Value, json};
use sessiond_core::limits;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::Mutex;

/// The longest line that is read; a longer one is refused.
const LINE_BYTES: usize = limits::BODY_BYTES;
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;

pub(super) struct Lines<R, W> {
    reader: BufReader<R>,
    writer: Arc<Mutex<Option<W>>>,
}

impl<R: AsyncRead + Unpin, W> Lines<R, W> {
    pub(super) fn new(reader: R, writer: W) -> Self {
        Self { reader: BufReader::new(reader), writer: Arc::new(Mutex::new(Some(writer))) }
    }

    /// The next line without its end, and whether it is whole: what exceeds the limit is dropped. None at the end.
    async fn line(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        let mut line = Vec::new();
        let mut whole = true;
        loop {
            let read = self.reader.fill_buf().await?;
            if read.is_empty() {
                return Ok((!line.is_empty()).then_some((line, whole)));
            }
            let end = read.iter().position(|byte| *byte == b'\n');
            let part = &read[..end.unwrap_or(read.len())];
            let room = LINE_BYTES.saturating_sub(line.len());
            whole &= part.len() <= room;
            line.extend_from_slice(&part[..part.len().min(room)]);
            let used = end.map_or(read.len(), |end| end + 1);
            self.reader.consume(used);
            if end.is_some() {
                return Ok(Some((line, whole)));
            }
        }
    }
}

impl<R, W> Transport<RoleServer> for Lines<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let writer = self.writer.clone();
        async move { write(&writer, serde_json::to_vec(&message)?).await }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let (line, whole) = match self.line().await {
                Ok(line) => line?,
                Err(error) => {
                    tracing::debug!(%error, "standard input cannot be read");
                    return None;
                }
            };
            if line.trim_ascii().is_empty() {
                continue;
            }
            let fault = if whole {
                match serde_json::from_slice(&line) {
                    Ok(message) => return Some(message),
                    Err(error) => fault(&line, &error),
                }
            } else {
                let text = format!("a message has {LINE_BYTES} bytes at most");
                Some((INVALID_REQUEST, text))
            };
            let head = Head::of(&line);
            // What asks for no answer, or is one, gets none.
            let Some((code, text)) = fault.filter(|_| head.method || head.id.is_null()) else {
                continue;
            };
            let answer = json!({"jsonrpc": "2.0", "id": head.id, "error": {"code": code, "message": text}});
            if write(&self.writer, answer.to_string().into_bytes()).await.is_err() {
                return None;
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.writer.lock().await.take();
        Ok(())
    }
}

/// What is wrong with a line that is no message; nothing when it is a notification that is not known.
fn fault(line: &[u8], error: &serde_json::Error) -> Option<(i32, String)> {
    match serde_json::from_slice::<Value>(line) {
        Err(error) => Some((PARSE_ERROR, format!("the message is not JSON: {error}"))),
        Ok(value) if value.get("method").is_some() && value.get("id").is_none() => None,
        Ok(_) => Some((INVALID_REQUEST, format!("the message is not valid JSON-RPC: {error}"))),
    }
}

async fn write<W: AsyncWrite + Unpin>(writer: &Mutex<Option<W>>, mut line: Vec<u8>) -> io::Result<()> {
    line.push(b'\n');
    let mut writer = writer.lock().await;
    let writer = writer.as_mut().ok_or(io::ErrorKind::NotConnected)?;
    writer.write_all(&line).await?;
    writer.flush().await
}

/// What a line says of itself at its outermost level, also when it is no JSON.
#[derive(Default)]
struct Head {
    id: Value,
    method: bool,
}

impl Head {
    fn of(line: &[u8]) -> Self {
        let mut head = Self::default();
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(byte) = line.get(at) {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => {
                    let end = after_string(line, at);
                    let name = &line[at..end];
                    let rest = line[end..].trim_ascii_start();
                    if depth == 1
                        && let Some(value) = rest.strip_prefix(b":").map(<[u8]>::trim_ascii_start)
                    {
                        match name {
                            b"\"id\"" => head.id = id(value),
                            b"\"method\"" => head.method = true,
                            _ => {}
                        }
                    }
                    at = end;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        head
    }
}

/// An id is a text or a number; anything else is none.
fn id(value: &[u8]) -> Value {
    let end = match value.first() {
        Some(b'"') => after_string(value, 0),
        _ => value.iter().position(|byte| b",}] \t\r\n".contains(byte)).unwrap_or(value.len()),
    };
    let id = serde_json::from_slice::<Value>(&value[..end]).unwrap_or_default();
    if id.is_string() || id.is_number() { id } else { Value::Null }
}

fn after_string(line: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(byte) = line.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answers(input: &[u8]) -> (Vec<Value>, usize) {
        let (theirs, ours) = tokio::io::duplex(64 * 1024 * 1024);
        let mut lines = Lines::new(input, ours);
        let mut messages = 0;
        while lines.receive().await.is_some() {
            messages += 1;
        }
        lines.close().await.unwrap();
        drop(lines);
        let mut said = Vec::new();
        let mut theirs = BufReader::new(theirs).lines();
        while let Some(line) = theirs.next_line().await.unwrap() {
            said.push(serde_json::from_str(&line).unwrap());
        }
        (said, messages)
    }

    #[tokio::test]
    async fn every_request_that_cannot_be_read_is_answered_with_its_id() {
        let call = |text: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"x","arguments":{text}}}}}"#
            )
        };
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        for (line, id, code) in [
            (call(r#"{"text":"bad \ud83d end"}"#).into_bytes(), json!(2), PARSE_ERROR),
            (call(&deep).into_bytes(), json!(2), PARSE_ERROR),
            (call("1e400").into_bytes(), json!(2), PARSE_ERROR),
            (call("{\"text\":\"\u{1}\"}").into_bytes(), json!(2), PARSE_ERROR),
            ([call("{\"text\":\"").as_bytes(), b"\xff\xfe\"}"].concat(), json!(2), PARSE_ERROR),
            (br#"{"id":"a\"b","jsonrpc":"2.0","method":"ping""#.to_vec(), json!("a\"b"), PARSE_ERROR),
            (b"hello".to_vec(), json!(null), PARSE_ERROR),
            (b"[]".to_vec(), json!(null), INVALID_REQUEST),
            (b"{}".to_vec(), json!(null), INVALID_REQUEST),
            (call(&format!("\"{}\"", "x".repeat(LINE_BYTES))).into_bytes(), json!(2), INVALID_REQUEST),
        ] {
            let input = [&line[..], b"\n{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}\n"].concat();
            let (said, messages) = answers(&input).await;
            let shown = String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
            assert_eq!(messages, 1, "{shown}: what follows is read");
            assert_eq!(said.len(), 1, "{shown}: {said:?}");
            assert_eq!((&said[0]["id"], &said[0]["error"]["code"]), (&id, &json!(code)), "{shown}: {said:?}");
        }
    }

    #[tokio::test]
    async fn what_asks_for_no_answer_gets_none() {
        let input = b"\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unheard-of\",\"params\":[1]}\n\
            {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":1e400}\n";
        assert!(answers(input).await.0.is_empty());
    }
}
