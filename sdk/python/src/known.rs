//! The secrets that the program has marked as such, which are written nowhere as long as somebody holds them.
//!
//! All of this is called with the interpreter's lock, so that no other thread holds the lock here when a process forks.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::prelude::*;

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
    all.get_or_insert_with(|| KNOWN.lock().keys().cloned().collect()).clone()
}
