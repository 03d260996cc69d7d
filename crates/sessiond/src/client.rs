//! The client that a command uses: the server at `--url`, or else the store in the data directory.

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use sessiond_api::{Code, Problem};
use sessiond_client::{Client, Embedded, store};
use sessiond_engine::Options;

use crate::config::Config;
use crate::host;

/// Whether a store may be made where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A command that writes makes one.
    Create,
    /// A command that reads would only show that it is empty.
    Refuse,
}

/// Opens the client that the configuration names.
pub async fn open(config: &Config, missing: Missing) -> anyhow::Result<Client> {
    let options = || Ok(Options { reader: Some(Arc::new(host::library())), ..Options::default() });
    open_with(config, missing, options).await
}

/// Opens the client that the configuration names. On a store, this process answers turns as a server would.
pub async fn open_answering(config: &Config, missing: Missing) -> anyhow::Result<Client> {
    open_with(config, missing, || host::engine(config, host::model())).await
}

async fn open_with(
    config: &Config,
    missing: Missing,
    options: impl FnOnce() -> anyhow::Result<Options>,
) -> anyhow::Result<Client> {
    if let Some(url) = config.get("url") {
        return Ok(Client::connect(url, config.get("api_key"))?);
    }
    let dir = Path::new(config.get("data_dir").unwrap_or_default());
    if missing == Missing::Refuse && !store::exists(dir)? {
        bail!(
            "there is no store at {}: go to the directory that has it, name it with --dir, or name a server with \
             --url",
            dir.display()
        );
    }
    Ok(Client::through(Arc::new(Embedded::open_with(dir, options()?).await?)))
}

/// Opens the client that the configuration names for a few reads: a store is neither made nor changed by it.
pub async fn look(config: &Config) -> anyhow::Result<Client> {
    match config.get("url") {
        Some(url) => Ok(Client::connect(url, config.get("api_key"))?),
        None => Ok(Client::look(Path::new(config.get("data_dir").unwrap_or_default())).await?),
    }
}

/// What to do about a problem, where its own words do not say it.
pub fn advice(problem: &Problem) -> Option<&'static str> {
    Some(match problem.code {
        Code::Unreachable => "--url names another server",
        Code::Unauthenticated => {
            "give a key with SESSIOND_API_KEY or --api-key; `sessiond key create` makes one"
        }
        Code::Forbidden => "use a key whose role and scope allow it; `sessiond key list` shows them",
        Code::SessionNotFound => "`sessiond session list` shows the sessions that this key may see",
        Code::QuestionNotFound => {
            "`sessiond session questions SESSION --all` shows the questions of a session"
        }
        Code::TaskNotFound => "`sessiond task list` shows the tasks that this key may see",
        Code::StepNotFound => "`sessiond step list SESSION` shows the steps of a session",
        Code::FileNotFound => "`sessiond file list SESSION` shows the files of a session",
        Code::ParticipantNotFound => "`sessiond participant list SESSION` shows who takes part",
        Code::MessageNotFound => "`sessiond inbox list AGENT --all` shows the messages to an agent",
        Code::KeyNotFound => "`sessiond key list` shows the keys",
        Code::AgentNotFound => {
            "`sessiond agent list` shows the registered agents; an agent registers when it runs"
        }
        _ => return None,
    })
}
