//! Tools of MCP servers.
//!
//! A server is a program that speaks on its standard input and output, or an address with streamable HTTP. It is spoken to
//! from the background's threads, so it may be used from any runtime. That a server's tools change while it runs is not
//! looked at: ask for them again.

mod program;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Once};
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientConfig, ContentBlock, Implementation, JsonObject,
    ProtocolVersion,
};
use rmcp::service::{Peer, RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{RoleClient, ServiceExt};
use serde_json::Value;
use sessiond_background as background;
use sessiond_model::Tool;

use crate::tool::tool_name;
pub use program::Program;
use program::Running;

/// How long a server may take to greet, unless set.
const GREETING: Duration = Duration::from_secs(30);
/// How long a program may take to end once its input has.
const GRACE: Duration = Duration::from_secs(2);

/// What can go wrong with an MCP server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum McpError {
    /// There is no server, or it does not speak MCP.
    #[error("the MCP server {server} cannot be used: {detail}")]
    Connect {
        /// Which.
        server: String,
        /// What went wrong.
        detail: String,
    },
    /// It cannot be reached any more, or refuses a request.
    #[error("the MCP server {server} did not respond: {detail}")]
    Request {
        /// Which.
        server: String,
        /// What went wrong.
        detail: String,
    },
    /// A tool failed, in the server's words.
    #[error("{0}")]
    Tool(String),
}

/// A connection to an MCP server; cheap to clone. A program is ended with the last clone, or by [`McpServer::close`].
#[derive(Clone)]
pub struct McpServer {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    url: Option<reqwest::Url>,
    /// The process that connected: in one that is forked from it, nobody moves the connection.
    process: u32,
    peer: Peer<RoleClient>,
    service: Mutex<Option<RunningService<RoleClient, ClientConfig>>>,
    program: Mutex<Option<Running>>,
}

/// A tool of an MCP server; cheap to clone.
#[derive(Clone)]
pub struct McpTool {
    /// The name by which the server knows it.
    pub name: Arc<str>,
    server: McpServer,
    /// What a model is told of it.
    pub definition: Tool,
}

impl McpServer {
    /// Starts a program and greets it. What it writes to its standard error stands in this process's own.
    ///
    /// # Errors
    /// [`McpError::Connect`] when it does not start, ends at once, or does not speak MCP within `within`, which is 30
    /// seconds when absent.
    pub async fn program(program: Program, within: Option<Duration>) -> Result<Self, McpError> {
        // Not its arguments, which may hold a key.
        let server = program.command.first().map_or_else(String::new, |it| it.to_string_lossy().into_owned());
        on_background(server.clone(), async move {
            let (mut running, transport) =
                Running::start(&program).map_err(|detail| connect(&server, detail))?;
            match greet(transport, within).await {
                Ok(service) => Ok(Self::over(server, None, service, Some(running))),
                Err(Unmet::Late(detail)) => Err(connect(&server, detail)),
                Err(Unmet::Refused(detail)) => Err(connect(&server, running.ended().await.unwrap_or(detail))),
            }
        })
        .await
    }

    /// Greets the server at an address, with these headers in each request.
    ///
    /// # Errors
    /// [`McpError::Connect`] when there is none that speaks MCP.
    pub async fn address(
        url: &str,
        headers: &BTreeMap<String, String>,
        within: Option<Duration>,
    ) -> Result<Self, McpError> {
        // What may hold a key is not shown, and errors show the address as it was parsed.
        let server = url.split(['?', '#']).next().unwrap_or_default().to_owned();
        let (url, client) = client(url, headers).map_err(|detail| connect(&server, detail))?;
        let config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
        on_background(server.clone(), async move {
            match greet(StreamableHttpClientTransport::with_client(client, config), within).await {
                Ok(service) => Ok(Self::over(server, Some(url), service, None)),
                Err(Unmet::Late(detail) | Unmet::Refused(detail)) => {
                    Err(connect(&server, detail.replace(url.as_str(), &server)))
                }
            }
        })
        .await
    }

