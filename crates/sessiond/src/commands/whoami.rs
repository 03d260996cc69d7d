//! `sessiond whoami`.

use clap::Args;
use sessiond_client::Client;

use super::{Common, Context};
use crate::client::Missing;
use crate::output::{Details, Output, word};

/// Show the name, the role and the scope of the key
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond whoami --url http://127.0.0.1:8080
  SESSIOND_API_KEY=… sessiond whoami --json | jq -r .role")]
pub struct Whoami {
    #[command(flatten)]
    common: Common,
}

impl Whoami {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out: Output| {
            let whoami = client.whoami().await?;
            out.thing(&whoami, &whoami.name, |out| {
                let mut details = Details::new();
                details.row("name", &whoami.name);
                details.row("role", word(&whoami.role));
                let agents: Vec<&str> = whoami.agents.iter().map(|agent| agent.0.as_str()).collect();
                details.row(
                    "may act as",
                    if agents.is_empty() { "no agent".to_owned() } else { agents.join(" ") },
                );
                details.row("key", if whoami.keyless { "none is needed" } else { "valid" });
                details.row(context.place(), client.location());
                out.details(&details)
            })?;
            Ok(())
        };
        context.with_client(Missing::Refuse, work).await
    }
}
