//! The server that a record is sent on to.

use std::fmt;

/// Bytes of calls that may wait for a server.
const SPOOL_BYTES: u64 = 1024 * 1024 * 1024;

/// A server that sessions are reported to. [`fmt::Debug`] leaves the key out.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// Its address, such as `http://127.0.0.1:8080`.
    pub url: String,
    /// The key, if it asks for one.
    pub key: Option<String>,
    /// Bytes of calls that may wait on this machine's disk while the server is away, 1 GiB unless set. A record that
    /// would grow past that breaks off with an error.
    pub spool_bytes: u64,
}

impl Server {
    /// A server and its key, if it asks for one; an empty key is none.
    pub fn new(url: impl Into<String>, key: Option<String>) -> Self {
        let url = url.into().trim().trim_end_matches('/').to_owned();
        let key = key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        Self { url, key, spool_bytes: SPOOL_BYTES }
    }

    /// No server, whatever the environment and the configuration say: the session stays on this machine.
    pub fn none() -> Self {
        Self::new("", None)
    }

    /// The server that `SESSIOND_URL` names, with the key in `SESSIOND_API_KEY`.
    pub fn from_env() -> Option<Self> {
        let url = std::env::var("SESSIOND_URL").ok().filter(|url| !url.trim().is_empty())?;
        Some(Self::new(url, std::env::var("SESSIOND_API_KEY").ok()))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url).finish_non_exhaustive()
    }
}
