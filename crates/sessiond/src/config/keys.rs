//! Every key of the configuration, in one table.

/// A key of the configuration.
#[derive(Debug)]
pub struct Key {
    /// Its name in the file.
    pub name: &'static str,
    /// Its variables in the environment; a later one wins.
    pub variables: &'static [&'static str],
    /// Its flag.
    pub flag: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it is when nobody says anything.
    pub default: Option<&'static str>,
    /// Whether its value is never shown.
    pub secret: bool,
    /// What it does.
    pub help: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A list with commas, in a file also an array.
    List,
    /// `http://` or `https://`.
    Url,
    /// Something that can stand in a header.
    Secret,
    /// `500ms`, `300s`, `5m` or `2h`.
    Duration,
    /// A duration, or a number of minutes.
    Minutes,
    /// A whole number above zero.
    Count,
    /// A level, or levels by module: `info,sessiond_engine=debug`.
    LogLevel,
    /// One of these words.
    Word(&'static [&'static str]),
}

impl Kind {
    /// Whether a value is of this kind, and if not, what would be.
    pub fn check(self, value: &str) -> Result<(), String> {
        let ok = match self {
            Self::Text => !value.is_empty(),
            Self::List => true,
            Self::Url => value.starts_with("http://") || value.starts_with("https://"),
            Self::Secret => !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic()),
            Self::Duration => value.parse::<sessiond_core::Span>().is_ok_and(|span| span.millis() > 0),
            Self::Minutes => minutes(value).is_some_and(|span| span.millis() > 0),
            Self::Count => value.parse::<u64>().is_ok_and(|count| count > 0),
            // The Python package reads the variable too, and has words of its own.
            Self::LogLevel => {
                PYTHON_LEVELS.iter().any(|(word, _)| word.eq_ignore_ascii_case(value))
                    || value.split(',').all(is_level)
            }
            Self::Word(words) => words.contains(&value),
        };
        if ok {
            return Ok(());
        }
        Err(match self {
            Self::Text => "must not be empty".to_owned(),
            Self::List => "must be a list with commas".to_owned(),
            Self::Url => "must begin with http:// or https://".to_owned(),
            Self::Secret => "must have only visible ASCII characters, without spaces".to_owned(),
            Self::Duration => "must be a whole number with ms, s, m or h, such as 300s".to_owned(),
            Self::Minutes => {
                "must be a whole number with s, m or h, such as 30m; without a unit it is in minutes".to_owned()
            }
            Self::Count => "must be a whole number above zero".to_owned(),
            Self::LogLevel => {
                "must be error, warn, info, debug, trace or off, or a list by module such as info,sessiond_engine=debug"
                    .to_owned()
            }
            Self::Word(words) => format!("must be one of {}", words.join(", ")),
        })
    }
}

/// A duration, whose unit is a minute if it has none.
pub fn minutes(value: &str) -> Option<sessiond_core::Span> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{value}m").parse().ok();
    }
    value.parse().ok()
}

/// The words of the Python package for levels, and what they mean here.
pub const PYTHON_LEVELS: &[(&str, &str)] =
    &[("verbose", "debug"), ("regular", "info"), ("quiet", "warn"), ("none", "off")];

/// Whether a part of a list is a level, for all modules or for one. A word that is none would be the name of a module,
/// and nothing else would be logged.
fn is_level(part: &str) -> bool {
    let (module, level) = part.split_once('=').unwrap_or(("all", part));
    let known = ["error", "warn", "info", "debug", "trace", "off"];
    !module.trim().is_empty() && known.iter().any(|name| level.trim().eq_ignore_ascii_case(name))
}