    fn over(
        name: String,
        url: Option<reqwest::Url>,
        service: RunningService<RoleClient, ClientConfig>,
        program: Option<Running>,
    ) -> Self {
        let peer = service.peer().clone();
        let (service, program) = (Mutex::new(Some(service)), Mutex::new(program));
        Self { shared: Arc::new(Shared { name, url, process: std::process::id(), peer, service, program }) }
    }

    /// All tools that it has.
    ///
    /// # Errors
    /// [`McpError::Request`] when it does not say.
    pub async fn tools(&self) -> Result<Vec<McpTool>, McpError> {
        let peer = self.shared.peer.clone();
        let told = self.ask(async move { peer.list_all_tools().await }).await?;
        Ok(told
            .into_iter()
            .map(|tool| McpTool {
                definition: Tool::new(
                    tool_name(&tool.name),
                    tool.description.unwrap_or_default(),
                    Value::Object((*tool.input_schema).clone()),
                ),
                name: tool.name.as_ref().into(),
                server: self.clone(),
            })
            .collect())
    }

    /// Has a tool called, and gives what it gave: its structured content when it has any, else its text. Dropping the
    /// future tells the server that nobody waits any more.
    ///
    /// # Errors
    /// [`McpError::Tool`] when the tool failed, [`McpError::Request`] when the server does not answer.
    pub async fn call(&self, tool: &str, arguments: JsonObject) -> Result<Value, McpError> {
        let peer = self.shared.peer.clone();
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        read(self.ask(async move { peer.call_tool(params).await }).await?)
    }

    /// Says good-bye, and ends the program when it is one: it has two seconds to end by itself.
    pub async fn close(&self) {
        if self.shared.is_forked() {
            return;
        }
        let service = self.shared.service.lock().take();
        let program = self.shared.program.lock().take();
        let ending = background::spawn(end(service, program));
        // It only fails with its runtime, which ends with the process.
        let _ = ending.await;
    }

    async fn ask<T: Send + 'static>(
        &self,
        request: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
    ) -> Result<T, McpError> {
        let server = &self.shared.name;
        if self.shared.is_forked() {
            let detail = "it belongs to the process that this one was forked from; connect anew".to_owned();
            return Err(McpError::Request { server: server.clone(), detail });
        }
        let detail = match Aborting(background::spawn(request)).await {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(ServiceError::McpError(error))) => error.message.into_owned(),
            Some(Err(ServiceError::TransportClosed)) => "it has ended, or was closed".to_owned(),
            Some(Err(error)) => error.to_string(),
            None => "the request broke off".to_owned(),
        };
        let detail = match &self.shared.url {
            Some(url) => detail.replace(url.as_str(), server),
            None => detail,
        };
        Err(McpError::Request { server: server.clone(), detail })
    }
}

impl McpTool {
    /// The name by which the server knows it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Calls it, as [`McpServer::call`] does.
    ///
    /// # Errors
    /// As there.
    pub async fn call(&self, arguments: JsonObject) -> Result<Value, McpError> {
        self.server.call(&self.name, arguments).await
    }
}

impl fmt::Debug for McpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("McpServer").field(&self.shared.name).finish()
    }
}

impl fmt::Debug for McpTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("McpTool").field("name", &self.name).field("server", &self.server).finish()
    }
}

impl Shared {
    fn is_forked(&self) -> bool {
        self.process != std::process::id()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let (service, program) = (self.service.get_mut().take(), self.program.get_mut().take());
        if self.is_forked() {
            // The program is the other process's to end.
            std::mem::forget((service, program));
        } else if service.is_some() || program.is_some() {
            background::spawn(end(service, program));
        }
    }
}

