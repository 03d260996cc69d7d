//! The schemas of the tools' arguments and results.

use std::collections::BTreeMap;

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The schema of arguments, as small as it can be: it is read by models, and by clients that know no references.
pub(super) fn of_arguments<T: JsonSchema>() -> JsonObject {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    simplify(&mut schema);
    match schema {
        Value::Object(mut members) => {
            members.shift_remove("title");
            members.shift_remove("description");
            members.entry("properties").or_insert_with(|| Value::Object(JsonObject::new()));
            members
        }
        _ => JsonObject::new(),
    }
}

/// What may be left out need not also be null: some clients refuse lists of types.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(variants)) = members.get_mut("anyOf") {
                variants.retain(|variant| variant.get("type") != Some(&Value::from("null")));
                if let [Value::Object(only)] = variants.as_slice() {
                    let only = only.clone();
                    members.shift_remove("anyOf");
                    for (name, value) in only {
                        members.entry(name).or_insert(value);
                    }
                }
            }
            if members.get("default") == Some(&Value::Null) {
                members.shift_remove("default");
            }
            members.shift_remove("format");
            members.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}

/// The schema of a result, as the OpenAPI document has it, but in one piece and with only its own members described:
/// some clients show it to models, and twenty tools would cost them as many thousand tokens.
pub(super) fn of_result<T: ToSchema>() -> JsonObject {
    let mut components = Vec::new();
    T::schemas(&mut components);
    let components = components.into_iter().map(|(name, schema)| (name, object(schema))).collect();
    let mut schema = whole(object(T::schema()), &components);
    if let Some(Value::Object(members)) = schema.get_mut("properties") {
        members.values_mut().for_each(|member| shorten(member, true));
    }
    schema
}

/// Takes away all descriptions but the outermost.
fn shorten(schema: &mut Value, outermost: bool) {
    let Value::Object(keywords) = schema else {
        return;
    };
    if !outermost {
        keywords.shift_remove("description");
    }
    for (keyword, value) in keywords {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(members)) => {
                members.values_mut().for_each(|member| shorten(member, false));
            }
            // What may be null has its description in the other variant.
            ("oneOf" | "anyOf", Value::Array(variants)) => {
                variants.iter_mut().for_each(|variant| shorten(variant, outermost));
            }
            ("items" | "additionalProperties", value) => shorten(value, false),
            _ => {}
        }
    }
}

/// A schema with what it refers to put in its place, and what it consists of (`allOf`) made one object.
fn whole(mut schema: JsonObject, components: &BTreeMap<String, JsonObject>) -> JsonObject {
    if let Some(Value::String(reference)) = schema.shift_remove("$ref") {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let mut target = components.get(name).cloned().unwrap_or_default();
        // What is said of this use says more than what is said of the type.
        target.extend(schema);
        return whole(target, components);
    }
    if let Some(Value::Array(parts)) = schema.shift_remove("allOf") {
        for part in parts {
            merge(&mut schema, whole(object(part), components));
        }
    }
    // Formats such as `int64` are OpenAPI's own, and validators complain of what they do not know.
    schema.retain(|keyword, value| match keyword.as_str() {
        "example" | "propertyNames" => false,
        "format" => value == "date-time",
        _ => true,
    });
    for (keyword, value) in &mut schema {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                properties.values_mut().for_each(|property| within(property, components));
            }
            ("oneOf" | "anyOf", Value::Array(variants)) => {
                variants.iter_mut().for_each(|variant| within(variant, components));
            }
            ("items" | "additionalProperties", value @ Value::Object(_)) => within(value, components),
            ("description", Value::String(text)) => *text = text.replace('\n', " "),
            _ => {}
        }
    }
    schema
}

fn within(schema: &mut Value, components: &BTreeMap<String, JsonObject>) {
    *schema = Value::Object(whole(object(&*schema), components));
}

/// Adds the members of another object's schema.
fn merge(schema: &mut JsonObject, part: JsonObject) {
    for (keyword, value) in part {
        match (schema.get_mut(&keyword), value) {
            (Some(Value::Object(members)), Value::Object(more)) => members.extend(more),
            (Some(Value::Array(names)), Value::Array(more)) => names.extend(more),
            (Some(_), _) => {}
            (None, value) => drop(schema.insert(keyword, value)),
        }
    }
}

fn object(schema: impl Serialize) -> JsonObject {
    match serde_json::to_value(schema) {
        Ok(Value::Object(members)) => members,
        _ => JsonObject::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Serialize, ToSchema)]
    struct Outer {
        #[serde(flatten)]
        first: Inner,
        /// This one.
        other: Inner,
        /// Its own word for
        /// a format.
        format: Option<Inner>,
    }

    /// Any one.
    #[derive(Serialize, ToSchema)]
    struct Inner {
        /// How many.
        #[schema(example = 7)]
        number: u64,
    }

    #[test]
    fn a_result_has_one_schema_without_references_and_parts() {
        let inner = |description: &str| {
            json!({ "type": "object", "description": description, "required": ["number"],
                "properties": { "number": { "type": "integer", "minimum": 0 } } })
        };
        let expected = json!({ "type": "object", "description": "Any one.", "required": ["number", "other"],
            "properties": {
                "number": { "type": "integer", "minimum": 0, "description": "How many." },
                "other": inner("This one."),
                "format": { "oneOf": [inner("Its own word for a format."), { "type": "null" }] } } });
        assert_eq!(Value::Object(of_result::<Outer>()), expected);
    }
}
