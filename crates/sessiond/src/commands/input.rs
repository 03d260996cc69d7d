//! Arguments that stand for documents and words.

use std::io::Read as _;

use anyhow::Context as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A file's text; `-` is standard input.
pub fn read_input(file: &str) -> anyhow::Result<String> {
    if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))
}

/// JSON as it stands, or `@FILE`, or `-` for standard input.
pub fn json_argument(argument: &str) -> anyhow::Result<Value> {
    let text = match argument.strip_prefix('@') {
        Some(file) => read_input(file)?,
        None if argument == "-" => read_input("-")?,
        None => argument.to_owned(),
    };
    serde_json::from_str(&text)
        .context("it is not JSON; put text in double quotes, inside single quotes for the shell")
}

/// A word of one of the core's closed sets.
pub fn words<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|error| error.to_string())
}
