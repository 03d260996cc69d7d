//! A clock for tests.

use sessiond_core::{Span, Timestamp};
use tokio::sync::watch;

use super::{Clock, Sleep};

/// A clock that does not advance by itself, so that a test can let a lease of an hour expire without waiting.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<Timestamp>,
}

impl ManualClock {
    /// A clock at this time.
    pub fn at(now: Timestamp) -> Self {
        Self { now: watch::Sender::new(now) }
    }

    /// Lets time pass. Every wait that ends by then completes.
    pub fn advance(&self, by: Span) {
        self.now.send_modify(|now| *now = now.after(by));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep {
        let mut time = self.now.subscribe();
        Box::pin(async move {
            // The time of a dropped clock does not pass.
            if time.wait_for(|now| *now >= at).await.is_err() {
                std::future::pending().await
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn a_wait_completes_when_the_clock_was_advanced_far_enough() {
        let clock = ManualClock::at(Timestamp::from_millis(1_000));
        let mut wait = clock.sleep(Duration::from_secs(3_600));
        assert!(poll!(&mut wait).is_pending());
        clock.advance(Span::from_millis(3_599_999));
        assert!(poll!(&mut wait).is_pending());
        clock.advance(Span::from_millis(1));
        assert!(poll!(&mut wait).is_ready());
        assert_eq!(clock.now(), Timestamp::from_millis(3_601_000));
        assert!(poll!(clock.sleep_until(clock.now())).is_ready());
    }
}
