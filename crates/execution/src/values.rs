//! Results that are too large for the journal, beside it: a file each, named by the SHA-256 of what is in it, in a
//! directory of the session's own. The journal has the size and the name. A file that is not there, or is not what its
//! name says, is as good as none: the call is run again.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sessiond_client::{Client, store};
use sessiond_core::{Json, SessionId};
use sha2::{Digest, Sha256};

/// The most bytes of a result.
const MOST: usize = 1 << 30;
/// How long the results of sessions that are on a server are kept here.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The directory of those of all sessions.
const DIRECTORY: &str = "values";
/// The tag of what stands for such a result where a result is expected.
const TAG: &str = "{\"$stored\":\"";

/// The large results of one session.
#[derive(Debug)]
pub struct Values {
    dir: PathBuf,
}

impl Values {
    /// Those of a session in a directory of stores. A session's id may have any characters; its directory has few.
    pub fn new(dir: &Path, session: &SessionId) -> Self {
        Self { dir: dir.join(DIRECTORY).join(directory_of(session)) }
    }

    /// Keeps a result, and gives its SHA-256 in hexadecimal. With `sync` it is on disk when this returns.
    pub fn keep(&self, json: &str, sync: bool) -> io::Result<String> {
        if json.len() > MOST {
            return Err(io::Error::other("it is too large"));
        }
        let name = name(json.as_bytes());
        let path = self.dir.join(&name);
        if path.exists() && !sync {
            return Ok(name);
        }
        store::make_directory(&self.dir)?;
        // Made with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".keeping-").tempfile_in(&self.dir)?;
        file.write_all(json.as_bytes())?;
        if sync {
            file.as_file().sync_all()?;
        }
        file.persist(&path).map_err(|error| error.error)?;
        Ok(name)
    }

    /// The result of this name.
    pub fn find(&self, sha256: &str) -> io::Result<Json> {
        if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(io::Error::other("it has no such name"));
        }
        let json = fs::read_to_string(self.dir.join(sha256))?;
        if name(json.as_bytes()) != sha256 {
            return Err(io::Error::other("it has changed"));
        }
        Json::parse(json).map_err(io::Error::other)
    }

    /// Takes over those of another session, of which this one is a copy.
    pub fn copy(&self, other: &Self) -> io::Result<()> {
        let Ok(files) = fs::read_dir(&other.dir) else { return Ok(()) };
        store::make_directory(&self.dir)?;
        for file in files.flatten() {
            let (from, to) = (file.path(), self.dir.join(file.file_name()));
            if !to.exists() && fs::hard_link(&from, &to).is_err() {
                fs::copy(&from, &to)?;
            }
        }
        Ok(())
    }
}

/// What stands for a result that is kept beside the journal.
pub fn stands_for(sha256: &str) -> Option<Json> {
    Json::parse(format!("{TAG}{sha256}\"}}")).ok()
}

/// The name of the result that this stands for, if it stands for one.
pub fn stood_for(output: &Json) -> Option<&str> {
    output.as_str().strip_prefix(TAG)?.strip_suffix("\"}")
}

/// Looks once in this process, in the background, for results of sessions that are gone; see [`sweep`].
pub fn sweep_once(dir: &Path, local: Option<Client>) {
    static SWEPT: AtomicBool = AtomicBool::new(false);
    if dir.join(DIRECTORY).is_dir() && !SWEPT.swap(true, Ordering::Relaxed) {
        let dir = dir.to_owned();
        sessiond_background::spawn(async move { sweep(&dir, local).await });
    }
}

/// Removes the results of sessions that are gone: of those in the store `local`, when they are not there any more; of
/// those on a server, when they are old.
async fn sweep(dir: &Path, local: Option<Client>) {
    let Ok(sessions) = fs::read_dir(dir.join(DIRECTORY)) else { return };
    for session in sessions.flatten() {
        let is_gone = match &local {
            Some(client) => {
                let name = session.file_name();
                let id = name.to_str().and_then(|name| SessionId::parse(name).ok());
                match id {
                    // A name that is none of an id is that of a session whose id is no name of a file.
                    None => is_old(&session),
                    Some(id) => match client.session(&id).await {
                        Ok(_) => false,
                        Err(problem) => problem.code.status() == 404,
                    },
                }
            }
            None => is_old(&session),
        };
        if is_gone {
            let _ = fs::remove_dir_all(session.path());
        }
    }
}

fn is_old(entry: &fs::DirEntry) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > KEPT))
}

fn directory_of(session: &SessionId) -> String {
    let id = session.as_str();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if id.chars().all(is_plain) && id.len() <= 128 {
        id.to_owned()
    } else {
        format!("of.{}", name(id.as_bytes()))
    }
}

fn name(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_kept_and_found_and_what_has_changed_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let of = |id: &str| Values::new(dir.path(), &SessionId::parse(id).unwrap());
        let values = of("one");
        let name = values.keep("[1,2]", true).unwrap();
        assert_eq!(values.keep("[1,2]", false).unwrap(), name);
        assert_eq!(values.find(&name).unwrap().as_str(), "[1,2]");
        assert!(of("two").find(&name).is_err());
        of("two").copy(&values).unwrap();
        assert_eq!(of("two").find(&name).unwrap().as_str(), "[1,2]");
        fs::write(dir.path().join("values/one").join(&name), "[1,3]").unwrap();
        assert!(values.find(&name).is_err());
        assert!(values.find("../../secret").is_err());
        assert_eq!(stood_for(&stands_for(&name).unwrap()), Some(&*name));
    }
}
