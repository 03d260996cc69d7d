//! Names: each is parsed at the edge and valid by construction inside.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::limits;

/// The number of a session's last event. A session that does not exist yet is at revision 0.
pub type Revision = u64;

/// A name from outside that does not have the form of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidId(pub String);

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:path, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "schema", schema(value_type = String, example = $example))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses a name from outside.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                $check(&text)?;
                Ok(Self(text))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    };
}

name!(
    /// A session's id: `[A-Za-z0-9_.-]{1,128}`, not only dots. The engine's own are `sess_` and a time-ordered id.
    SessionId,
    check_session_id,
    "sess_notifications_2025-02-02"
);
name!(
    /// An agent's id: `framework://name`.
    AgentId,
    check_agent_id,
    "opencode://backend"
);
name!(
    /// A task's id: `[A-Za-z0-9_.:-]{1,128}`. The engine's own are `task_` and a time-ordered id.
    TaskId,
    check_token,
    "task_0198f3a2"
);
name!(
    /// A message's id, chosen by its sender: `[A-Za-z0-9_.:-]{1,128}`.
    MessageId,
    check_token,
    "task_impl_backend"
);
name!(
    /// A question's id: `[A-Za-z0-9_.:-]{1,128}`. The engine's own are `question_` and a time-ordered id.
    QuestionId,
    check_token,
    "question_0198f3a2"
);

name!(
    /// A turn's id: `[A-Za-z0-9_.:-]{1,128}`. The engine's own are `turn_` and a time-ordered id.
    TurnId,
    check_token,
    "turn_0198f3a2"
);

name!(
    /// A file's id: `file_` and 32 hexadecimal digits. It is the name of the file that has the bytes, so it is never a path.
    FileId,
    check_file_id,
    "file_0198f3a28c0d7f40a1b2c3d4e5f60718"
);

name!(
    /// A schedule's id: as a session's, with room for the time that its sessions have in their ids.
    ScheduleId,
    check_schedule_id,
    "nightly"
);

impl AgentId {
    /// The engine itself, `sessiond://engine`: the sender of what a plan, or a person, asks for. It takes part in
    /// no session and has no inbox; an answer to it reaches the task that it speaks of, and nobody else.
    pub fn engine() -> Self {
        Self("sessiond://engine".into())
    }

    /// Whether it is the engine itself.
    pub fn is_engine(&self) -> bool {
        self.0 == "sessiond://engine"
    }

    /// The part before `://`.
    pub fn framework(&self) -> &str {
        self.0.split_once("://").map_or("", |(framework, _)| framework)
    }

    /// The part after `://`.
    pub fn name(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, name)| name)
    }
}

fn check_session_id(text: &str) -> Result<(), InvalidId> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if text.is_empty() || text.len() > limits::SESSION_ID_BYTES || !text.chars().all(allowed) {
        return Err(InvalidId(format!(
            "a session id has 1 to {} of the characters A-Z a-z 0-9 _ . -",
            limits::SESSION_ID_BYTES
        )));
    }
    if text.chars().all(|c| c == '.') {
        return Err(InvalidId("a session id is not only dots".into()));
    }
    Ok(())
}

fn check_schedule_id(text: &str) -> Result<(), InvalidId> {
    if text.len() > limits::SCHEDULE_ID_BYTES {
        return Err(InvalidId(format!("a schedule id has at most {} characters", limits::SCHEDULE_ID_BYTES)));
    }
    check_session_id(text)
        .map_err(|InvalidId(detail)| InvalidId(detail.replace("a session id", "a schedule id")))
}

fn check_file_id(text: &str) -> Result<(), InvalidId> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match text.strip_prefix("file_") {
        Some(digits) if digits.len() == 32 && digits.bytes().all(is_digit) => Ok(()),
        _ => Err(InvalidId("a file id is file_ and 32 hexadecimal digits".into())),
    }
}

fn check_agent_id(text: &str) -> Result<(), InvalidId> {
    let invalid = || {
        InvalidId(format!(
            "an agent id is framework://name, at most {} of the characters A-Z a-z 0-9 _ . @ : + ~ / -",
            limits::AGENT_ID_BYTES
        ))
    };
    if text.len() > limits::AGENT_ID_BYTES {
        return Err(invalid());
    }
    let (framework, name) = text.split_once("://").ok_or_else(invalid)?;
    let framework_ok = framework.starts_with(|c: char| c.is_ascii_alphanumeric())
        && framework.chars().all(|c| c.is_ascii_alphanumeric() || "+._-".contains(c));
    let name_ok =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.@:+~/-".contains(c));
    if framework_ok && name_ok { Ok(()) } else { Err(invalid()) }
}

fn check_token(text: &str) -> Result<(), InvalidId> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
    if text.is_empty() || text.len() > limits::MESSAGE_ID_BYTES || !text.chars().all(allowed) {
        return Err(InvalidId(format!(
            "an id has 1 to {} of the characters A-Z a-z 0-9 _ . : -",
            limits::MESSAGE_ID_BYTES
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_id_takes_the_names_that_the_seed_suggests_and_no_path() {
        assert!(SessionId::parse("sess_notifications_2025-02-02").is_ok());
        for bad in ["", ".", "..", "a/b", "a b", "ä", &"x".repeat(129)] {
            assert!(SessionId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_file_id_is_never_a_path() {
        assert!(FileId::parse("file_0198f3a28c0d7f40a1b2c3d4e5f60718").is_ok());
        for bad in [
            "",
            "file_",
            "..",
            "file_../../../../../../../../../../../..",
            "file_0198F3A28C0D7F40A1B2C3D4E5F60718",
        ] {
            assert!(FileId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_agent_id_has_a_framework_and_a_name() {
        let id = AgentId::parse("claude-code://orchestrator").unwrap();
        assert_eq!((id.framework(), id.name()), ("claude-code", "orchestrator"));
        for bad in ["", "backend", "://x", "a://", "a://b c", "a b://c", "a://b\n"] {
            assert!(AgentId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
