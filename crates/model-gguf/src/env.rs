//! The model that the environment names, a file among them.

use std::sync::Arc;

use sessiond_model::{Error, Model, from_env_or_file};

use crate::Gguf;

/// The model that the environment names, as for [`sessiond_model::from_env`]; or, with `SESSIOND_MODEL` alone, the model of
/// the file at that path, which ends in `.gguf`. It is loaded into this process, which takes some seconds, in which the
/// caller waits.
///
/// # Errors
/// [`Error::Settings`] when the variables are missing or wrong; it says which to set.
pub fn from_env() -> Result<Arc<dyn Model>, Error> {
    from_env_or_file(|file| Ok(Arc::new(Gguf::open(file)?)))
}
