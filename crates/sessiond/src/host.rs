//! An engine and a server in this process, as the configuration wants them.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use sessiond_assistant::{Assistants, Library, ToolServer, Tools};
use sessiond_client::{Client, Embedded, store};
use sessiond_core::Principal;
use sessiond_documents::Reader;
use sessiond_engine::{Engine, Options};
use sessiond_model::Model;
use sessiond_server::{AdminKey, Handle, Listener, Rates, Server};

use crate::config::Config;

/// An engine and a server that run.
pub struct Host {
    engine: Engine,
    server: Handle,
}

impl Host {
    /// Takes the port, opens the store and answers. What is wrong with the address is told before a store is made.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        let dir = Path::new(config.get("data_dir").unwrap_or_default());
        let mut serving = serving(config)?;
        let model = model().map(sessiond_server::observed);
        serving.model = model.as_ref().ok().cloned();
        // A store that is there may have keys.
        let keyed = serving.admin_key.is_some() || store::exists(dir)?;
        let listener = Listener::bind(&serving.listen, keyed).await?;
        let store =
            store::open(dir).with_context(|| format!("cannot open the store in {}", dir.display()))?;
        let mut options = engine(config, model)?;
        options.uploads = store::uploads(dir).ok();
        let engine = Engine::open(store, options)
            .await
            .with_context(|| format!("cannot start on the store in {}", dir.display()))?;
        match Server::on(listener, engine.clone(), serving) {
            Ok(server) => Ok(Self { engine, server: server.start() }),
            Err(error) => {
                engine.shutdown().await;
                Err(error.into())
            }
        }
    }

    /// Its address for people and clients on this machine.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The address of a page of its console, of the first one when `page` is empty. None when it was built without.
    /// A key never stands in it: the page asks for one.
    pub fn console(&self, page: &str) -> Option<String> {
        cfg!(feature = "console").then(|| format!("{}/console/{page}", self.url()))
    }

    /// Where the store is, for people.
    pub fn location(&self) -> String {
        self.engine.location()
    }

    /// The client of the person at this machine.
    pub fn client(&self) -> Client {
        Client::through(Arc::new(Embedded::new(self.engine.clone(), Principal::local())))
    }

    /// Ends what is open, and closes the store.
    pub async fn stop(self) {
        self.server.stop().await;
        self.engine.shutdown().await;
    }
}

/// The result of looking for the model that the environment names.
type Named = Result<Arc<dyn Model>, sessiond_model::Error>;

/// How an engine behaves whose turns that model answers, as the configuration wants it.
pub fn engine(config: &Config, model: Named) -> anyhow::Result<Options> {
    let defaults = Options::default();
    let library = library();
    Ok(Options {
        ack_timeout: config.duration("ack_timeout").unwrap_or(defaults.ack_timeout),
        keep_ended: config.duration("keep_ended"),
        session_timeout: config.minutes("session_timeout"),
        keep_events: config.count("keep_events"),
        reader: Some(Arc::new(library.clone())),
        runner: Some(Arc::new(assistants(model).with_files(library).with_tools(tools(config)?))),
        ..defaults
    })
}

/// What answers turns: that model. A server without one, or whose model cannot be used, starts all
/// the same, and its assistants say why they cannot answer.
fn assistants(model: Named) -> Assistants {
    match model {
        Ok(model) => Assistants::new(model),
        Err(error) => {
            tracing::info!(%error, "assistants have no model");
            Assistants::without_model(error.to_string())
        }
    }
}

/// The tools that assistants may have.
fn tools(config: &Config) -> anyhow::Result<Tools> {
    let pairs = |key: &'static str| {
        config.list(key).into_iter().map(move |pair| match pair.split_once('=') {
            Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
            // Not the value: it may be a token.
            None => anyhow::bail!("{key} has entries of the form NAME=VALUE"),
        })
    };
    let tokens = pairs("assistant_mcp_tokens").collect::<anyhow::Result<HashMap<_, _>>>()?;
    let mut servers = Vec::new();
    for server in pairs("assistant_mcp") {
        let (name, url) = server?;
        let token = tokens.get(&name).map(String::as_str);
        servers.push(ToolServer::new(&name, &url, token).map_err(anyhow::Error::msg)?);
    }
    if let Some(name) = tokens.keys().find(|name| servers.iter().all(|server| server.name() != **name)) {
        anyhow::bail!("assistant_mcp_tokens has a token for {name}, which assistant_mcp does not have");
    }
    Tools::new(config.list("assistant_tools"), servers).map_err(anyhow::Error::msg)
}

/// The model that the environment names.
pub fn model() -> Named {
    #[cfg(feature = "gguf")]
    let model = sessiond_model_gguf::from_env();
    #[cfg(not(feature = "gguf"))]
    let model = sessiond_model::from_env();
    model
}

/// What reads uploaded files: this program, in processes of its own.
pub fn library() -> Library {
    let program = std::env::current_exe().unwrap_or_else(|_| "sessiond".into());
    Library::new(Reader::new(sessiond_documents::read::Options::new(program)))
}

/// Files that a server needs beside its connections.
const FILES: u64 = 128;

/// Raises the number of files that this process may open as far as it may, and answers how many connections that allows.
fn connections() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let present = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: present.maximum, maximum: present.maximum };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => present.maximum,
        Err(_) => present.current,
    };
    let allowed = files.map_or(u64::MAX, |files| files.saturating_sub(FILES).max(files / 2));
    usize::try_from(allowed).unwrap_or(usize::MAX).min(sessiond_core::limits::CONNECTIONS)
}

/// How the server behaves, as the configuration wants it.
fn serving(config: &Config) -> anyhow::Result<sessiond_server::Options> {
    let mut options = sessiond_server::Options::default();
    if let Some(listen) = config.get("listen") {
        options.listen = listen.to_owned();
    }
    options.bounds.connections = connections();
    options.admin_key = config.get("api_key").map(AdminKey::new).transpose()?;
    let count = |name| config.count(name).and_then(NonZeroU64::new);
    options.rates = Rates {
        requests: count("rate_limit"),
        tokens: count("token_limit"),
        turns: count("turn_limit"),
        uploads: count("upload_limit"),
        failures: count("failure_limit"),
    };
    options.allow_hosts = config.list("allow_hosts");
    options.allow_private_webhooks = config.get("allow_private_webhooks") == Some("true");
    Ok(options)
}
