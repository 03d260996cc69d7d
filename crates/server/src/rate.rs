//! The rate of requests: so many a minute for each key and each token, in a burst or evenly.

use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sessiond_api::{Code, Problem};
use sessiond_core::Principal;

use crate::respond::Failure;

/// As many callers as are known before those that have not asked for a while are forgotten.
const KNOWN: usize = 10_000;

/// How many requests each caller may make.
pub(crate) struct Rate {
    a_minute: NonZeroU32,
    callers: DefaultKeyedRateLimiter<String>,
}

impl Rate {
    pub(crate) fn new(a_minute: NonZeroU32) -> Self {
        Self { a_minute, callers: RateLimiter::keyed(Quota::per_minute(a_minute)) }
    }

    /// Counts a request of a caller, or refuses it.
    pub(crate) fn count(&self, caller: &Principal) -> Result<(), Failure> {
        if self.callers.len() > KNOWN {
            self.callers.retain_recent();
        }
        let Err(early) = self.callers.check_key(&caller.name) else { return Ok(()) };
        let seconds = early.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
        let detail = format!(
            "this key may make {} requests a minute: wait {seconds} s, and make fewer",
            self.a_minute
        );
        Err(Problem::new(Code::RateLimited, detail).retry_after(seconds).into())
    }
}
