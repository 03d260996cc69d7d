//! The interface that every provider has.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{Stream, StreamExt};

use crate::{Answer, Error, OpenAi, Request, Settings, ToolCall};

/// The model that the environment names: `SESSIOND_MODEL_URL` with `SESSIOND_MODEL`, and `SESSIOND_MODEL_KEY` where it asks
/// for one; or `SESSIOND_MODEL` alone, as the path of a file that ends in `.gguf`, which is then loaded into this process
/// (feature `gguf`). That takes some seconds, in which the caller waits.
///
/// # Errors
/// [`Error::Settings`] when they are missing or wrong; it says which to set.
pub fn from_env() -> Result<Arc<dyn Model>, Error> {
    from_variables(|name| std::env::var(name).ok())
}

fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Arc<dyn Model>, Error> {
    let read =
        |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    if read("SESSIOND_MODEL_URL").is_some() {
        return Ok(Arc::new(OpenAi::new(Settings::from_variables(variable)?)?));
    }
    match read("SESSIOND_MODEL") {
        Some(file) if file.to_ascii_lowercase().ends_with(".gguf") => in_process(&file),
        _ => Err(Error::Settings(
            "no model is named: set SESSIOND_MODEL_URL and SESSIOND_MODEL to one at an address, or SESSIOND_MODEL alone \
             to a file that ends in .gguf"
                .into(),
        )),
    }
}

#[cfg(feature = "gguf")]
fn in_process(file: &str) -> Result<Arc<dyn Model>, Error> {
    Ok(Arc::new(crate::Gguf::open(file)?))
}

#[cfg(not(feature = "gguf"))]
fn in_process(file: &str) -> Result<Arc<dyn Model>, Error> {
    Err(Error::Settings(format!(
        "SESSIOND_MODEL names the file {file}, and this program was built without the feature `gguf` of sessiond-model, \
         which runs it; build it with that, or serve the file with `sessiond model serve` and set SESSIOND_MODEL_URL"
    )))
}

/// A part of an answer that is under way.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// More text.
    Text(String),
    /// A tool call, when it is whole.
    ToolCall(ToolCall),
    /// The answer as a whole; nothing comes after it.
    End(Box<Answer>),
}

/// The parts of an answer. Dropping it ends the work on the answer.
pub type AnswerStream = Pin<Box<dyn Stream<Item = Result<Delta, Error>> + Send>>;

/// A language model.
///
/// A provider *must* end a stream with [`Delta::End`] or with an error, and with nothing after it. The texts before it
/// *must* add up to the answer's text, and the tool calls be the answer's. It *must* give up the work when the future or
/// the stream is dropped. No error *may* hold a key.
#[async_trait]
pub trait Model: Send + Sync + Debug {
    /// The model's name, as the provider knows it.
    fn name(&self) -> &str;

    /// Who runs it: `openai` for an address, `gguf` for this process.
    fn provider(&self) -> &str;

    /// The parts of an answer as they come.
    ///
    /// # Errors
    /// What kept the answer from beginning. What breaks it off later comes in the stream.
    async fn stream(&self, request: Request) -> Result<AnswerStream, Error>;

    /// A whole answer.
    ///
    /// # Errors
    /// What kept it from coming.
    async fn complete(&self, request: Request) -> Result<Answer, Error> {
        let mut parts = self.stream(request).await?;
        while let Some(part) = parts.next().await {
            if let Delta::End(answer) = part? {
                return Ok(*answer);
            }
        }
        Err(Error::unreadable("the answer has no end", ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(url: &str, model: &str) -> Result<Arc<dyn Model>, Error> {
        from_variables(|name| match name {
            "SESSIOND_MODEL_URL" => Some(url.to_owned()),
            "SESSIOND_MODEL" => Some(model.to_owned()),
            _ => None,
        })
    }

    #[test]
    fn the_environment_names_an_address_or_a_file() {
        assert_eq!(named("http://h", "m").unwrap().provider(), "openai");
        // A server may call its model like a file.
        assert_eq!(named("http://h", "m.gguf").unwrap().provider(), "openai");
        let error = named("", "/nowhere/m.GGUF").unwrap_err().to_string();
        let expected = if cfg!(feature = "gguf") { "cannot be opened" } else { "without the feature `gguf`" };
        assert!(error.contains("/nowhere/m.GGUF") && error.contains(expected), "{error}");
        for model in ["", "m"] {
            let error = named(" ", model).unwrap_err().to_string();
            assert!(error.contains("SESSIOND_MODEL_URL and SESSIOND_MODEL"), "{error}");
        }
    }
}
