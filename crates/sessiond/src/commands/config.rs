//! `sessiond config`.

use clap::Args;
use serde_json::{Map, json};

use super::{Common, Context};
use crate::config::without_credentials;
use crate::output::{Column, Table, cells};

/// Print the configuration and the origin of each value
#[derive(Debug, Args)]
#[command(
    after_help = "Defaults < sessiond.toml < SESSIOND_* (and AGENT_BUS_API_KEY) < flags. Unknown keys are reported.

Examples:
  sessiond config
  sessiond config --json
  sessiond config --config /etc/sessiond.toml"
)]
pub struct ConfigCommand {
    #[command(flatten)]
    common: Common,
}

impl ConfigCommand {
    pub fn run(self, context: Context) -> anyhow::Result<()> {
        let Context { config, out } = context;
        let mut table = Table::new([
            Column::id("KEY"),
            Column::text("VALUE").kept(),
            Column::text("FROM"),
            Column::text("WHAT"),
        ]);
        let mut settings = Map::new();
        for (key, setting) in config.settings() {
            let value = setting.value.as_deref().map(|value| match key.secret {
                true => "(redacted)".to_owned(),
                false => without_credentials(value),
            });
            let source = setting.source.to_string();
            table.row(cells![key.name, value.as_deref().unwrap_or("-"), &source, key.help]);
            let value = if key.secret { value.map(|_| "redacted".to_owned()) } else { value };
            settings.insert(key.name.to_owned(), json!({ "value": value, "source": source }));
        }
        out.list(&json!({ "settings": settings, "warnings": config.warnings }), &table, "no settings")
    }
}
