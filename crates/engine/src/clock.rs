//! Time, ids and randomness, injected so that tests can hold them still.

use sessiond_core::{Moment, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present time.
    fn now(&self) -> Timestamp;
}

/// Makes ids and randomness.
pub trait Ids: Send + Sync + 'static {
    /// A fresh, time-ordered 128-bit number (a UUID of version 7).
    fn nonce(&self) -> u128;

    /// Fills `bytes` with randomness that nobody can guess.
    fn secret(&self, bytes: &mut [u8]);
}

/// The machine's own clock and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where time comes in")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Ids for System {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where ids come in")]
    fn nonce(&self) -> u128 {
        uuid::Uuid::now_v7().as_u128()
    }

    fn secret(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("an operating system that gives no randomness can run no server");
    }
}

/// The clock and the ids together: what one decision needs.
pub(crate) fn moment(clock: &dyn Clock, ids: &dyn Ids) -> Moment {
    Moment { now: clock.now(), nonce: ids.nonce() }
}
