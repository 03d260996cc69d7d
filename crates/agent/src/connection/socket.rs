//! The inbox by WebSocket.

use futures_util::{SinkExt as _, StreamExt as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use sessiond_api::{Code, Connected, InboxMessage, Problem};
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message as Frame};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::{Closed, Incoming, Line, Outgoing};
use crate::{Socket, limits};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The close code of a connection whose inbox a newer one reads.
const TAKEN_OVER: u16 = 4001;
/// The close code of a connection whose agent is not registered (any more).
const NOT_REGISTERED: u16 = 1008;
/// Frames carry a message whose payload may have a mebibyte, and what stands around it.
const MAX_FRAME_BYTES: usize = 8 * 1024 * 1024;

impl Line {
    /// Connects, and reads the inbox until the connection breaks or is closed.
    pub(super) async fn socket(&mut self, socket: &Socket) -> Closed {
        let connecting =
            tokio::time::timeout(limits::CONNECT_TIMEOUT, connect(socket, self.agent_id().as_str()));
        let mut stream = tokio::select! {
            () = self.close.cancelled() => return Closed::Here,
            connected = connecting => match connected {
                Ok(Ok(stream)) => stream,
                Ok(Err(closed)) => return closed,
                // HTTP answered a moment ago, so it is the upgrade that hangs.
                Err(_) => return Closed::NoSocket("the WebSocket's handshake got no answer".into()),
            },
        };
        let mut ping = tokio::time::interval(limits::PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        let mut was_up = false;
        loop {
            tokio::select! {
                biased;
                () = self.close.cancelled() => return self.hang_up(stream).await,
                Some(outgoing) = self.outgoing.recv() => {
                    if let Err(error) = stream.send(frame(outgoing)).await {
                        return Closed::Lost { why: error.to_string(), was_up };
                    }
                }
                frame = stream.next() => {
                    heard = Instant::now();
                    let frame = match frame {
                        None => return Closed::Lost { why: "the server closed the connection".into(), was_up },
                        Some(Err(error)) => return Closed::Lost { why: error.to_string(), was_up },
                        Some(Ok(frame)) => frame,
                    };
                    let text = match frame {
                        Frame::Text(text) => text,
                        Frame::Close(close) => return closed_by_server(close, was_up),
                        _ => continue,
                    };
                    let incoming = if was_up {
                        match serde_json::from_str::<InboxMessage>(&text) {
                            Ok(message) => Incoming::Message(Box::new(message)),
                            Err(error) => {
                                unreadable(&text, &error);
                                continue;
                            }
                        }
                    } else {
                        match serde_json::from_str::<Connected>(&text) {
                            Ok(connected) if connected.kind == "connected" => {
                                tracing::info!(agent_id = %connected.agent_id, fence = connected.fence, "connected");
                            }
                            _ => return Closed::NoSocket("the WebSocket at /ws is not that of sessiond".into()),
                        }
                        was_up = true;
                        Incoming::Up
                    };
                    if self.incoming.send(incoming).await.is_err() {
                        return Closed::Here;
                    }
                }
                _ = ping.tick() => {
                    if heard.elapsed() > limits::SILENCE {
                        return Closed::Lost { why: "the server has fallen silent".into(), was_up };
                    }
                    if let Err(error) = stream.send(Frame::Ping(Default::default())).await {
                        return Closed::Lost { why: error.to_string(), was_up };
                    }
                }
            }
        }
    }

    /// The last acknowledgements, then a proper end.
    async fn hang_up(&mut self, mut stream: Stream) -> Closed {
        let goodbye = async {
            while let Ok(outgoing) = self.outgoing.try_recv() {
                stream.feed(frame(outgoing)).await?;
            }
            stream
                .close(Some(CloseFrame { code: CloseCode::Normal, reason: "the agent stops".into() }))
                .await?;
            // The server answers once it has read everything before.
            while let Some(Ok(_)) = stream.next().await {}
            Ok::<(), WsError>(())
        };
        if let Ok(Err(error)) = tokio::time::timeout(std::time::Duration::from_secs(2), goodbye).await {
            tracing::debug!(%error, "no goodbye");
        }
        Closed::Here
    }
}

async fn connect(socket: &Socket, agent_id: &str) -> Result<Stream, Closed> {
    let refused = |detail: String| Closed::Refused(Problem::new(Code::MalformedRequest, detail));
    let base = match socket.url.split_once("://") {
        Some(("http", rest)) => format!("ws://{rest}"),
        Some(("https", rest)) => format!("wss://{rest}"),
        _ => return Err(refused(format!("'{}' is not an http:// or https:// address", socket.url))),
    };
    let id = utf8_percent_encode(agent_id, NON_ALPHANUMERIC);
    let mut request = format!("{base}/ws?agent_id={id}")
        .into_client_request()
        .map_err(|error| refused(format!("'{}' is not an address: {error}", socket.url)))?;
    if let Some(key) = &socket.key {
        let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| refused("the key has characters that a header cannot carry".into()))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_FRAME_BYTES))
        .max_frame_size(Some(MAX_FRAME_BYTES));
    match tokio_tungstenite::connect_async_with_config(request, Some(config), true).await {
        Ok((stream, _)) => Ok(stream),
        Err(WsError::Http(response)) => Err(refusal(response.status(), response.body().as_deref())),
        Err(error @ WsError::Protocol(_)) => Err(Closed::NoSocket(error.to_string())),
        Err(error) => Err(Closed::Lost { why: error.to_string(), was_up: false }),
    }
}

