//! `sessiond config`.

use clap::Args;
use serde_json::{Map, json};

use super::{Connection, Context};
use crate::config::{Flags, without_credentials};

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
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten, next_help_heading = "Which sessiond")]
    connection: Connection,
}

impl ConfigCommand {
    pub fn flags(&self) -> Flags {
        self.connection.flags()
    }

    pub fn run(self, context: Context) -> anyhow::Result<()> {
        let Context { config, out } = context;
        if out.json {
            let settings: Map<String, serde_json::Value> = config
                .settings()
                .map(|(key, setting)| {
                    let value = setting.value.as_deref().map(|value| match key.secret {
                        true => "redacted".to_owned(),
                        false => without_credentials(value),
                    });
                    (key.name.to_owned(), json!({ "value": value, "source": setting.source.to_string() }))
                })
                .collect();
            return out.json(&json!({ "settings": settings, "warnings": config.warnings }));
        }
        let mut table = out.table(&["KEY", "VALUE", "FROM", "WHAT"]);
        for (key, setting) in config.settings() {
            let value = match &setting.value {
                None => "-".to_owned(),
                Some(_) if key.secret => "(redacted)".to_owned(),
                Some(value) => without_credentials(value),
            };
            table.add_row([key.name, &value, &setting.source.to_string(), key.help]);
        }
        Ok(out.print(&mut table)?)
    }
}
