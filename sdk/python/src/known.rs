//! The secrets that the program has marked as such, which are written nowhere as long as somebody holds them.
//!
//! All of this is called with the interpreter's lock, so that no other thread holds the lock here when a process forks.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::prelude::*;
use sessiond_turns::redact::REDACTED;

/// Texts of fewer characters are secrets alone, and not within other texts: there they would be found everywhere.
const SHORT: usize = 6;

/// Each with how many hold it.
static KNOWN: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
static ALL: Mutex<Option<Arc<[String]>>> = Mutex::new(None);

/// Notes a secret.
#[pyfunction]
pub fn know_secret(text: &str) {
    *KNOWN.lock().entry(text.to_owned()).or_default() += 1;
    *ALL.lock() = None;
}

/// Notes that one of those who hold a secret does not any more.
#[pyfunction]
pub fn forget_secret(text: &str) {
    let mut known = KNOWN.lock();
    if let Some(holders) = known.get_mut(text) {
        *holders -= 1;
        if *holders == 0 {
            known.remove(text);
            *ALL.lock() = None;
        }
    }
}

/// The secrets that are known now.
pub fn all(_: Python<'_>) -> Arc<[String]> {
    let mut all = ALL.lock();
    // A longer one may contain a shorter one.
    all.get_or_insert_with(|| {
        let mut texts: Vec<String> = KNOWN.lock().keys().cloned().collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.into()
    })
    .clone()
}

/// A text without these secrets, if there are any in it.
pub fn hide(text: &str, secrets: &[String]) -> Option<String> {
    let mut hidden: Option<String> = None;
    for secret in secrets {
        let text = hidden.as_deref().unwrap_or(text);
        if text == secret {
            return Some(REDACTED.to_owned());
        }
        if secret.len() >= SHORT && text.contains(secret.as_str()) {
            hidden = Some(text.replace(secret.as_str(), REDACTED));
        }
    }
    hidden
}

/// Whether one of these secrets is in some bytes.
pub fn are_in(bytes: &[u8], secrets: &[String]) -> bool {
    secrets.iter().any(|secret| {
        let secret = secret.as_bytes();
        bytes == secret || (secret.len() >= SHORT && bytes.windows(secret.len()).any(|here| here == secret))
    })
}
