//! `sessiond model show`.

use clap::Args;
use serde_json::json;
use sessiond_model::Known;

use super::Context;
use crate::host;
use crate::output::Details;

/// Show the model that the environment names, and how much it reads
#[derive(Debug, Args)]
#[command(
    after_help = "The window is the number of tokens that a request and its answer may have together. Longer conversations are \
summarised.

Examples:
  SESSIOND_MODEL_URL=http://localhost:11434 SESSIOND_MODEL=llama3.2 sessiond model show
  sessiond model show --json | jq .window"
)]
pub struct Show {}

impl Show {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let model = host::model()?;
        let window = model.window().await;
        let known = match window.known {
            Known::Set => "set",
            Known::Told => "told",
            Known::Learned => "learned",
            Known::Assumed => "assumed",
        };
        let view = json!({
            "name": model.name(), "provider": model.provider(), "window": window.tokens, "window_known": known
        });
        context.out.thing(&view, model.name(), |out| {
            let mut details = Details::new();
            details.row("name", model.name());
            details.row("provider", model.provider());
            details.row("window", format!("{} tokens, {}", window.tokens, window.known.words()));
            out.details(&details)
        })
    }
}
