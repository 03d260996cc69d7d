//! The name of a spool, which the leases of its sessions have. Every process that uses the spool has that name, so that a program
//! which is started again there continues at once.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// The name of the spool in a directory, which is made up when it has none.
pub fn of(spool: &Path) -> io::Result<String> {
    let path = spool.join("holder");
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        read => return read,
    }
    // Whole, or not there; and of two processes that make one up, the first counts.
    let mut file = tempfile::NamedTempFile::new_in(spool)?;
    file.write_all(name().as_bytes())?;
    match file.persist_noclobber(&path) {
        Err(error) if error.error.kind() != ErrorKind::AlreadyExists => Err(error.error),
        _ => fs::read_to_string(&path),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where it comes from")]
fn name() -> String {
    format!("spool-{}", uuid::Uuid::now_v7().simple())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spool_keeps_its_name_and_no_other_has_it() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let name = of(one.path()).unwrap();
        assert_eq!(of(one.path()).unwrap(), name);
        assert_ne!(of(other.path()).unwrap(), name);
    }
}
