//! The one place that knows which backends there are: it opens a store by its address.

use std::path::Path;
use std::sync::Arc;

use sessiond_store::Store;
use sessiond_store_sqlite::{Options, Sqlite, forks};

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No backend has such addresses.
    #[error("'{0}://' is not an address of a store: use a directory, or 'sqlite://' with a directory")]
    Scheme(String),
    /// The store is there, but it does not open.
    #[error(transparent)]
    Store(#[from] sessiond_store::Error),
}

/// Opens the store at `address`, and makes it when there is none. A directory, or `sqlite://` and a directory, is the
/// embedded store.
///
/// # Errors
/// [`OpenError::Scheme`] when no backend has such addresses, [`OpenError::Store`] when the backend cannot open the store.
pub fn open(address: &Path) -> Result<Arc<dyn Store>, OpenError> {
    let dir = match address.to_str().and_then(scheme) {
        None => address,
        Some(("sqlite", dir)) => Path::new(dir),
        Some((other, _)) => return Err(OpenError::Scheme(other.to_owned())),
    };
    Ok(Arc::new(Sqlite::open(dir, Options::default())?))
}

/// Lets nothing begin in the stores of this process, and waits for what goes on there: for just before the process forks.
pub fn before_fork() {
    forks::pause();
}

/// Goes on after a fork, in the process that forked.
pub fn after_fork() {
    forks::resume();
}

/// An address's scheme and what follows `://`. An address without a scheme is a directory.
fn scheme(address: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some((scheme, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_a_store_with_and_without_its_scheme() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store");
        let plain = path.to_str().unwrap();
        for address in [plain.to_owned(), format!("sqlite://{plain}")] {
            let store = open(Path::new(&address)).unwrap();
            assert_eq!(Path::new(&store.location()).parent(), Some(path.as_path()));
        }
    }

    #[test]
    fn an_unknown_scheme_is_refused_and_nothing_is_made() {
        let Err(error) = open(Path::new("mysql://host/sessions")) else {
            panic!("it opens");
        };
        let expected =
            "'mysql://' is not an address of a store: use a directory, or 'sqlite://' with a directory";
        assert_eq!(error.to_string(), expected);
        assert!(!Path::new("mysql:").exists());
    }

    #[test]
    fn a_path_is_not_mistaken_for_an_address() {
        assert_eq!(scheme("data/a:b"), None);
        assert_eq!(scheme("./odd://name"), None);
        assert_eq!(scheme("postgres://host/db"), Some(("postgres", "host/db")));
    }
}
