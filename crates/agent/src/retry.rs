//! Delays that grow and differ, so that many agents do not come back at once.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use sessiond_api::{Code, Problem};
use tokio_util::sync::CancellationToken;

use crate::limits;

/// The delays between attempts to connect: they double up to a limit, and each has a random part.
pub(crate) struct Delays(ExponentialBackoff);

impl Delays {
    pub(crate) fn new() -> Self {
        Self(
            ExponentialBuilder::new()
                .with_min_delay(limits::RECONNECT_MIN)
                .with_max_delay(limits::RECONNECT_MAX / 2)
                .with_factor(2.0)
                .with_jitter()
                .without_max_times()
                .build(),
        )
    }

    pub(crate) fn next(&mut self) -> Duration {
        self.0.next().unwrap_or(limits::RECONNECT_MAX).min(limits::RECONNECT_MAX)
    }
}

/// Whether the same request may succeed later.
pub(crate) fn passes(problem: &Problem) -> bool {
    problem.retryable || matches!(problem.code, Code::Unreachable | Code::Unavailable)
}

/// Calls until it succeeds, fails for good, or `abandon` is cancelled; the last answers `None`.
pub(crate) async fn until_answered<T, F>(
    abandon: &CancellationToken,
    what: &str,
    mut call: impl FnMut() -> F,
) -> Option<Result<T, Problem>>
where
    F: Future<Output = Result<T, Problem>>,
{
    let mut delays = Delays::new();
    loop {
        let answer = tokio::select! {
            () = abandon.cancelled() => return None,
            answer = call() => answer,
        };
        match answer {
            Err(problem) if passes(&problem) => {
                let mut delay = delays.next();
                if let Some(seconds) = problem.retry_after {
                    delay = delay.max(Duration::from_secs(seconds).min(limits::RECONNECT_MAX));
                }
                tracing::warn!(%problem, delay_ms = delay.as_millis(), "{what} failed; it will be tried again");
                tokio::select! {
                    () = abandon.cancelled() => return None,
                    () = tokio::time::sleep(delay) => {}
                }
            }
            answer => return Some(answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_stay_within_their_limits() {
        let mut delays = Delays::new();
        let first = delays.next();
        assert!(first >= limits::RECONNECT_MIN && first <= limits::RECONNECT_MIN * 2, "{first:?}");
        let later: Vec<Duration> = (0..40).map(|_| delays.next()).collect();
        assert!(later.iter().all(|delay| *delay <= limits::RECONNECT_MAX), "{later:?}");
        assert!(*later.last().unwrap() >= limits::RECONNECT_MAX / 2, "{later:?}");
    }
}
