//! How a session behaves: what its own call says, else what [`set_config`] said for the whole process, else the default.

use std::path::PathBuf;
use std::time::Duration;

use parking_lot::RwLock;
pub use sessiond_recording::Server;

/// When what is recorded is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Each call before its result is used.
    Sync,
    /// Written behind, a few milliseconds later, bounded, and flushed when the session closes.
    #[default]
    Async,
    /// When the session closes, or when the record grows past its bound.
    Exit,
}

/// What can be said of how sessions behave. What is absent is left to the next in line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// How long a top-level call may take; 150 seconds when nobody says.
    pub timeout: Option<Duration>,
    /// Whether the first error of any call stops the session; false when nobody says.
    pub end_on_error: Option<bool>,
    /// Whether model nodes fill `{key}` in their prompts from the context; true when nobody says.
    pub prompt_injection: Option<bool>,
    /// Whether the session's state is written to a file when it closes; true when nobody says.
    pub save_state: Option<bool>,
    /// When calls are on disk; behind the program's back when nobody says.
    pub durability: Option<Durability>,
    /// Calls of one batch that run at the same time; 1,000 when nobody says.
    pub max_concurrency: Option<usize>,
    /// Where the store and the saved states are; `.sessiond` when nobody says.
    pub dir: Option<PathBuf>,
    /// The server that is to have the record; when nobody says, the one that `SESSIOND_URL` names, with the key in
    /// `SESSIOND_API_KEY`, else none.
    pub server: Option<Server>,
    /// What the program is called where its process is named; the file that runs when nobody says.
    pub program: Option<String>,
    /// The program and the arguments with which `sessiond recover` starts it again when its process has died; nothing does
    /// when nobody says.
    pub recover: Option<Vec<String>>,
}

/// How a session behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How long a top-level call may take.
    pub timeout: Duration,
    /// Whether the first error of any call stops the session.
    pub end_on_error: bool,
    /// Whether model nodes fill `{key}` in their prompts from the context.
    pub prompt_injection: bool,
    /// Whether the session's state is written to a file when it closes.
    pub save_state: bool,
    /// When calls are on disk.
    pub durability: Durability,
    /// Calls of one batch that run at the same time.
    pub max_concurrency: usize,
    /// Where the store and the saved states are.
    pub dir: PathBuf,
    /// The server that has the record; none when it stays on this machine.
    pub server: Option<Server>,
    /// What the program is called where its process is named.
    pub program: String,
    /// The command that starts the program again when its process has died.
    pub recover: Option<Vec<String>>,
}

impl Settings {
    /// Whether two sessions are recorded in the same place.
    pub(crate) fn is_recorded_with(&self, other: &Self) -> bool {
        let place = |settings: &Self| settings.dir.canonicalize().unwrap_or_else(|_| settings.dir.clone());
        self.server == other.server && place(self) == place(other)
    }
}

static GLOBAL: RwLock<Config> = RwLock::new(Config {
    timeout: None,
    end_on_error: None,
    prompt_injection: None,
    save_state: None,
    durability: None,
    max_concurrency: None,
    dir: None,
    server: None,
    program: None,
    recover: None,
});

/// Sets how sessions of this process behave that do not say otherwise. What is absent stays as it was; sessions that
/// have started stay as they are.
pub fn set_config(config: Config) {
    let mut global = GLOBAL.write();
    *global = config.or(&global);
}

/// Forgets what [`set_config`] said.
pub fn reset_config() {
    *GLOBAL.write() = Config::default();
}

impl Config {
    /// What this says, else what the other says.
    fn or(self, other: &Self) -> Self {
        Self {
            timeout: self.timeout.or(other.timeout),
            end_on_error: self.end_on_error.or(other.end_on_error),
            prompt_injection: self.prompt_injection.or(other.prompt_injection),
            save_state: self.save_state.or(other.save_state),
            durability: self.durability.or(other.durability),
            max_concurrency: self.max_concurrency.or(other.max_concurrency),
            dir: self.dir.or_else(|| other.dir.clone()),
            server: self.server.or_else(|| other.server.clone()),
            program: self.program.or_else(|| other.program.clone()),
            recover: self.recover.or_else(|| other.recover.clone()),
        }
    }

    /// What holds for a session that says this.
    pub fn settle(self) -> Settings {
        let config = self.or(&GLOBAL.read());
        Settings {
            timeout: config.timeout.unwrap_or(Duration::from_secs(150)),
            end_on_error: config.end_on_error.unwrap_or(false),
            prompt_injection: config.prompt_injection.unwrap_or(true),
            save_state: config.save_state.unwrap_or(true),
            durability: config.durability.unwrap_or_default(),
            max_concurrency: config.max_concurrency.unwrap_or(1_000).max(1),
            dir: config.dir.unwrap_or_else(|| PathBuf::from(".sessiond")),
            server: config.server.or_else(Server::from_env).filter(|server| !server.url.is_empty()),
            program: config.program.unwrap_or_else(program),
            recover: config.recover,
        }
    }
}

/// The name of the file that runs.
fn program() -> String {
    let file = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    file.file_name().map_or_else(|| "a program".to_owned(), |name| name.to_string_lossy().into_owned())
}
