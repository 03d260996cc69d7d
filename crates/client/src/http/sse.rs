//! Event streams (WHATWG HTML, "Server-sent events"), as far as sessiond writes them.

/// An event as it stands in a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Frame {
    /// What it is; `message` when the stream does not say.
    pub(super) event: String,
    /// The `id:` that came with it, if any.
    pub(super) id: Option<String>,
    /// Its data, lines joined.
    pub(super) data: String,
}

/// Cuts the bytes of a stream into events.
#[derive(Debug, Default)]
pub(super) struct Parser {
    /// Bytes after the last line break.
    rest: Vec<u8>,
    /// The event that is being read.
    frame: Frame,
    has_data: bool,
}

impl Parser {
    /// Takes in bytes and gives the events that they complete.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut bytes = bytes;
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.rest.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.rest);
            frames.extend(self.line(String::from_utf8_lossy(&line).trim_end_matches('\r')));
        }
        self.rest.extend_from_slice(bytes);
        frames
    }

    fn line(&mut self, line: &str) -> Option<Frame> {
        if line.is_empty() {
            let frame = std::mem::take(&mut self.frame);
            // An event without data is none, such as a comment that keeps the connection open.
            return std::mem::take(&mut self.has_data).then(|| Frame {
                event: if frame.event.is_empty() { "message".into() } else { frame.event },
                ..frame
            });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.frame.event = value.to_owned(),
            "id" => self.frame.id = Some(value.to_owned()),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.frame.data.push('\n');
                }
                self.frame.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_the_same_however_the_bytes_are_cut() {
        let stream =
            ": heartbeat\n\nid: 7\nevent: task_updated\ndata: {\"ä\":1}\r\n\ndata: a\ndata: b\n\n".as_bytes();
        let whole = Parser::default().feed(stream);
        assert_eq!(whole.len(), 2);
        assert_eq!((whole[0].event.as_str(), whole[0].id.as_deref()), ("task_updated", Some("7")));
        assert_eq!(whole[0].data, "{\"ä\":1}");
        assert_eq!((whole[1].event.as_str(), whole[1].data.as_str()), ("message", "a\nb"));
        for size in 1..9 {
            let mut parser = Parser::default();
            let cut: Vec<_> = stream.chunks(size).flat_map(|chunk| parser.feed(chunk)).collect();
            assert_eq!(cut, whole, "{size}");
        }
    }
}
