//! What an agent is, and where it connects.

use std::fmt;
use std::time::Duration;

use sessiond_api::{AgentDescriptor, Problem};
use sessiond_client::Client;
use sessiond_core::AgentId;

use crate::limits;

/// What an agent is, and where it connects.
#[derive(Clone)]
pub struct Options {
    /// What it tells the server about itself, its id first.
    pub descriptor: AgentDescriptor,
    /// The names of the keys that may take it into their sessions and write to it, beside its own; `*` for all.
    pub open_to: Vec<String>,
    /// The client for registration and reports, and for the inbox where there is no WebSocket.
    pub client: Client,
    /// Where to connect a WebSocket; without one the inbox is read by long polls.
    pub socket: Option<Socket>,
    /// How many tasks run at once; 1 at least.
    pub concurrency: usize,
    /// How long a task may take here, on top of the time that the task itself is given.
    pub timeout: Option<Duration>,
    /// How often it says that it lives.
    pub heartbeat: Duration,
    /// How long running tasks may take to end when it is stopped.
    pub grace: Duration,
}

impl Options {
    /// An agent of the server at `url`, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    ///
    /// When `url` is no HTTP address. Nothing is sent yet.
    pub fn connect(url: &str, key: Option<&str>, agent_id: AgentId) -> Result<Self, Problem> {
        let mut options = Self::through(Client::connect(url, key)?, agent_id);
        options.socket =
            Some(Socket { url: url.trim_end_matches('/').to_owned(), key: key.map(str::to_owned) });
        Ok(options)
    }

    /// An agent with any client, the embedded one among them. It reads its inbox by long polls.
    pub fn through(client: Client, agent_id: AgentId) -> Self {
        Self {
            descriptor: AgentDescriptor {
                agent_id,
                framework: None,
                capabilities: None,
                endpoints: None,
                metadata: None,
            },
            open_to: Vec::new(),
            client,
            socket: None,
            concurrency: 1,
            timeout: None,
            heartbeat: limits::HEARTBEAT,
            grace: limits::GRACE,
        }
    }

    /// Who it is.
    pub fn agent_id(&self) -> &AgentId {
        &self.descriptor.agent_id
    }
}

/// Where to connect a WebSocket.
#[derive(Clone)]
pub struct Socket {
    /// The server's address, `http://` or `https://`; the path `/ws` is appended.
    pub url: String,
    /// The key.
    pub key: Option<String>,
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("url", &self.url)
            .field("key", &self.key.as_ref().map(|_| "redacted"))
            .finish()
    }
}
