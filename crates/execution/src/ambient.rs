//! The time and the ids of this process. A program's calls happen when they happen, so there is nothing to inject.

#![expect(clippy::disallowed_methods, reason = "this is where they come from")]

use std::time::{SystemTime, UNIX_EPOCH};

/// The time in microseconds since the epoch, as calls carry it.
pub fn now_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

/// An id that no other process makes: 32 hexadecimal digits, ordered by time.
pub fn id() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}
