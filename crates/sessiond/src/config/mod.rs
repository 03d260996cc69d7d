//! The configuration: defaults < `sessiond.toml` < the environment < flags, and where each value came from.

mod file;
mod keys;
mod nearest;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};

pub use keys::{KEYS, Key, PYTHON_LEVELS};

/// The file that is read when it lies in the current directory.
pub const FILE: &str = "sessiond.toml";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// A variable of the environment.
    Environment(&'static str),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// As it was written; none when there is no default either.
    pub value: Option<String>,
    /// Where it came from.
    pub source: Source,
}

/// What flags say: a key's name and its value.
pub type Flags = Vec<(&'static str, Option<String>)>;

/// The configuration. Every value in it has been checked against its key's kind.
#[derive(Debug, Clone)]
pub struct Config {
    settings: BTreeMap<&'static str, Setting>,
    /// What was written for nobody: keys and variables that do not exist.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads the file that `path` names, or else the one in `dir` when there is one, and the environment.
    ///
    /// # Errors
    ///
    /// When a named file is not there, a file is no TOML, or a value is not of its key's kind.
    pub fn load(
        path: Option<&Path>,
        dir: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: Flags,
    ) -> anyhow::Result<Self> {
        let mut config = Self {
            settings: KEYS
                .iter()
                .map(|key| {
                    let value = key.default.map(str::to_owned);
                    (key.name, Setting { value, source: Source::Default })
                })
                .collect(),
            warnings: Vec::new(),
        };
        config.read_file(path, dir)?;
        config.read_environment(environment)?;
        for (name, value) in flags {
            if let (Some(value), Some(key)) = (value, keys::named(name)) {
                config.set(key, value, Source::Flag(key.flag))?;
            }
        }
        Ok(config)
    }

    fn read_file(&mut self, path: Option<&Path>, dir: &Path) -> anyhow::Result<()> {
        let shown = path.map_or_else(|| PathBuf::from(FILE), Path::to_owned);
        let at = path.map_or_else(|| dir.join(FILE), |path| dir.join(path));
        let text = match std::fs::read_to_string(&at) {
            Ok(text) => text,
            Err(error) if path.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", shown.display())),
        };
        let entries = file::parse(&text).with_context(|| format!("{} cannot be read", shown.display()))?;
        for (name, value) in entries {
            match keys::named(&name) {
                Some(key) => self.set(key, value, Source::File(shown.clone()))?,
                None => {
                    let known = KEYS.iter().map(|key| key.name);
                    let hint = nearest::hint(&name, known);
                    self.warnings.push(format!("{}: there is no key '{name}'{hint}", shown.display()));
                }
            }
        }
        Ok(())
    }

    fn read_environment(
        &mut self,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> anyhow::Result<()> {
        let environment: BTreeMap<String, String> = environment.into_iter().collect();
        for key in KEYS {
            // The last one that is set counts; an empty one is as good as none.
            for variable in key.variables {
                if let Some(value) = environment.get(*variable).filter(|value| !value.is_empty()) {
                    self.set(key, value.clone(), Source::Environment(variable))?;
                }
            }
        }
        let known = || KEYS.iter().flat_map(|key| key.variables.iter().copied());
        for name in environment.keys() {
            let ours = name.starts_with("SESSIOND_") && !keys::RESERVED.contains(&name.as_str());
            if ours && !known().any(|variable| variable == name) {
                let hint = nearest::hint(name, known());
                self.warnings.push(format!("environment: there is no variable {name}{hint}"));
            }
        }
        Ok(())
    }

    fn set(&mut self, key: &Key, value: String, source: Source) -> anyhow::Result<()> {
        if let Err(why) = key.kind.check(&value) {
            let shown = if key.secret {
                String::new()
            } else {
                format!(", but is '{}'", without_credentials(&value))
            };
            bail!("{source}: {} {why}{shown}", key.name);
        }
        self.settings.insert(key.name, Setting { value: Some(value), source });
        Ok(())
    }

    /// Every key with its setting.
    pub fn settings(&self) -> impl Iterator<Item = (&'static Key, &Setting)> {
        KEYS.iter().filter_map(|key| Some((key, self.settings.get(key.name)?)))
    }

    /// A value; none when it is not set and has no default.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.settings.get(name)?.value.as_deref()
    }

    /// Whether somebody set it.
    pub fn is_set(&self, name: &str) -> bool {
        self.settings.get(name).is_some_and(|setting| setting.source != Source::Default)
    }

    /// Whether a flag set it.
    pub fn is_flag(&self, name: &str) -> bool {
        self.settings.get(name).is_some_and(|setting| matches!(setting.source, Source::Flag(_)))
    }

    /// Forgets what somebody set, for a command that does without it.
    pub fn unset(&mut self, name: &str) {
        if let Some(setting) = self.settings.get_mut(name) {
            *setting = Setting { value: None, source: Source::Default };
        }
    }

    /// A length of time.
    pub fn duration(&self, name: &str) -> Option<Duration> {
        let span: sessiond_core::Span = self.get(name)?.parse().ok()?;
        Some(span.into())
    }

    /// A length of time, in minutes if it has no unit.
    pub fn minutes(&self, name: &str) -> Option<sessiond_core::Span> {
        keys::minutes(self.get(name)?)
    }

    /// A number.
    pub fn count(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// A list, written with commas.
    pub fn list(&self, name: &str) -> Vec<String> {
        let items = self.get(name).unwrap_or_default().split(',');
        items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }
}

/// A value without what an address in it may hold of credentials: a user and a password, or a query.
pub fn without_credentials(value: &str) -> String {
    const REDACTED: &str = "redacted";
    let Some((scheme, rest)) = value.split_once("://") else {
        return value.to_owned();
    };
    let (place, query) = match rest.split_once(['?', '#']) {
        Some((place, _)) => (place, format!("?{REDACTED}")),
        None => (rest, String::new()),
    };
    let (authority, path) = match place.split_once('/') {
        Some((authority, path)) => (authority, format!("/{path}")),
        None => (place, String::new()),
    };
    let authority = match authority.rsplit_once('@') {
        Some((_, host)) => format!("{REDACTED}@{host}"),
        None => authority.to_owned(),
    };
    format!("{scheme}://{authority}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)], flags: Flags) -> anyhow::Result<Config> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), file).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(None, dir.path(), environment, flags)
    }

    fn setting(config: &Config, name: &str) -> (Option<String>, String) {
        let (_, setting) = config.settings().find(|(key, _)| key.name == name).unwrap();
        (setting.value.clone(), setting.source.to_string())
    }

    #[test]
    fn flags_win_over_the_environment_that_over_the_file_and_that_over_the_default() {
        let file = "listen = \"127.0.0.1:1\"\nlog_level = \"warn\"\ndata_dir = \"store\"";
        let environment = [("SESSIOND_LISTEN", "127.0.0.1:2"), ("SESSIOND_LOG_LEVEL", "debug")];
        let flags = vec![("listen", Some("127.0.0.1:3".to_owned())), ("log_level", None)];
        let config = load(file, &environment, flags).unwrap();
        assert_eq!(setting(&config, "listen"), (Some("127.0.0.1:3".into()), "--listen".into()));
        assert_eq!(setting(&config, "log_level"), (Some("debug".into()), "SESSIOND_LOG_LEVEL".into()));
        assert_eq!(setting(&config, "data_dir"), (Some("store".into()), "sessiond.toml".into()));
        assert_eq!(setting(&config, "log_format").1, "default");
        assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    }

    #[test]
    fn the_seeds_variable_holds_the_key_and_ours_wins_over_it() {
        let seed = ("AGENT_BUS_API_KEY", "seed-key");
        let config = load("api_key = \"file-key\"", &[seed], vec![]).unwrap();
        assert_eq!(setting(&config, "api_key"), (Some("seed-key".into()), "AGENT_BUS_API_KEY".into()));
        let config = load("", &[seed, ("SESSIOND_API_KEY", "ours")], vec![]).unwrap();
        assert_eq!(setting(&config, "api_key"), (Some("ours".into()), "SESSIOND_API_KEY".into()));
    }

    #[test]
    fn what_is_set_for_the_python_package_holds_here_too() {
        let environment =
            [("SESSIOND_DIR", "records"), ("SESSIOND_LOG_LEVEL", "QUIET"), ("SESSIOND_TRACING", "1")];
        let config = load("", &environment, vec![]).unwrap();
        assert_eq!(setting(&config, "data_dir"), (Some("records".into()), "SESSIOND_DIR".into()));
        assert_eq!(setting(&config, "log_level").0, Some("QUIET".into()));
        assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    }

    #[test]
    fn unknown_keys_and_variables_are_reported_with_the_nearest_known_one() {
        let environment = [("SESSIOND_LISTN", "x"), ("SESSIOND_TASK_ID", "given by an agent")];
        let config = load("lsiten = \"127.0.0.1:1\"\n[zebra]\nx = 1", &environment, vec![]).unwrap();
        assert_eq!(
            config.warnings,
            [
                "sessiond.toml: there is no key 'lsiten'; did you mean 'listen'?",
                "sessiond.toml: there is no key 'zebra.x'",
                "environment: there is no variable SESSIOND_LISTN; did you mean 'SESSIOND_LISTEN'?",
            ]
        );
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_an_error_that_names_its_source_and_shows_no_secret() {
        let wrong = |file: &str, environment: &[(&str, &str)]| {
            format!("{:#}", load(file, environment, vec![]).unwrap_err())
        };
        let error = wrong("ack_timeout = \"soon\"", &[]);
        assert!(
            error.starts_with("sessiond.toml: ack_timeout must be a whole number with ms, s, m or h"),
            "{error}"
        );
        let error = wrong("", &[("SESSIOND_LOG_FORMAT", "xml")]);
        assert!(error.contains("SESSIOND_LOG_FORMAT") && error.contains("text, json"), "{error}");
        for level in ["loud", "info,sessiond_engine=", "sessiond_engine", "=info", ""] {
            let error = wrong(&format!("log_level = \"{level}\""), &[]);
            assert!(error.contains("error, warn, info, debug, trace"), "{error}");
        }
        assert!(load("log_level = \"WARN, sessiond_engine=debug\"", &[], vec![]).is_ok());
        let error = wrong("", &[("SESSIOND_API_KEY", "no spaces allowed")]);
        assert!(!error.contains("spaces allowed"), "{error}");
        let error = wrong("listen = ", &[]);
        assert!(error.contains("sessiond.toml cannot be read"), "{error}");
    }

    #[test]
    fn an_address_is_shown_without_its_credentials() {
        for (value, shown) in [
            ("http://user:pass@collector:4318/v1", "http://redacted@collector:4318/v1"),
            ("https://token@host", "https://redacted@host"),
            ("http://u:p@ss@host/x?key=1#a", "http://redacted@host/x?redacted"),
            ("http://localhost:4318", "http://localhost:4318"),
            ("https://host?api_key=1", "https://host?redacted"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("/var/lib/a@b?c", "/var/lib/a@b?c"),
        ] {
            assert_eq!(without_credentials(value), shown);
        }
        let error = load("", &[("SESSIOND_OTLP_ENDPOINT", "ftp://me:secret@host")], vec![]);
        if let Err(error) = error {
            assert!(!format!("{error:#}").contains("secret"), "{error:#}");
        }
    }

    #[test]
    fn a_named_file_must_be_there() {
        let dir = tempfile::tempdir().unwrap();
        let error = Config::load(Some(Path::new("other.toml")), dir.path(), [], vec![]).unwrap_err();
        assert_eq!(error.to_string(), "cannot read other.toml");
    }
}
