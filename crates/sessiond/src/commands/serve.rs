//! `sessiond serve`.

use std::fmt::Write as _;

use clap::Args;

use super::Context;
use crate::browser;
use crate::host::Host;
use crate::signals::Signals;

/// Run the server
#[derive(Debug, Args)]
#[command(
    after_help = "Without a key the server listens only on this machine. SESSIOND_API_KEY (or AGENT_BUS_API_KEY) is an \
administrator's key; `sessiond key create` creates others. Ctrl-C and SIGTERM shut it down cleanly.

Examples:
  sessiond serve
  sessiond serve --open
  sessiond serve --listen 127.0.0.1:9000 --dir /var/lib/sessiond
  SESSIOND_API_KEY=… sessiond serve --listen 0.0.0.0:8080"
)]
pub struct Serve {
    #[command(flatten)]
    hosting: Hosting,
}

/// How a server runs.
#[derive(Debug, Args)]
pub struct Hosting {
    /// Address to listen on; port 0 selects a free port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Port to listen on, on this machine alone
    #[arg(long, value_name = "PORT", conflicts_with = "listen")]
    port: Option<u16>,
    /// Directory of the store [default: .sessiond]
    #[arg(long, visible_alias = "data", value_name = "DIR")]
    dir: Option<String>,
    /// Administrator's key; prefer SESSIOND_API_KEY, which other users cannot see
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Host names that a server without keys accepts, separated by commas
    #[arg(long, value_name = "NAMES")]
    allow_hosts: Option<String>,
    /// Whether webhooks may go to the server's own network [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    allow_private_webhooks: Option<String>,
    /// How long a delivered message may stay unacknowledged [default: 60s]
    #[arg(long, value_name = "TIME")]
    ack_timeout: Option<String>,
    /// How long ended sessions are kept [default: without limit]
    #[arg(long, value_name = "TIME")]
    keep_ended: Option<String>,
    /// Time without use after which a session of an assistant expires, such as 30m [default: without limit]
    #[arg(long, value_name = "TIME")]
    session_timeout: Option<String>,
    /// How many requests each key and each token may make in a minute [default: without limit]
    #[arg(long, value_name = "COUNT")]
    rate_limit: Option<String>,
    /// How many tokens of the model each key and each token may use in a minute [default: without limit]
    #[arg(long, value_name = "COUNT")]
    token_limit: Option<String>,
    /// How many turns of each key and each token may be open at a time [default: 256]
    #[arg(long, value_name = "COUNT")]
    turn_limit: Option<String>,
    /// How many files each key and each token may upload in a minute [default: 240]
    #[arg(long, value_name = "COUNT")]
    upload_limit: Option<String>,
    /// How many wrong keys and tokens may come from an address in a minute [default: 300]
    #[arg(long, value_name = "COUNT")]
    failure_limit: Option<String>,
    /// Tools of assistants that set none: search, grep, read, calculate, names of MCP servers [default: none]
    #[arg(long, value_name = "NAMES")]
    assistant_tools: Option<String>,
    /// MCP servers whose tools assistants may have, each as NAME=URL, separated by commas [default: none]
    #[arg(long, value_name = "SERVERS")]
    assistant_mcp: Option<String>,
    /// Bearer tokens of these, each as NAME=TOKEN; prefer SESSIOND_ASSISTANT_MCP_TOKENS, which other users cannot see
    #[arg(long, value_name = "TOKENS")]
    assistant_mcp_tokens: Option<String>,
    /// How many events of a session are kept [default: all]
    #[arg(long, value_name = "COUNT")]
    keep_events: Option<String>,
    /// HTTP address of an OpenTelemetry collector for traces [default: none]
    #[arg(long, value_name = "URL")]
    otlp_endpoint: Option<String>,
    /// Open the console in the browser
    #[arg(long)]
    open: bool,
}

impl Hosting {
    /// Opens a page in the browser, if that was asked for.
    pub fn browse(&self, url: String) {
        if self.open {
            browser::open(url);
        }
    }
}

impl Serve {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let mut signals = Signals::catch()?;
        let host = Host::start(&context.config).await?;
        let mut said = format!("sessiond listens on {} (store: {})\n", host.url(), host.location());
        let console = host.console("");
        if let Some(url) = &console {
            let _ = writeln!(said, "its console is at {url}");
        }
        // In one piece: whoever reads the first line and then no more must not end the server by it.
        context.out.text(&said)?;
        self.hosting.browse(console.unwrap_or_else(|| host.url()));
        signals.next().await;
        tracing::info!("shutting down");
        tokio::select! {
            () = host.stop() => {}
            () = signals.next() => anyhow::bail!("stopped before everything had ended, because it was asked twice"),
        }
        Ok(())
    }
}
