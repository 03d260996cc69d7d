//! The log: on standard error, as text or as JSON lines.

use std::io::IsTerminal as _;

use anyhow::anyhow;
use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// Writes the log from now on. `default_level` counts when nobody chose one: commands that answer and end say
/// nothing unless something is wrong.
pub fn start(config: &Config, default_level: &str) -> anyhow::Result<()> {
    let level = match config.get("log_level") {
        Some(level) if config.is_set("log_level") => level,
        _ => default_level,
    };
    let filter =
        EnvFilter::try_new(level).map_err(|error| anyhow!("log_level '{level}' cannot be read: {error}"))?;
    let colours =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match config.get("log_format") {
        Some("json") => builder.json().init(),
        _ => builder.with_target(false).init(),
    }
    Ok(())
}
