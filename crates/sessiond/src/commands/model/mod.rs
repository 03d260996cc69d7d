//! `sessiond model`.

#[cfg(feature = "gguf")]
mod serve;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Context;

/// Show the assistants' language model, or run one on this machine
#[derive(Debug, Args)]
pub struct Model {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(show::Show),
    Serve(Serve),
}

/// Serve a GGUF file as OpenAI's chat completions
#[derive(Debug, Args)]
#[command(
    after_help = "The server provides POST /v1/chat/completions and GET /v1/models. Set SESSIOND_MODEL_URL for programs \
of sessiond, and OPENAI_BASE_URL for the official openai clients. Without a key it listens only on this \
machine. Ctrl-C and SIGTERM shut it down cleanly. It needs the feature `gguf`: \
cargo build --release -p sessiond --features gguf.

Examples:
  sessiond model serve SmolLM2-135M-Instruct.Q4_1.gguf
  sessiond model serve model.gguf --name small --listen 127.0.0.1:9000
  SESSIOND_MODEL_KEY=… sessiond model serve model.gguf --listen 0.0.0.0:8081"
)]
pub struct Serve {
    /// The model's file
    #[arg(value_name = "PATH")]
    file: PathBuf,
    /// Address to listen on; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    listen: String,
    /// The model's name [default: the file's name without .gguf]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Key that requests must have; prefer SESSIOND_MODEL_KEY, which other users cannot see
    #[arg(long, value_name = "KEY", env = "SESSIOND_MODEL_KEY", hide_env_values = true)]
    api_key: Option<String>,
}

impl Model {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        match self.command {
            Command::Show(command) => command.run(context).await,
            Command::Serve(command) => command.run(context).await,
        }
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
