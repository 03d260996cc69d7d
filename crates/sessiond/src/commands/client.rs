//! `sessiond client`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use sessiond_server::{Error, Listener, Proxy, ProxyOptions};
use tokio_util::sync::CancellationToken;

use super::Context;
use crate::browser;
use crate::signals::Signals;

/// The port of the page of client 0, which there is not.
const PAGE: u16 = 8500;
/// The port of the proxy of client 0.
const PROXY: u16 = 8000;
/// How long open requests may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Serve one client's chat page, and a proxy to its own session
///
/// Each client has its own session on the server, which is created when it is first needed and kept over restarts.
#[derive(Debug, Args)]
#[command(
    after_help = "Client N has its page at port 8500 + N and its proxy at port 8000 + N, on this machine alone. The \
proxy takes the requests of the server's interface and adds the token of the client's session, so that nobody who uses it \
needs a key.

On a server with keys, SESSIOND_API_KEY is a key that may create sessions. SESSION_TIMEOUT and --session-timeout are for the \
server.

Examples:
  sessiond serve --port 8000
  sessiond client 2                 http://localhost:8502, proxy http://localhost:8002
  sessiond client 3 --backend http://gpu.lan:8000 --client-id team-lead"
)]
pub struct Client {
    /// The client's number, from 1 to 499
    #[arg(value_name = "N", value_parser = clap::value_parser!(u16).range(1..=499))]
    number: u16,
    /// The server, also BACKEND_URL [default: http://127.0.0.1:8000]
    #[arg(long, value_name = "URL", env = "BACKEND_URL", hide_env = true)]
    backend: Option<String>,
    /// The client of the sessions, also CLIENT_ID [default: client-N]
    #[arg(long, value_name = "ID", env = "CLIENT_ID", hide_env = true)]
    client_id: Option<String>,
    /// Port of the page [default: 8500 + N]
    #[arg(long, value_name = "PORT")]
    page_port: Option<u16>,
    /// Port of the proxy [default: 8000 + N]
    #[arg(long, value_name = "PORT")]
    proxy_port: Option<u16>,
    /// Address to listen on; everybody who reaches it uses the client's session
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    address: String,
    /// Key that may create sessions; prefer SESSIOND_API_KEY, which other users cannot see
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Directory that keeps the client's session [default: .sessiond]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: Option<String>,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

impl Client {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let mut signals = Signals::catch()?;
        let config = &context.config;
        let url = config.get("url").unwrap_or("http://127.0.0.1:8000");
        let backend = self.backend.as_deref().unwrap_or(url).trim_end_matches('/').to_owned();
        let page = self.listener(self.page_port, PAGE).await?;
        let proxy = self.listener(self.proxy_port, PROXY).await?;
        let file = file(Path::new(config.get("data_dir").unwrap_or_default()), self.number);
        let options = ProxyOptions {
            backend: backend.clone(),
            api_key: config.get("api_key").map(str::to_owned),
            client_id: self.client_id.clone().unwrap_or_else(|| format!("client-{}", self.number)),
            file: file.clone(),
            allow_hosts: config.list("allow_hosts"),
        };
        let of = Proxy::new(options).with_context(|| format!("cannot read {}", file.display()))?;
        let said = format!(
            "client {} is at {} (proxy: {}, server: {backend})\n",
            self.number,
            page.url(),
            proxy.url()
        );
        context.out.text(&said)?;
        if self.open {
            browser::open(page.url());
        }
        let shutdown = CancellationToken::new();
        let pages = page.answer(of.router(true), shutdown.clone(), GRACE, std::future::ready(()));
        let proxies = proxy.answer(of.router(false), shutdown.clone(), GRACE, std::future::ready(()));
        let stop = async {
            signals.next().await;
            shutdown.cancel();
        };
        tokio::join!(pages, proxies, stop);
        Ok(())
    }

    /// Takes a port.
    async fn listener(&self, port: Option<u16>, first: u16) -> anyhow::Result<Listener> {
        let port = port.unwrap_or(first + self.number);
        let host =
            if self.address.contains(':') { format!("[{}]", self.address) } else { self.address.clone() };
        let option = if first == PAGE { "--page-port" } else { "--proxy-port" };
        match Listener::bind(&format!("{host}:{port}"), true).await {
            // The server's own advice names an option that there is not here.
            Err(Error::Taken { address }) => {
                bail!(
                    "port {} on {} is taken: stop the program that listens there, or choose another port with {option}",
                    address.port(),
                    address.ip()
                )
            }
            listener => Ok(listener?),
        }
    }
}

/// The file that keeps a client's session.
fn file(dir: &Path, number: u16) -> PathBuf {
    dir.join(format!("client-{number}.json"))
}