/// What a tool gave.
fn read(result: CallToolResult) -> Result<Value, McpError> {
    let texts: Option<Vec<&str>> = result
        .content
        .iter()
        .map(|block| match block {
            ContentBlock::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
        .collect();
    let text = texts.map(|texts| texts.join("\n"));
    if result.is_error == Some(true) {
        return Err(McpError::Tool(
            text.unwrap_or_else(|| "the tool failed, and does not say why".to_owned()),
        ));
    }
    match result.structured_content {
        // Servers put what is no object into one with this member.
        Some(Value::Object(mut members)) if members.len() == 1 && members.contains_key("result") => {
            Ok(members.remove("result").unwrap_or_default())
        }
        Some(structured) => Ok(structured),
        None => match text {
            Some(text) => Ok(Value::String(text)),
            None => serde_json::to_value(&result.content).map_err(|error| McpError::Tool(error.to_string())),
        },
    }
}

fn connect(server: &str, detail: String) -> McpError {
    McpError::Connect { server: server.to_owned(), detail }
}

/// Runs what begins a connection on the background's threads, where the connection then stays.
async fn on_background(
    server: String,
    work: impl Future<Output = Result<McpServer, McpError>> + Send + 'static,
) -> Result<McpServer, McpError> {
    Aborting(background::spawn(work))
        .await
        .unwrap_or_else(|| Err(connect(&server, "connecting broke off".to_owned())))
}

async fn greet<T, E, A>(
    transport: T,
    within: Option<Duration>,
) -> Result<RunningService<RoleClient, ClientConfig>, Unmet>
where
    T: rmcp::transport::IntoTransport<RoleClient, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    let mut client = ClientConfig::default();
    client.protocol_version = ProtocolVersion::default();
    client.client_info = Implementation::new("sessiond", env!("CARGO_PKG_VERSION"));
    let within = within.unwrap_or(GREETING);
    match tokio::time::timeout(within, client.serve(transport)).await {
        Ok(Ok(service)) => Ok(service),
        Ok(Err(error)) => Err(Unmet::Refused(error.to_string())),
        Err(_) => Err(Unmet::Late(format!("it did not greet within {} seconds", within.as_secs_f64()))),
    }
}

/// Why there is no connection.
enum Unmet {
    /// The server ended, or does not speak MCP.
    Refused(String),
    /// It said nothing.
    Late(String),
}

fn client(url: &str, headers: &BTreeMap<String, String>) -> Result<(reqwest::Url, reqwest::Client), String> {
    static TLS: Once = Once::new();
    TLS.call_once(|| {
        // An error means that there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let url = reqwest::Url::parse(url).map_err(|error| format!("its address is no URL ({error})"))?;
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let wrong = |part: &str| format!("the {part} of the header {name:?} will not do");
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("name"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong("value"))?;
        value.set_sensitive(true);
        map.insert(key, value);
    }
    let mut builder = reqwest::Client::builder()
        .connect_timeout(GREETING)
        .default_headers(map)
        // An answer that points elsewhere must not take the headers there.
        .redirect(reqwest::redirect::Policy::none());
    if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
        // A proxy for the outer world has no way to this machine's own addresses.
        builder = builder.no_proxy();
    }
    Ok((url, builder.build().map_err(|error| error.to_string())?))
}

async fn end(service: Option<RunningService<RoleClient, ClientConfig>>, program: Option<Running>) {
    if let Some(mut service) = service {
        // Its input ends with this, which is how a program is told to end.
        let _ = service.close_with_timeout(GRACE).await;
    }
    if let Some(mut program) = program {
        program.wait(GRACE).await;
    }
}

/// A task that ends when nobody waits for it any more.
struct Aborting<T>(tokio::task::JoinHandle<T>);

impl<T> Future for Aborting<T> {
    type Output = Option<T>;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        task: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<T>> {
        std::pin::Pin::new(&mut self.0).poll(task).map(Result::ok)
    }
}

impl<T> Drop for Aborting<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
