//! How the input of a call is compared with the one that it had before. Most inputs are their recorded text. Of what the
//! text lacks, because it is secret or has no form, there are digests, and the key that is recorded is made of both: the
//! text tells whether the program makes the same call; the rest, whether the result that it gave may be given again.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// What tells an input from others whose text is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Digests of what the text lacks.
    pub digests: Vec<[u8; 32]>,
    /// Whether one of them is that of a secret, which may be short enough to be guessed.
    pub is_secret: bool,
    /// Whether there is something that cannot be told from others at all.
    pub is_incomparable: bool,
}

/// How an input is to the one that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// It is the same.
    Same,
    /// Its text is the same, and what the text lacks is another, or cannot be compared: the call is run again.
    Unsure,
    /// It is another.
    Different,
}

/// Bytes of the key of a text, in hexadecimal.
const TEXT: usize = 32;
// What follows them: nothing, or one of these digits and what it says.
const INCOMPARABLE: char = '0';
const DIGEST: char = '1';
const KEYED_DIGEST: char = '2';

/// Makes the keys of inputs.
#[derive(Debug)]
pub struct Keys {
    /// The file with the key that digests of secrets are made with. It stays on this machine: who has the record, but
    /// not this, cannot try what the secret may be.
    path: PathBuf,
    key: OnceLock<Option<[u8; 32]>>,
}

impl Keys {
    /// The keys of the sessions in a directory.
    pub fn new(dir: &Path) -> Self {
        Self { path: dir.join("comparison.key"), key: OnceLock::new() }
    }

    /// The key of an input.
    pub fn key(&self, input: &str, beside: &Beside) -> String {
        let text = format!("{:.TEXT$x}", Sha256::digest(input.as_bytes()));
        if beside.is_incomparable {
            format!("{text}{INCOMPARABLE}")
        } else if beside.digests.is_empty() {
            text
        } else if !beside.is_secret {
            format!("{text}{DIGEST}{:.24x}", Sha256::digest(beside.digests.as_flattened()))
        } else if let Some(secret) = self.key.get_or_init(|| self.read_or_make().ok()) {
            let digest = Hmac::<Sha256>::new_from_slice(secret).map(|mut digest| {
                digest.update(beside.digests.as_flattened());
                digest.finalize().into_bytes()
            });
            let digest = digest.unwrap_or_default();
            format!("{text}{KEYED_DIGEST}{:.6x}{digest:.24x}", Sha256::digest(secret))
        } else {
            format!("{text}{INCOMPARABLE}")
        }
    }

    fn read_or_make(&self) -> std::io::Result<[u8; 32]> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&self.path) {
            Ok(mut file) => {
                let (one, two) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
                let key: [u8; 32] =
                    Sha256::digest([one.into_bytes(), two.into_bytes()].as_flattened()).into();
                file.write_all(&key)?;
                Ok(key)
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                // Another process may be about to write it.
                for _ in 0..50 {
                    if let Ok(key) = fs::read(&self.path)?.try_into() {
                        return Ok(key);
                    }
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
                Err(error)
            }
            Err(error) => Err(error),
        }
    }
}

/// How the input with the key `now` is to the recorded one with the key `recorded`.
pub fn compare(recorded: &str, now: &str) -> Likeness {
    let (Some(text), Some(text_now)) = (recorded.get(..TEXT), now.get(..TEXT)) else {
        return if recorded == now { Likeness::Same } else { Likeness::Different };
    };
    let (rest, rest_now) = (&recorded[TEXT..], &now[TEXT..]);
    if text != text_now {
        Likeness::Different
    } else if rest == rest_now && !rest.starts_with(INCOMPARABLE) {
        Likeness::Same
    } else {
        Likeness::Unsure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beside(digest: u8, is_secret: bool) -> Beside {
        Beside { digests: vec![[digest; 32]], is_secret, is_incomparable: false }
    }

    #[test]
    fn inputs_are_the_same_only_when_all_of_them_is() {
        let dir = tempfile::tempdir().unwrap();
        let (keys, again) = (Keys::new(dir.path()), Keys::new(dir.path()));
        let elsewhere = tempfile::tempdir().unwrap();
        let elsewhere = Keys::new(elsewhere.path());
        let incomparable = Beside { is_incomparable: true, ..Beside::default() };
        for (one, other, likeness) in [
            (keys.key("a", &Beside::default()), again.key("a", &Beside::default()), Likeness::Same),
            (keys.key("a", &Beside::default()), keys.key("b", &Beside::default()), Likeness::Different),
            (keys.key("a", &beside(1, false)), again.key("a", &beside(1, false)), Likeness::Same),
            (keys.key("a", &beside(1, false)), keys.key("a", &beside(2, false)), Likeness::Unsure),
            (keys.key("a", &beside(1, false)), keys.key("b", &beside(1, false)), Likeness::Different),
            (keys.key("a", &beside(1, true)), again.key("a", &beside(1, true)), Likeness::Same),
            (keys.key("a", &beside(1, true)), again.key("a", &beside(2, true)), Likeness::Unsure),
            (keys.key("a", &beside(1, true)), elsewhere.key("a", &beside(1, true)), Likeness::Unsure),
            (keys.key("a", &incomparable), keys.key("a", &incomparable), Likeness::Unsure),
            // As earlier versions recorded what they could not compare.
            (keys.key("a", &Beside::default()), keys.key("a", &beside(1, true)), Likeness::Unsure),
        ] {
            assert_eq!(compare(&one, &other), likeness, "{one} {other}");
            for key in [one, other] {
                assert!(key.len() <= sessiond_core::limits::CALL_KEY_BYTES);
                assert!(key.bytes().all(|byte| byte.is_ascii_hexdigit()));
            }
        }
    }

    #[test]
    fn a_key_does_not_tell_what_a_secret_is() {
        let dir = tempfile::tempdir().unwrap();
        let key = Keys::new(dir.path()).key("a", &beside(1, true));
        let guess = format!("{:.24x}", Sha256::digest([1; 32]));
        assert!(!key.contains(&guess));
    }
}
