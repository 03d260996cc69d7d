//! JSON that is kept as its text. What a call was given and gave is read by people and by replay, not by the core, so
//! a tree of it would be made for nothing.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON text in one line, as it was written; copies share it. It can be read from `serde_json` alone, and not from
/// within a flattened or an untagged type, which would make a tree of it first.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Json(Arc<RawValue>);

impl Json {
    /// Takes a text over when it is JSON.
    pub fn parse(text: String) -> serde_json::Result<Self> {
        RawValue::from_string(text).and_then(Self::in_one_line)
    }

    /// The JSON that a value is written as.
    pub fn of(value: &impl Serialize) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(value).map(|raw| Self(raw.into()))
    }

    /// `null`.
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned().into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Reads the text into a type.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.as_str())
    }

    /// A journal is exported one event a line. Inside of strings JSON has no control characters, so that all of them
    /// are white space.
    fn in_one_line(raw: Box<RawValue>) -> serde_json::Result<Self> {
        if raw.get().bytes().any(|byte| byte.is_ascii_control()) {
            let line = raw.get().replace(|c: char| c.is_ascii_control(), " ");
            return RawValue::from_string(line).map(|raw| Self(raw.into()));
        }
        Ok(Self(raw.into()))
    }

    /// Whether every reader can read it: `serde_json` takes over a text without looking at how deep it nests, whether
    /// its numbers have a size that can be held, and whether its escapes make characters. Says what is wrong.
    pub fn check(&self, levels: usize) -> Result<(), String> {
        let mut reader = serde_json::Deserializer::from_str(self.as_str());
        Readable(levels).deserialize(&mut reader).map_err(|error| {
            let text = error.to_string();
            text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
        })
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        Self::of(value).expect("a tree of JSON can be written as JSON")
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::in_one_line(Box::<RawValue>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Reads any JSON and keeps nothing of it, so many levels deep.
struct Readable(usize);

impl<'de> DeserializeSeed<'de> for Readable {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0 == 0 {
            return Err(D::Error::custom(format_args!(
                "it may nest {} levels deep at most",
                crate::limits::JSON_DEPTH
            )));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Readable {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Readable(self.0 - 1))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_key_seed(Readable(1))?.is_some() {
            members.next_value_seed(Readable(self.0 - 1))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_as_it_was_written_but_in_one_line() {
        let json: Json = serde_json::from_str("{\"b\": 1.0,\r\n\t\"a\":\"x\\ny\"}").unwrap();
        assert_eq!(json.as_str(), "{\"b\": 1.0,   \"a\":\"x\\ny\"}");
        assert_eq!(serde_json::to_string(&json).unwrap(), json.as_str());
        assert_eq!(Json::parse(json.as_str().to_owned()).unwrap(), json);
        assert!(Json::parse("{".to_owned()).is_err());
    }

    #[test]
    fn what_no_reader_can_read_is_found() {
        let deep = |levels: usize| format!("{}1{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        for (text, wrong) in [
            (deep(64), ""),
            (deep(65), "it may nest 64 levels deep at most"),
            (deep(100_000), "it may nest 64 levels deep at most"),
            (r#"{"a":[1,-2.5e3,null,true,"\ud83d\ude00"]}"#.into(), ""),
            (r#"{"a":1e999}"#.into(), "number out of range"),
            (r#"["\ud800"]"#.into(), "unexpected end of hex escape"),
            (r#"{"\udead":1}"#.into(), "lone leading surrogate in hex escape"),
        ] {
            let found = Json::parse(text.clone()).unwrap().check(64).err().unwrap_or_default();
            assert_eq!(found, wrong, "{}", &text[..text.len().min(40)]);
            assert_eq!(serde_json::from_str::<Value>(&text).is_err(), !wrong.is_empty() && text != deep(65));
        }
    }
}
