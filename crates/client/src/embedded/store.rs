//! The one place that knows which backends there are: it opens a store by its address.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sessiond_store::Store;
use sessiond_store_sqlite::{FILE, Options, Sqlite, forks};

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
    Ok(Arc::new(Sqlite::open(directory(address)?, Options::default())?))
}

/// Opens the store at `address` for reading alone: none is made, and nothing in it changes.
///
/// # Errors
/// As [`open`].
pub fn look(address: &Path) -> Result<Arc<dyn Store>, OpenError> {
    Ok(Arc::new(Sqlite::look(directory(address)?, &Options::default())?))
}

/// Whether a store is at `address`, so that [`open`] makes none.
///
/// # Errors
/// [`OpenError::Scheme`] when no backend has such addresses.
pub fn exists(address: &Path) -> Result<bool, OpenError> {
    Ok(directory(address)?.join(FILE).exists())
}

/// The directory for uploaded files beside the store at `address`.
///
/// # Errors
/// [`OpenError::Scheme`] when no backend has such addresses.
pub fn uploads(address: &Path) -> Result<PathBuf, OpenError> {
    Ok(directory(address)?.join("uploads"))
}

/// The directory of the embedded store at `address`.
fn directory(address: &Path) -> Result<&Path, OpenError> {
    match address.to_str().and_then(scheme) {
        None => Ok(address),
        Some(("sqlite", dir)) => Ok(Path::new(dir)),
        Some((other, _)) => Err(OpenError::Scheme(other.to_owned())),
    }
}

/// Makes a directory of a store or beside one, and those above it that are missing: for their owner alone.
///
/// # Errors
/// When it cannot be made.
pub fn make_directory(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
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
        for scheme in ["", "sqlite://"] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("store");
            let address = format!("{scheme}{}", path.display());
            let address = Path::new(&address);
            assert!(!exists(address).unwrap());
            let store = open(address).unwrap();
            assert!(exists(address).unwrap());
            assert_eq!(Path::new(&store.location()).parent(), Some(path.as_path()));
        }
    }

    #[test]
    fn a_directory_is_made_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        make_directory(&path).unwrap();
        make_directory(&path).unwrap();
        for made in [path.parent().unwrap(), &path] {
            assert_eq!(made.metadata().unwrap().permissions().mode() & 0o777, 0o700);
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
