//! `sessiond open`.

use clap::Args;
use serde_json::json;
use sessiond_client::Client;
use sessiond_core::SessionId;

use super::agent::LOCAL_SERVER;
use super::{Common, Context, Usage, complete, find};
use crate::browser;

/// Open the console in the browser
#[derive(Debug, Args)]
#[command(after_help = "Prints the address, also when there is no browser. Without --url the server is \
http://127.0.0.1:8080.

Examples:
  sessiond open
  sessiond open sess_0198f3
  sessiond open --print")]
pub struct Open {
    /// The session to show, or the beginning of its id [default: all sessions]
    #[arg(value_name = "SESSION", add = complete::sessions())]
    session: Option<SessionId>,
    /// Only print the address
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    common: Common,
}

impl Open {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let config = context.preferred();
        if config.is_flag("data_dir") && config.get("url").is_none() {
            let dir = config.get("data_dir").unwrap_or_default();
            let detail = format!(
                "the console is a page of a server: run `sessiond serve --dir {dir}`, and name the server with --url"
            );
            return Err(Usage(detail).into());
        }
        let url = config.get("url").unwrap_or(LOCAL_SERVER);
        let client = Client::connect(url, config.get("api_key"))?;
        let page = match find::maybe_session(&client, self.session.as_ref()).await? {
            Some(session) => format!("sessions/{session}"),
            None => {
                // A page of a server that is not there helps nobody.
                client.ready().await?;
                String::new()
            }
        };
        let address = format!("{}/console/{page}", client.location());
        let opened = !self.print && browser::is_there() && browser::open_now(&address);
        context.out.done(&json!({ "url": address, "opened": opened }), &address, &address)?;
        client.close().await;
        Ok(())
    }
}