/// What an answer to the handshake that is no upgrade means.
fn refusal(status: StatusCode, body: Option<&[u8]>) -> Closed {
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        && let Some(problem) = body.and_then(|body| serde_json::from_slice::<Problem>(body).ok())
    {
        return Closed::Refused(problem);
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::CONFLICT {
        return Closed::Lost { why: format!("the WebSocket was refused with {status}"), was_up: false };
    }
    Closed::NoSocket(format!("the WebSocket was refused with {status}"))
}

fn closed_by_server(close: Option<CloseFrame>, was_up: bool) -> Closed {
    let (code, reason) =
        close.map_or((1005, String::new()), |close| (u16::from(close.code), close.reason.to_string()));
    match code {
        TAKEN_OVER => Closed::TakenOver,
        // It is registered anew before the next connection; the delay is that of a connection that failed.
        NOT_REGISTERED => Closed::Lost { why: format!("not registered: {reason}"), was_up: false },
        _ => Closed::Lost { why: format!("the server closed the connection ({code} {reason})"), was_up },
    }
}

/// A frame that is no message: a problem with what was sent, or something of a newer server. A message among them is
/// not acknowledged, so it is kept, and in the end it is a dead letter that a person sees.
fn unreadable(text: &str, error: &serde_json::Error) {
    let frame: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    match (frame["type"].as_str(), frame["problem"]["detail"].as_str()) {
        (Some("problem"), Some(detail)) => tracing::warn!(detail, "the server refuses a frame"),
        (Some(kind), _) => tracing::debug!(kind, "a frame that this agent does not know"),
        (None, _) => tracing::error!(%error, "a message that cannot be read"),
    }
}

fn frame(outgoing: Outgoing) -> Frame {
    let json = match outgoing {
        Outgoing::Ack(id) => json!({ "type": "ack", "message_ids": [id] }),
        Outgoing::Heartbeat(beat) => {
            let mut frame = json!({ "type": "heartbeat", "status": beat.status });
            if !beat.waiting.is_empty() {
                frame["waiting"] = json!(beat.waiting);
            }
            frame
        }
    };
    Frame::text(json.to_string())
}

#[cfg(test)]
mod tests {
    use sessiond_api::{AgentHealth, Heartbeat};

    use super::*;

    #[test]
    fn only_a_key_that_is_refused_ends_the_agent_and_only_a_foreign_answer_makes_it_poll() {
        let problem = serde_json::to_vec(&Problem::new(Code::Unauthenticated, "no")).unwrap();
        assert!(matches!(refusal(StatusCode::UNAUTHORIZED, Some(&problem)), Closed::Refused(_)));
        assert!(matches!(refusal(StatusCode::FORBIDDEN, Some(b"<html>proxy")), Closed::NoSocket(_)));
        assert!(matches!(refusal(StatusCode::BAD_GATEWAY, None), Closed::Lost { .. }));
        assert!(matches!(refusal(StatusCode::NOT_FOUND, None), Closed::NoSocket(_)));
        assert!(matches!(refusal(StatusCode::OK, None), Closed::NoSocket(_)));
    }

    #[test]
    fn frames_are_those_of_the_protocol() {
        let ack = frame(Outgoing::Ack("m1".parse().unwrap()));
        assert_eq!(ack.to_text().unwrap(), r#"{"type":"ack","message_ids":["m1"]}"#);
        let beat = frame(Outgoing::Heartbeat(Heartbeat { status: Some(AgentHealth::Idle), waiting: vec![] }));
        assert_eq!(beat.to_text().unwrap(), r#"{"type":"heartbeat","status":"idle"}"#);
        let waiting = vec!["m1".parse().unwrap()];
        let beat = frame(Outgoing::Heartbeat(Heartbeat { status: Some(AgentHealth::Busy), waiting }));
        assert_eq!(beat.to_text().unwrap(), r#"{"type":"heartbeat","status":"busy","waiting":["m1"]}"#);
    }

    #[test]
    fn a_takeover_is_final_and_a_lost_registration_is_not() {
        let close = |code: u16| Some(CloseFrame { code: code.into(), reason: "".into() });
        assert!(matches!(closed_by_server(close(4001), true), Closed::TakenOver));
        assert!(matches!(closed_by_server(close(1008), true), Closed::Lost { was_up: false, .. }));
        assert!(matches!(closed_by_server(close(1001), true), Closed::Lost { was_up: true, .. }));
        assert!(matches!(closed_by_server(None, true), Closed::Lost { was_up: true, .. }));
    }
}
