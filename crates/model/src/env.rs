//! The model that the environment names.

use std::sync::Arc;

use crate::{Error, Model, OpenAi, Settings};

/// The model that the environment names: `SESSIOND_MODEL_URL` with `SESSIOND_MODEL`, and `SESSIOND_MODEL_KEY` where it asks
/// for one. `SESSIOND_MODEL` alone may be the path of a file that ends in `.gguf`, which `sessiond_model_gguf::from_env`
/// loads; here it is an error.
///
/// # Errors
/// [`Error::Settings`] when they are missing or wrong; it says which to set.
pub fn from_env() -> Result<Arc<dyn Model>, Error> {
    from_env_or_file(no_file)
}

/// The same, where `open` gives the model of a file.
///
/// # Errors
/// [`Error::Settings`] when they are missing or wrong, and what `open` fails with.
pub fn from_env_or_file(
    open: impl FnOnce(&str) -> Result<Arc<dyn Model>, Error>,
) -> Result<Arc<dyn Model>, Error> {
    from_variables(|name| std::env::var(name).ok(), open)
}

fn no_file(file: &str) -> Result<Arc<dyn Model>, Error> {
    Err(Error::Settings(format!(
        "SESSIOND_MODEL names the file {file}, and this program was built without the feature `gguf`, which runs it; \
         build it with that, or serve the file with `sessiond model serve` and set SESSIOND_MODEL_URL"
    )))
}

fn from_variables(
    variable: impl Fn(&str) -> Option<String>,
    open: impl FnOnce(&str) -> Result<Arc<dyn Model>, Error>,
) -> Result<Arc<dyn Model>, Error> {
    let read =
        |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    if read("SESSIOND_MODEL_URL").is_some() {
        return Ok(Arc::new(OpenAi::new(Settings::from_variables(variable)?)?));
    }
    match read("SESSIOND_MODEL") {
        Some(file) if file.to_ascii_lowercase().ends_with(".gguf") => open(&file),
        _ => Err(Error::Settings(
            "no model is named: set SESSIOND_MODEL_URL and SESSIOND_MODEL to one at an address, or SESSIOND_MODEL alone \
             to a file that ends in .gguf"
                .into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(url: &str, model: &str) -> Result<Arc<dyn Model>, Error> {
        let variable = |name: &str| match name {
            "SESSIOND_MODEL_URL" => Some(url.to_owned()),
            "SESSIOND_MODEL" => Some(model.to_owned()),
            _ => None,
        };
        from_variables(variable, no_file)
    }

    #[test]
    fn the_environment_names_an_address_or_a_file() {
        assert_eq!(named("http://h", "m").unwrap().provider(), "openai");
        // A server may call its model like a file.
        assert_eq!(named("http://h", "m.gguf").unwrap().provider(), "openai");
        let error = named("", "/nowhere/m.GGUF").unwrap_err().to_string();
        assert!(error.contains("/nowhere/m.GGUF") && error.contains("without the feature `gguf`"), "{error}");
        for model in ["", "m"] {
            let error = named(" ", model).unwrap_err().to_string();
            assert!(error.contains("SESSIOND_MODEL_URL and SESSIOND_MODEL"), "{error}");
        }
    }
}
