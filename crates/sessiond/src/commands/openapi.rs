//! `sessiond openapi`.

use clap::Args;

use super::Context;

/// Print the OpenAPI document of the HTTP interface
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond openapi > openapi.json")]
pub struct OpenApi {}

impl OpenApi {
    pub fn run(self, context: Context) -> anyhow::Result<()> {
        Ok(context.out.text(sessiond_server::openapi_json())?)
    }
}
