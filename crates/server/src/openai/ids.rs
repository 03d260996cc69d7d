//! Ids of conversations and responses. A conversation's is its session's; a response's names its session and its turn.

use std::convert::Infallible;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sessiond_api::Code;
use sessiond_core::{SessionId, TurnId};

use crate::respond::Failure;

/// The id of a response as a client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResponseId(String);

/// The id of a conversation as a client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConversationId(String);

impl ResponseId {
    /// The id of a turn.
    pub(super) fn of(session: &SessionId, turn: &TurnId) -> Self {
        // A session's id has no colon.
        Self(format!("resp_{}", URL_SAFE_NO_PAD.encode(format!("{session}:{turn}"))))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The turn that it names.
    pub(super) fn turn(&self) -> Result<(SessionId, TurnId), Failure> {
        let names = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(self.0.strip_prefix("resp_")?).ok()?).ok()?;
            let (session, turn) = text.split_once(':')?;
            Some((SessionId::parse(session).ok()?, TurnId::parse(turn).ok()?))
        };
        names().ok_or_else(|| Failure::new(Code::TurnNotFound, "there is no response of this id"))
    }
}

impl ConversationId {
    /// The id of a session's conversation.
    pub(super) fn of(session: &SessionId) -> Self {
        Self(format!("conv_{session}"))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The session that it names.
    pub(super) fn session(&self) -> Result<SessionId, Failure> {
        let name = self.0.strip_prefix("conv_").and_then(|name| SessionId::parse(name).ok());
        name.ok_or_else(|| Failure::new(Code::SessionNotFound, "there is no conversation of this id"))
    }
}

impl FromStr for ResponseId {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for ConversationId {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_turn_and_another_text_names_none() {
        let (session, turn) = (SessionId::parse("a_b.c-d").unwrap(), TurnId::parse("turn_1:2").unwrap());
        let id = ResponseId::of(&session, &turn);
        assert!(
            id.as_str()
                .strip_prefix("resp_")
                .unwrap()
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
        assert_eq!(id.turn().unwrap(), (session.clone(), turn));
        assert_eq!(ConversationId::of(&session).session().unwrap(), session);
        for text in ["", "resp_", "resp_!", "resp_YQ", "conv_x", "resp_Ong", "resp_eDo"] {
            let Ok(id) = text.parse::<ResponseId>();
            assert_eq!(id.turn().unwrap_err().0.code, Code::TurnNotFound, "{text}");
        }
        for text in ["", "conv_", "conv_..", "conv_a/b", "resp_x"] {
            let Ok(id) = text.parse::<ConversationId>();
            assert_eq!(id.session().unwrap_err().0.code, Code::SessionNotFound, "{text}");
        }
    }
}
