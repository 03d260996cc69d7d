//! `sessiond session export` and `import`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use futures_util::StreamExt as _;
use sessiond_client::{self as client, Client, Conditions};
use sessiond_core::SessionId;

use crate::commands::input::read_input;
use crate::commands::{Common, Connection, complete, find};
use crate::output::Output;

/// Write a session's whole journal as JSON Lines
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session export sess_0198f3 > backup.jsonl
  sessiond session export sess_0198f3 --output backup.jsonl")]
pub struct Export {
    /// Write to this file, which appears when it is complete [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The session's id, or the beginning of it
    #[arg(value_name = "SESSION", add = complete::sessions())]
    session: SessionId,
    #[command(flatten, next_help_heading = "Connection options")]
    connection: Connection,
}

impl Export {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let mut lines = client.export_session(&find::session(client, &self.session).await?).await?;
        let Some(path) = &self.output else {
            while let Some(line) = lines.next().await {
                out.json_text(&line?)?;
            }
            return Ok(());
        };
        let partial = path.with_added_extension("partial");
        let write = async {
            let mut file = std::io::BufWriter::new(std::fs::File::create(&partial)?);
            while let Some(line) = lines.next().await {
                writeln!(file, "{}", line?)?;
            }
            file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
            std::fs::rename(&partial, path)?;
            anyhow::Ok(())
        };
        write.await.with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Import an exported session
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session import backup.jsonl
  sessiond session import --id sess_copy - < backup.jsonl")]
pub struct Import {
    /// The file; - is standard input
    file: String,
    /// An id other than that of the exported session; the import is then a fork
    #[arg(long, value_name = "ID")]
    id: Option<SessionId>,
    #[command(flatten)]
    common: Common,
    #[arg(skip)]
    lines: String,
}

impl Import {
    /// Reads the file. It comes before the store is opened, which may make one.
    pub fn read(&mut self) -> anyhow::Result<()> {
        self.lines = read_input(&self.file)?;
        Ok(())
    }

    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let import = client::Import { lines: self.lines, session_id: self.id };
        let imported = client.import_session(import, Conditions::default()).await?;
        out.done(&imported, &imported.session_id, &imported.session_id)
    }
}
