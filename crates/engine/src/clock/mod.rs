//! Time, ids and randomness, injected so that tests can control them.

mod manual;

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use sessiond_core::{Moment, Span, Timestamp};

pub use manual::ManualClock;

/// A wait for a time; it completes when that time has come.
pub type Sleep = BoxFuture<'static, ()>;

/// Tells the time and waits for it to pass. Timers, leases, expiry and waits for messages use nothing else.
pub trait Clock: Send + Sync + 'static {
    /// The present time.
    fn now(&self) -> Timestamp;

    /// Waits until a time has come.
    fn sleep_until(&self, at: Timestamp) -> Sleep;

    /// Waits for as long as `duration`.
    fn sleep(&self, duration: Duration) -> Sleep {
        self.sleep_until(self.now().after(span(duration)))
    }
}

/// Makes ids and randomness.
pub trait Ids: Send + Sync + 'static {
    /// A fresh, time-ordered 128-bit number (a UUID of version 7).
    fn nonce(&self) -> u128;

    /// Fills `bytes` with randomness that nobody can guess.
    fn secret(&self, bytes: &mut [u8]);
}

/// The machine's own clock and randomness. Its time never goes back while the process runs: when the machine's clock is
/// set back, time goes on from where it was, so that order, deadlines and deliveries do not change.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

/// Makes a time that never goes back from the machine's, which may be set, and from one that only goes on.
#[derive(Default)]
struct Steady(Mutex<Option<(Timestamp, Instant)>>);

impl Steady {
    /// The time at `now`, when the machine's clock says `machine`.
    fn at(&self, machine: Timestamp, now: Instant) -> Timestamp {
        let mut anchor = self.0.lock();
        if let Some((time, then)) = *anchor {
            let passed = now.saturating_duration_since(then);
            let steady = time.after(Span::from_millis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX)));
            if steady >= machine {
                return steady;
            }
        }
        *anchor = Some((machine, now));
        machine
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place where time comes in")]
impl Clock for System {
    fn now(&self) -> Timestamp {
        static STEADY: Steady = Steady(Mutex::new(None));
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let machine = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        STEADY.at(machine, Instant::now())
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep {
        Box::pin(async move {
            // The machine's clock may be set meanwhile.
            while System.now() < at {
                tokio::time::sleep(at.since(System.now()).into()).await;
            }
        })
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
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

/// A duration in whole milliseconds, rounded up.
pub(crate) fn span(duration: Duration) -> Span {
    Span::from_millis(u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_never_cut_short() {
        assert_eq!(span(Duration::ZERO), Span::from_millis(0));
        assert_eq!(span(Duration::from_micros(1)), Span::from_millis(1));
        assert_eq!(span(Duration::from_millis(20)), Span::from_millis(20));
        assert_eq!(span(Duration::MAX), Span::from_millis(u64::MAX));
    }

    #[test]
    fn time_goes_on_though_the_machines_clock_is_set_back() {
        let (steady, start) = (Steady::default(), Instant::now());
        let at = |machine: i64, seconds: u64| {
            let now = start + Duration::from_secs(seconds);
            steady.at(Timestamp::from_millis(machine * 1000), now).millis() / 1000
        };
        assert_eq!(at(10_000, 0), 10_000);
        assert_eq!(at(10_001, 1), 10_001);
        // An hour back: time goes on.
        assert_eq!(at(6_402, 2), 10_002);
        assert_eq!(at(6_500, 100), 10_100);
        // Set right again, and then forward.
        assert_eq!(at(10_101, 101), 10_101);
        assert_eq!(at(20_000, 102), 20_000);
        assert_eq!(at(20_001, 103), 20_001);
    }

    #[tokio::test]
    async fn the_machines_clock_has_come_to_the_time_that_was_waited_for() {
        let at = System.now().after(Span::from_millis(5));
        System.sleep_until(at).await;
        assert!(System.now() >= at);
        System.sleep_until(Timestamp::from_millis(0)).await;
    }
}
