//! How a server behaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sessiond_core::limits;
use sessiond_model::Model;
use subtle::ConstantTimeEq;

use crate::{Bounds, Error, Rates};

/// How a server behaves. `Options::default()` listens on 127.0.0.1:8080 and has no key of its own.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address and port to listen on. A name may stand for the address; port 0 takes a free one.
    pub listen: String,
    /// An administrator's key from the configuration, beside those in the store.
    pub admin_key: Option<AdminKey>,
    /// Host names under which a server without keys may be addressed beside `localhost` and loopback addresses.
    pub allow_hosts: Vec<String>,
    /// The largest request body.
    pub body_bytes: usize,
    /// The largest document to import.
    pub import_bytes: usize,
    /// Whether webhooks may be posted into the server's own network: loopback, private and link-local addresses.
    pub allow_private_webhooks: bool,
    /// How often an event stream that has nothing to say sends a comment.
    pub heartbeat: Duration,
    /// How often a WebSocket is pinged; after three pings without any sign of life it is closed.
    pub ping: Duration,
    /// What each key and each token may do in a minute, and at a time.
    pub rates: Rates,
    /// The model of the name `assistant-stateless` at `/v1`; without it, requests for that are errors that say so.
    pub model: Option<Arc<dyn Model>>,
    /// How many connections may be open, and how long they may leave unread what is sent to them.
    pub bounds: Bounds,
    /// How long open requests may take to end when the server shuts down.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            admin_key: None,
            allow_hosts: Vec::new(),
            body_bytes: limits::BODY_BYTES,
            import_bytes: limits::IMPORT_BYTES,
            allow_private_webhooks: false,
            heartbeat: Duration::from_secs(15),
            ping: Duration::from_secs(20),
            rates: Rates::default(),
            model: None,
            bounds: Bounds::default(),
            grace: Duration::from_secs(5),
        }
    }
}

/// An administrator's key from the configuration. It is compared in constant time and never shown.
#[derive(Clone)]
pub struct AdminKey(String);

impl AdminKey {
    /// The key; it must be able to stand in a header.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        let key = key.into();
        let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        if key.is_empty() || key.len() > 1024 || !visible {
            return Err(Error::AdminKey);
        }
        Ok(Self(key))
    }

    pub(crate) fn is(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminKey(redacted)")
    }
}
