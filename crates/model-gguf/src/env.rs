//! The model that the environment names, a file among them.

use std::sync::Arc;

use sessiond_model::{Error, Model, from_env_or_file};

use crate::{Gguf, Options};

/// The model that the environment names, as for [`sessiond_model::from_env`]; or, with `SESSIOND_MODEL` alone, the model of
/// the file at that path, which ends in `.gguf`. It is loaded into this process, which takes some seconds, in which the
/// caller waits.
///
/// `SESSIOND_MODEL_CACHE_MB` is the most memory, in MiB, of what the model in this process keeps of conversations; 0 for nothing.
///
/// # Errors
/// [`Error::Settings`] when the variables are missing or wrong; it says which to set.
pub fn from_env() -> Result<Arc<dyn Model>, Error> {
    let options = options(std::env::var("SESSIOND_MODEL_CACHE_MB").ok().as_deref())?;
    from_env_or_file(|file| Ok(Arc::new(Gguf::open_with(file, options)?)))
}

fn options(cache: Option<&str>) -> Result<Options, Error> {
    let Some(text) = cache.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(Options::default());
    };
    let bytes = text.parse().ok().and_then(|mebibytes: usize| mebibytes.checked_mul(1024 * 1024));
    let cache_bytes = bytes.ok_or_else(|| {
        Error::Settings(format!(
            "SESSIOND_MODEL_CACHE_MB is {text:?}; set it to a number of MiB, or to 0 for no cache"
        ))
    })?;
    Ok(Options { cache_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_much_is_kept_of_conversations() {
        assert_eq!(options(None).unwrap(), Options::default());
        assert_eq!(options(Some("64")).unwrap().cache_bytes, 64 << 20);
        assert_eq!(options(Some("0")).unwrap().cache_bytes, 0);
        assert!(options(Some("64 MB")).unwrap_err().to_string().contains("set it to a number of MiB"));
    }
}
