//! JSON objects are objects. The code that serde derives for a struct also reads an array, as the members in the order of
//! their declaration, which no caller means and no document promises: this deserializer refuses it, at any depth. Of a
//! request it also refuses members that are not known, so that a misspelt one is not taken silently.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

/// A deserializer in which a struct is an object, and so are all structs within it.
///
/// What serde buffers first, because a type is flattened or untagged, is not seen: such a type checks itself.
pub struct Strict<D> {
    inner: D,
    unknown: Unknown,
    /// The members of the struct in which this is the value of one.
    fields: Fields,
}

impl<D> Strict<D> {
    /// For what a version of this program wrote. Members that are not known are skipped: a newer one may have written them.
    pub fn stored(inner: D) -> Self {
        Self { inner, unknown: Unknown::Skipped, fields: None }
    }

    /// For what a caller asks. Members that are not known are refused.
    pub fn request(inner: D) -> Self {
        Self { inner, unknown: Unknown::Refused, fields: None }
    }
}

/// What becomes of members that are not known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Skipped,
    Refused,
}

/// The members of a struct; none of anything else.
type Fields = Option<&'static [&'static str]>;

/// Reads a JSON text in which structs are objects.
pub fn from_str<T: DeserializeOwned>(json: &str) -> serde_json::Result<T> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let value = T::deserialize(Strict::stored(&mut reader))?;
    reader.end()?;
    Ok(value)
}

/// Passes on what is read, and wraps what is read within it.
struct Within<T> {
    inner: T,
    unknown: Unknown,
    /// The members of the struct whose visitor, or whose members, this is.
    fields: Fields,
}

impl<T> Within<T> {
    /// Wraps what is read within this.
    fn any<U>(&self, inner: U) -> Within<U> {
        Within { inner, unknown: self.unknown, fields: None }
    }
}

fn expected(fields: &[&str]) -> String {
    let fields: Vec<_> = fields.iter().map(|field| format!("`{field}`")).collect();
    format!("unknown field, expected one of {}", fields.join(", "))
}

macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let visitor = Within { inner: visitor, unknown: self.unknown, fields: None };
            self.inner.$method($($argument,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    pass_on! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_map();
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        match self.fields {
            // What the code that serde derives does with the value of a member that is not known.
            Some(fields) if self.unknown == Unknown::Refused => Err(D::Error::custom(expected(fields))),
            _ => self.inner.deserialize_ignored_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Within { inner: visitor, unknown: self.unknown, fields: Some(fields) };
        self.inner.deserialize_struct(name, fields, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! visit {
    ($($method:ident($type:ty);)*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Within<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fields.is_some() { f.write_str("a JSON object") } else { self.inner.expecting(f) }
    }

    visit! {
        visit_bool(bool);
        visit_i8(i8);
        visit_i16(i16);
        visit_i32(i32);
        visit_i64(i64);
        visit_i128(i128);
        visit_u8(u8);
        visit_u16(u16);
        visit_u32(u32);
        visit_u64(u64);
        visit_u128(u128);
        visit_f32(f32);
        visit_f64(f64);
        visit_char(char);
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let inner = Strict { inner: deserializer, unknown: self.unknown, fields: None };
        self.inner.visit_some(inner)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let inner = Strict { inner: deserializer, unknown: self.unknown, fields: None };
        self.inner.visit_newtype_struct(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        if self.fields.is_some() {
            return Err(A::Error::invalid_type(Unexpected::Seq, &"a JSON object"));
        }
        let items = self.any(items);
        self.inner.visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        let members = Within { inner: members, unknown: self.unknown, fields: self.fields };
        self.inner.visit_map(members)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        let variant = self.any(variant);
        self.inner.visit_enum(variant)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Within<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let inner = Strict { inner: deserializer, unknown: self.unknown, fields: self.fields };
        self.inner.deserialize(inner)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Within<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let seed = self.any(seed);
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Within<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let seed = self.any(seed);
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = Within { inner: seed, unknown: self.unknown, fields: self.fields };
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Within<A> {
    type Error = A::Error;
    type Variant = Within<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let seed = self.any(seed);
        let (value, inner) = self.inner.variant_seed(seed)?;
        Ok((value, Within { inner, unknown: self.unknown, fields: None }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Within<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.any(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.any(visitor);
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = Within { inner: visitor, unknown: self.unknown, fields: Some(fields) };
        self.inner.struct_variant(fields, visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::Json;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        number: u64,
        #[serde(default)]
        text: Option<String>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        inner: Inner,
        #[serde(default)]
        list: Vec<Inner>,
        #[serde(default)]
        map: BTreeMap<String, Inner>,
        #[serde(default)]
        optional: Option<Box<Inner>>,
        #[serde(default)]
        pair: (u8, u8),
        #[serde(default)]
        kind: Kind,
        #[serde(default)]
        raw: Option<Json>,
        #[serde(default)]
        value: serde_json::Value,
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    enum Kind {
        #[default]
        None,
        Of(Inner),
        With {
            inner: Inner,
        },
    }

    #[test]
    fn an_object_is_read_as_without_it() {
        let json = r#"{"inner": {"number": 1, "text": "a"}, "list": [{"number": 2}], "map": {"m": {"number": 3}},
            "optional": {"number": 4}, "pair": [5, 6], "kind": {"With": {"inner": {"number": 7}}},
            "raw": [1e2, {"a" : 18446744073709551616}], "value": [[1], {"b": null}]}"#;
        assert_eq!(from_str::<Outer>(json).unwrap(), serde_json::from_str(json).unwrap());
        assert_eq!(
            from_str::<Outer>(json).unwrap().raw.unwrap().as_str(),
            r#"[1e2, {"a" : 18446744073709551616}]"#
        );
    }

    #[test]
    fn an_array_is_no_object_wherever_one_is_expected() {
        for json in [
            r#"[]"#,
            r#"[{"number": 1}]"#,
            r#"{"inner": [1]}"#,
            r#"{"inner": [1, "a"]}"#,
            r#"{"inner": {"number": 1}, "list": [[2]]}"#,
            r#"{"inner": {"number": 1}, "map": {"m": [3]}}"#,
            r#"{"inner": {"number": 1}, "optional": [4, null]}"#,
            r#"{"inner": {"number": 1}, "kind": {"Of": [7]}}"#,
            r#"{"inner": {"number": 1}, "kind": {"With": [{"number": 7}]}}"#,
            r#"{"inner": {"number": 1}, "kind": {"With": {"inner": [7]}}}"#,
        ] {
            let refused = from_str::<Outer>(json).unwrap_err().to_string();
            assert!(refused.contains("invalid type: sequence, expected a JSON object"), "{json}: {refused}");
        }
    }

    fn request(json: &str) -> serde_json::Result<Outer> {
        Outer::deserialize(Strict::request(&mut serde_json::Deserializer::from_str(json)))
    }

    #[test]
    fn a_request_has_known_members_only_wherever_they_are() {
        for json in [
            r#"{"inner": {"number": 1}, "more": null}"#,
            r#"{"inner": {"number": 1, "Text": "a"}}"#,
            r#"{"inner": {"number": 1}, "list": [{"number": 2}, {"number": 2, "x": {}}]}"#,
            r#"{"inner": {"number": 1}, "map": {"m": {"x": [], "number": 3}}}"#,
            r#"{"inner": {"number": 1}, "optional": {"number": 4, "x": 1}}"#,
            r#"{"inner": {"number": 1}, "kind": {"Of": {"number": 1, "x": 1}}}"#,
            r#"{"inner": {"number": 1}, "kind": {"With": {"inner": {"number": 7}, "x": 1}}}"#,
        ] {
            let refused = request(json).unwrap_err().to_string();
            assert!(refused.contains("unknown field, expected one of `"), "{json}: {refused}");
            from_str::<Outer>(json).unwrap();
        }
        // A value, a text and a map have whatever members the caller gives them.
        let free = r#"{"inner": {"number": 1}, "raw": {"x": {}}, "value": {"x": [{"y": 1}]}, "map": {"x": {"number": 1}}}"#;
        assert_eq!(request(free).unwrap(), from_str::<Outer>(free).unwrap());
    }
}
