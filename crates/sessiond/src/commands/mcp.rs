//! `sessiond mcp`.

use clap::Args;
use sessiond_core::AgentId;
use tokio_util::sync::CancellationToken;

use super::{Connection, Context};
use crate::client::Missing;
use crate::config::Flags;
use crate::signals::Signals;

/// Give a coding agent its tools by MCP, on standard input and output
#[derive(Debug, Args)]
#[command(
    after_help = "A coding agent starts this by itself; its configuration names the command (docs/mcp.md). The same
tools are at /mcp of a server, for clients that speak HTTP.

Examples:
  sessiond mcp --url http://127.0.0.1:8080 --agent claude-code://qa
  claude mcp add sessiond -- sessiond mcp --agent claude-code://qa"
)]
pub struct Mcp {
    /// Who it is when a call does not say it, framework://name
    #[arg(long, value_name = "AGENT")]
    agent: Option<AgentId>,
    #[command(flatten, next_help_heading = "Which sessiond")]
    connection: Connection,
}

impl Mcp {
    pub fn flags(&self) -> Flags {
        self.connection.flags()
    }

    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let mut signals = Signals::catch()?;
        let client = context.client(Missing::Create).await?;
        let shutdown = CancellationToken::new();
        let serve = sessiond_server::serve_mcp_on_stdio(client.clone(), self.agent, shutdown.clone());
        tokio::pin!(serve);
        let ended = tokio::select! {
            ended = &mut serve => ended,
            () = signals.next() => {
                shutdown.cancel();
                serve.await
            }
        };
        client.close().await;
        Ok(ended?)
    }
}
