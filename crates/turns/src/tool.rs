//! What a model may have called.

use std::fmt;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use schemars::{JsonSchema, schema_for};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sessiond_model::Tool as Definition;

/// A tool: what a model is told of it, and the call that is made when the model wants it; cheap to clone. A call is made in
/// a `C`, such as a session, and fails with an `E`.
pub struct Tool<C, E> {
    definition: Arc<Definition>,
    call: Arc<Call<C, E>>,
}

/// Reads arguments, and makes the call with them. What is wrong with the arguments is for the model to read.
type Call<C, E> = dyn Fn(C, &Value) -> Result<BoxFuture<'static, Result<String, E>>, String> + Send + Sync;

impl<C, E> Tool<C, E> {
    /// A tool whose call reads its arguments itself, or says what is wrong with them. Its result is the text that the model
    /// reads.
    pub fn new(
        definition: Definition,
        call: impl Fn(C, &Value) -> Result<BoxFuture<'static, Result<String, E>>, String> + Send + Sync + 'static,
    ) -> Self {
        Self { definition: Arc::new(definition), call: Arc::new(call) }
    }

    /// A tool whose arguments are an `I`. The model is told of them by their JSON Schema: it reads the documentation of the
    /// type's members.
    pub fn typed<I, Fut>(
        name: &str,
        description: &str,
        call: impl Fn(C, I) -> Fut + Send + Sync + 'static,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema,
        Fut: Future<Output = Result<String, E>> + Send + 'static,
    {
        let definition = Definition::new(tool_name(name), description, schema::<I>());
        Self::new(definition, move |context, arguments| {
            let input: I = serde_json::from_value(arguments.clone()).map_err(|error| error.to_string())?;
            Ok(call(context, input).boxed())
        })
    }

    /// An agent as a tool: it is asked one text.
    pub fn agent<Fut>(
        name: &str,
        description: &str,
        ask: impl Fn(C, String) -> Fut + Send + Sync + 'static,
    ) -> Self
    where
        Fut: Future<Output = Result<String, E>> + Send + 'static,
    {
        let parameters = json!({
            "type": "object",
            "properties": { "user_input": { "type": "string", "description": "What it is asked." } },
            "required": ["user_input"],
            "additionalProperties": false,
        });
        Self::new(Definition::new(tool_name(name), description, parameters), move |context, arguments| {
            let Some(text) = arguments["user_input"].as_str() else {
                return Err("user_input must be a text".to_owned());
            };
            Ok(ask(context, text.to_owned()).boxed())
        })
    }

    /// What the model is told of it.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Calls it. Arguments that do not fit are a result, which tells the model what is wrong with them.
    ///
    /// # Errors
    /// What the call fails with.
    pub async fn call(&self, context: C, arguments: &Value) -> Result<String, E> {
        match (self.call)(context, arguments) {
            Ok(call) => call.await,
            Err(wrong) => Ok(format!("The arguments of {} do not fit: {wrong}", self.definition.name)),
        }
    }
}

impl<C, E> Clone for Tool<C, E> {
    fn clone(&self) -> Self {
        Self { definition: self.definition.clone(), call: self.call.clone() }
    }
}

impl<C, E> fmt::Debug for Tool<C, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tool").field(&self.definition.name).finish()
    }
}

/// What a model is told of a type.
pub fn schema<T: JsonSchema>() -> Value {
    let mut schema = schema_for!(T).to_value();
    if let Some(members) = schema.as_object_mut() {
        members.shift_remove("$schema");
        members.shift_remove("title");
        // What takes nothing is an object all the same.
        members.entry("type").or_insert_with(|| "object".into());
    }
    schema
}

/// What a model reads of a value: a text as it is, anything else as JSON.
pub fn text_of(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A tool's name as models take it: letters, digits, `_` and `-`, at most 64 of them.
pub fn tool_name(node: &str) -> String {
    let name: String = node
        .chars()
        .take(64)
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' })
        .collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_has_a_name_that_services_take() {
        assert_eq!(tool_name("get the weather!"), "get_the_weather_");
        assert_eq!(tool_name(&"ä".repeat(99)), "_".repeat(64));
        assert_eq!(tool_name(""), "_");
    }
}
