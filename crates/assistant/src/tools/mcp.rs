//! Tools of MCP servers, which the administrator has configured.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use sessiond_turns::mcp::{McpError, McpServer, McpTool};
use sessiond_turns::tool::{Tool, text_of, tool_name};
use tokio::sync::Mutex;

use super::TurnTool;

/// How long a server has to greet, and to list its tools.
const GREETING: Duration = Duration::from_secs(10);
/// How long a call may take.
const CALL: Duration = Duration::from_secs(60);
/// How long a server that did not answer is not asked again: turns would wait for it one after the other.
const AWAY: Duration = Duration::from_secs(30);

/// An MCP server. It is asked for its tools when a turn first needs them, and again a while after it did not answer.
#[derive(Clone)]
pub struct Server {
    name: Arc<str>,
    url: Arc<str>,
    headers: Arc<BTreeMap<String, String>>,
    known: Arc<Mutex<Known>>,
}

/// What is known of a server.
#[derive(Default)]
enum Known {
    /// Nothing: it is asked when a turn needs it.
    #[default]
    Nothing,
    /// Its tools.
    Tools(Arc<[McpTool]>),
    /// Why it did not answer, and when.
    Away(String, Instant),
}

impl Server {
    /// The server at an address, with a bearer token for it. Its tools are called `NAME_TOOL`.
    ///
    /// # Errors
    /// If the name has other characters than letters, digits, `_` and `-`, or the address is none of HTTP.
    pub fn new(name: &str, url: &str, token: Option<&str>) -> Result<Self, String> {
        if name.is_empty() || name.len() > 32 || tool_name(name) != name {
            return Err(format!(
                "{name:?} cannot be the name of an MCP server: it has 1 to 32 letters, digits, _ or -"
            ));
        }
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(format!("the MCP server {name} needs an address of HTTP, such as https://host/mcp"));
        }
        let headers = token.map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
        Ok(Self {
            name: name.into(),
            url: url.into(),
            headers: Arc::new(headers.into_iter().collect()),
            known: Arc::default(),
        })
    }

    /// The name by which an assistant has its tools.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its tools.
    pub(super) async fn tools(&self) -> Result<Vec<TurnTool>, String> {
        let mut known = self.known.lock().await;
        let is_due = match &*known {
            Known::Nothing => true,
            Known::Tools(_) => false,
            Known::Away(_, since) => since.elapsed() > AWAY,
        };
        if is_due {
            *known = match self.connected().await {
                Ok(tools) => Known::Tools(tools.into()),
                Err(error) => Known::Away(error, Instant::now()),
            };
        }
        match &*known {
            Known::Tools(tools) => Ok(tools.iter().map(|tool| self.tool(tool)).collect()),
            Known::Away(error, _) => Err(error.clone()),
            Known::Nothing => Ok(Vec::new()),
        }
    }

    async fn connected(&self) -> Result<Vec<McpTool>, String> {
        let server = McpServer::address(&self.url, &self.headers, Some(GREETING)).await;
        let server = server.map_err(|error| error.to_string())?;
        match tokio::time::timeout(GREETING, server.tools()).await {
            Ok(tools) => tools.map_err(|error| error.to_string()),
            Err(_) => Err(format!("it does not list its tools within {} s", GREETING.as_secs())),
        }
    }

    fn tool(&self, tool: &McpTool) -> TurnTool {
        let mut definition = tool.definition.clone();
        definition.name = tool_name(&format!("{}_{}", self.name, definition.name));
        let (server, tool) = (self.clone(), tool.clone());
        Tool::new(definition, move |_, arguments| {
            let Value::Object(arguments) = arguments.clone() else {
                return Err("they must be one JSON object".to_owned());
            };
            let (server, tool) = (server.clone(), tool.clone());
            Ok(Box::pin(async move {
                match tokio::time::timeout(CALL, tool.call(arguments)).await {
                    Ok(Ok(value)) => Ok(text_of(value)),
                    Ok(Err(error)) => {
                        if !matches!(error, McpError::Tool(_)) {
                            // The next turn connects again.
                            *server.known.lock().await = Known::Nothing;
                        }
                        Err(error.to_string())
                    }
                    Err(_) => Err(format!("It did not answer within {} s.", CALL.as_secs())),
                }
            }))
        })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its address and headers may have a key.
        f.debug_tuple("Server").field(&self.name).finish()
    }
}
