//! `sessiond mcp`.

use clap::Args;
use sessiond_core::AgentId;
use tokio_util::sync::CancellationToken;

use super::{Connection, Context};
use crate::client::Missing;
use crate::signals::Signals;

/// Serve MCP tools to a coding agent, on standard input and output
#[derive(Debug, Args)]
#[command(
    after_help = "A coding agent starts this command, which its configuration names (docs/mcp.md). A server has the same \
tools at /mcp, for HTTP clients.

Examples:
  sessiond mcp --url http://127.0.0.1:8080 --agent claude-code://qa
  claude mcp add sessiond -- sessiond mcp --agent claude-code://qa"
)]
pub struct Mcp {
    /// Default agent id of its calls, framework://name
    #[arg(long, value_name = "AGENT")]
    agent: Option<AgentId>,
    #[command(flatten, next_help_heading = "Connection options")]
    connection: Connection,
}

impl Mcp {
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