/// Every key. `docs/` and `sessiond config` show them in this order.
pub const KEYS: &[Key] = &[
    Key {
        name: "url",
        variables: &["SESSIOND_URL"],
        flag: "--url",
        kind: Kind::Url,
        default: None,
        secret: false,
        help: "the server that commands connect to; without it they work on the data directory",
    },
    Key {
        name: "api_key",
        variables: &["AGENT_BUS_API_KEY", "SESSIOND_API_KEY"],
        flag: "--api-key",
        kind: Kind::Secret,
        default: None,
        secret: true,
        help: "the key that commands send, and the administrator's key of `serve`",
    },
    Key {
        name: "data_dir",
        // The first is what the Python package reads.
        variables: &["SESSIOND_DIR", "SESSIOND_DATA_DIR"],
        flag: "--dir",
        kind: Kind::Text,
        default: Some(".sessiond"),
        secret: false,
        help: "the directory of the embedded store",
    },
    Key {
        name: "listen",
        variables: &["SESSIOND_LISTEN"],
        flag: "--listen",
        kind: Kind::Text,
        default: Some("127.0.0.1:8080"),
        secret: false,
        help: "the address and port that `serve` and `demo` listen on",
    },
    Key {
        name: "allow_hosts",
        variables: &["SESSIOND_ALLOW_HOSTS"],
        flag: "--allow-hosts",
        kind: Kind::List,
        default: None,
        secret: false,
        help: "host names, in addition to localhost, that a server without keys accepts",
    },
    Key {
        name: "allow_private_webhooks",
        variables: &["SESSIOND_ALLOW_PRIVATE_WEBHOOKS"],
        flag: "--allow-private-webhooks",
        kind: Kind::Word(&["true", "false"]),
        default: Some("false"),
        secret: false,
        help: "whether webhooks may go to the server's own network",
    },
    Key {
        name: "ack_timeout",
        variables: &["SESSIOND_ACK_TIMEOUT"],
        flag: "--ack-timeout",
        kind: Kind::Duration,
        default: Some("60s"),
        secret: false,
        help: "how long a delivered message may stay unacknowledged before it is delivered again",
    },
    Key {
        name: "keep_ended",
        variables: &["SESSIOND_KEEP_ENDED"],
        flag: "--keep-ended",
        kind: Kind::Duration,
        default: None,
        secret: false,
        help: "how long ended sessions are kept; without limit if not set",
    },
    Key {
        name: "session_timeout",
        // The first is the name that other servers of assistants have for it.
        variables: &["SESSION_TIMEOUT", "SESSIOND_SESSION_TIMEOUT"],
        flag: "--session-timeout",
        kind: Kind::Minutes,
        default: None,
        secret: false,
        help: "the time without use after which a session of an assistant expires, such as 30m; never if not set",
    },
    Key {
        name: "rate_limit",
        variables: &["SESSIOND_RATE_LIMIT"],
        flag: "--rate-limit",
        kind: Kind::Count,
        default: None,
        secret: false,
        help: "how many requests each key and each token may make in a minute; without limit if not set",
    },
    Key {
        name: "token_limit",
        variables: &["SESSIOND_TOKEN_LIMIT"],
        flag: "--token-limit",
        kind: Kind::Count,
        default: None,
        secret: false,
        help: "how many tokens of the model each key and each token may use in a minute; without limit if not set",
    },
    Key {
        name: "turn_limit",
        variables: &["SESSIOND_TURN_LIMIT"],
        flag: "--turn-limit",
        kind: Kind::Count,
        default: Some("256"),
        secret: false,
        help: "how many turns of each key and each token may be open at a time",
    },
    Key {
        name: "upload_limit",
        variables: &["SESSIOND_UPLOAD_LIMIT"],
        flag: "--upload-limit",
        kind: Kind::Count,
        default: Some("240"),
        secret: false,
        help: "how many files each key and each token may upload in a minute",
    },
    Key {
        name: "failure_limit",
        variables: &["SESSIOND_FAILURE_LIMIT"],
        flag: "--failure-limit",
        kind: Kind::Count,
        default: Some("300"),
        secret: false,
        help: "how many wrong keys and tokens may come from an address in a minute",
    },
    Key {
        name: "assistant_tools",
        variables: &["SESSIOND_ASSISTANT_TOOLS"],
        flag: "--assistant-tools",
        kind: Kind::List,
        default: None,
        secret: false,
        help: "the tools of assistants that set none: search, grep, read, calculate, and names of MCP servers; none if not set",
    },
    Key {
        name: "assistant_mcp",
        variables: &["SESSIOND_ASSISTANT_MCP"],
        flag: "--assistant-mcp",
        kind: Kind::List,
        default: None,
        secret: false,
        help: "the MCP servers whose tools assistants may have, each as NAME=URL; none if not set",
    },
    Key {
        name: "assistant_mcp_tokens",
        variables: &["SESSIOND_ASSISTANT_MCP_TOKENS"],
        flag: "--assistant-mcp-tokens",
        kind: Kind::List,
        default: None,
        secret: true,
        help: "the bearer tokens of these MCP servers, each as NAME=TOKEN; none if not set",
    },
    Key {
        name: "keep_events",
        variables: &["SESSIOND_KEEP_EVENTS"],
        flag: "--keep-events",
        kind: Kind::Count,
        default: None,
        secret: false,
        help: "how many events of a session are kept; all if not set",
    },
    Key {
        name: "log_level",
        variables: &["SESSIOND_LOG_LEVEL"],
        flag: "--log-level",
        kind: Kind::LogLevel,
        default: Some("info"),
        secret: false,
        help: "error, warn, info, debug, trace, or a list such as `info,sessiond_engine=debug`",
    },
    Key {
        name: "log_format",
        variables: &["SESSIOND_LOG_FORMAT"],
        flag: "--log-format",
        kind: Kind::Word(&["text", "json"]),
        default: Some("text"),
        secret: false,
        help: "text or json",
    },
    Key {
        name: "otlp_endpoint",
        variables: &["OTEL_EXPORTER_OTLP_ENDPOINT", "SESSIOND_OTLP_ENDPOINT"],
        flag: "--otlp-endpoint",
        kind: Kind::Url,
        default: None,
        secret: false,
        help: "the HTTP address of an OpenTelemetry collector, such as http://localhost:4318, to which `serve` and `demo` send traces",
    },
];

/// Variables that begin like ours and mean something else: the file itself, what an agent or `recover` gives its programs,
/// what the packages for Python and TypeScript read, and the language model that programs ask.
pub const RESERVED: &[&str] = &[
    "SESSIOND_CONFIG",
    "SESSIOND_RESUME",
    "SESSIOND_BIN",
    "SESSIOND_LOG_FILE",
    "SESSIOND_TRACING",
    "SESSIOND_TASK_ID",
    "SESSIOND_TASK_TYPE",
    "SESSIOND_TASK_FILE",
    "SESSIOND_SESSION_ID",
    "SESSIOND_STEP",
    "SESSIOND_ATTEMPT",
    "SESSIOND_AGENT_ID",
    "SESSIOND_PAYLOAD",
    "SESSIOND_MODEL",
    "SESSIOND_MODEL_URL",
    "SESSIOND_MODEL_KEY",
    "SESSIOND_MODEL_API",
    "SESSIOND_MODEL_WINDOW",
    "SESSIOND_MODEL_CACHE_SALT",
    "SESSIOND_MODEL_CACHE_MB",
];

/// The key of that name.
pub fn named(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_of_its_keys_kind() {
        for key in KEYS {
            if let Some(default) = key.default {
                assert_eq!(key.kind.check(default), Ok(()), "{}", key.name);
            }
        }
    }
}
