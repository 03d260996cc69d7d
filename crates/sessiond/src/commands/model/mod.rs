//! `sessiond model`.

#[cfg(feature = "gguf")]
mod serve;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Context;

/// Run a language model on this machine
#[derive(Debug, Args)]
pub struct Model {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Serve),
}

/// Serve a GGUF file as OpenAI's chat completions
#[derive(Debug, Args)]
#[command(
    after_help = "It answers POST /v1/chat/completions and GET /v1/models. Programs of sessiond find it by
SESSIOND_MODEL_URL, the official openai clients by OPENAI_BASE_URL. Without a key it listens on
this machine alone. Ctrl-C and SIGTERM end it well. Only a sessiond with the feature `gguf` has
it: cargo build --release -p sessiond --features gguf.

Examples:
  sessiond model serve SmolLM2-135M-Instruct.Q4_1.gguf
  sessiond model serve model.gguf --name small --listen 127.0.0.1:9000
  SESSIOND_MODEL_KEY=… sessiond model serve model.gguf --listen 0.0.0.0:8081"
)]
pub struct Serve {
    /// The model's file
    #[arg(value_name = "PATH")]
    file: PathBuf,
    /// Address to listen on; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    listen: String,
    /// What the model is called; its file's name without .gguf when absent
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Key that callers must have; better in SESSIOND_MODEL_KEY, which others do not see
    #[arg(long, value_name = "KEY", env = "SESSIOND_MODEL_KEY", hide_env_values = true)]
    api_key: Option<String>,
}

impl Model {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let Command::Serve(command) = self.command;
        command.run(context).await
    }
}

#[cfg(not(feature = "gguf"))]
impl Serve {
    async fn run(self, _context: Context) -> anyhow::Result<()> {
        let Self { file, listen, .. } = self;
        anyhow::bail!(
            "this sessiond was built without what runs {} on {listen}; build one that has it with: \
             cargo build --release -p sessiond --features gguf",
            file.display()
        )
    }
}
