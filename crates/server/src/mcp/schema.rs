//! The schemas of the tools' arguments.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The schema of `T`, as small as it can be: it is read by models, and by clients that know no references.
pub(super) fn of<T: JsonSchema>() -> JsonObject {
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
