//! JSON that is kept as its text. What a call was given and gave is read by people and by replay, not by the core, so
//! a tree of it would be made for nothing.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::limits;

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

    /// The text as `serde_json` has it.
    pub fn as_raw(&self) -> &RawValue {
        &self.0
    }

    /// Reads the text into a type.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.as_str())
    }

    /// A journal is exported one event a line. Inside of strings JSON has no control characters, so that all of them
    /// are white space.
    fn in_one_line(raw: Box<RawValue>) -> serde_json::Result<Self> {
        // Every byte is looked at, without a branch for each: most values have none, and this loop is a vector loop.
        if raw.get().bytes().fold(false, |found, byte| found | byte.is_ascii_control()) {
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

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Json {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        Value::schema()
    }
}

/// Any JSON.
#[cfg(feature = "schema")]
impl utoipa::ToSchema for Json {
    fn name() -> std::borrow::Cow<'static, str> {
        "Value".into()
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
                limits::JSON_DEPTH
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

/// How many bytes a value takes as JSON, without writing it anywhere.
pub fn json_bytes(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting cannot fail, and what is counted has only string keys.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

/// How many bytes a value counts.
pub(crate) fn bytes_of(value: &Value) -> u64 {
    json_bytes(value) as u64
}

/// How many bytes a task's metadata counts; none when there is none.
pub(crate) fn metadata_bytes(metadata: &Map<String, Value>) -> u64 {
    if metadata.is_empty() { 0 } else { json_bytes(metadata) as u64 }
}

/// Applies a JSON merge patch (RFC 7396): `null` removes a member, an object merges, anything else replaces.
pub fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.shift_remove(name);
        } else {
            merge_patch(members.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Reads a member that is there, whatever its value is: `null` is a value too. For `deserialize_with`, with a default.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
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

    #[test]
    fn the_examples_of_rfc_7396_hold() {
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, r#"{}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, r#"null"#, r#"null"#),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            (r#"[1,2]"#, r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let mut value: Value = serde_json::from_str(target).unwrap();
            merge_patch(&mut value, &serde_json::from_str(patch).unwrap());
            assert_eq!(value, serde_json::from_str::<Value>(result).unwrap(), "{target} with {patch}");
        }
    }
}
