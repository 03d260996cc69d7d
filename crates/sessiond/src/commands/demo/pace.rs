//! How fast the demo works: as fast as it can, or so that somebody can watch.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use sessiond_core::Span;

/// Rests in a phase of a step, so that a bar moves steadily.
const RESTS: usize = 200;
/// The longest rest at one file of several that are measured side by side.
const LONGEST: Duration = Duration::from_secs(1);
/// The longest rest before the work looks whether it was cancelled.
pub const REST: Duration = Duration::from_millis(100);

/// How fast the demo's processes work.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Pace {
    /// Delay for each file
    #[arg(long = "pace", value_name = "TIME", hide = true)]
    each: Option<Span>,
    /// Take enough time for somebody to watch
    #[arg(long, hide = true)]
    watched: bool,
}

impl Pace {
    /// The same, or so that somebody can watch, if somebody is there and nothing else was asked for.
    pub fn for_watching(self, somebody: bool) -> Self {
        Self { watched: self.watched || (somebody && self.each.is_none()), ..self }
    }

    /// Whether somebody watches.
    pub fn is_watched(self) -> bool {
        self.watched
    }

    /// Whether there are rests.
    pub fn is_slow(self) -> bool {
        self.watched || self.each.is_some()
    }

    /// The arguments by which another process works as fast.
    pub fn arguments(self) -> Vec<OsString> {
        let each = self.each.map(|each| ["--pace".into(), each.to_string().into()]);
        each.into_iter().flatten().chain(self.watched.then(|| "--watched".into())).collect()
    }

    /// How long to rest at a file, when a phase with `total` files shall take `time` for somebody who watches.
    pub fn rest(self, done: usize, total: Option<usize>, time: Duration) -> Duration {
        if let Some(each) = self.each {
            return each.into();
        }
        let (true, Some(total)) = (self.watched, total.filter(|total| *total > 0)) else {
            return Duration::ZERO;
        };
        let stride = total.div_ceil(RESTS);
        if !done.is_multiple_of(stride) {
            return Duration::ZERO;
        }
        time.mul_f64(stride as f64 / total as f64)
    }

    /// How long to rest at each of `total` files, when they shall take `time` one after the other.
    pub fn share(self, total: usize, time: Duration) -> Duration {
        match (self.each, self.watched) {
            (Some(each), _) => each.into(),
            (None, true) => (time / u32::try_from(total.max(1)).unwrap_or(u32::MAX)).min(LONGEST),
            (None, false) => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pace: Pace, total: usize) -> Duration {
        (1..=total).map(|done| pace.rest(done, Some(total), Duration::from_secs(5))).sum()
    }

    #[test]
    fn a_watched_phase_takes_its_time_however_many_files_there_are() {
        let watched = Pace::default().for_watching(true);
        for total in [1, 2, 7, 199, 200, 201, 437, 5_000, 250_000] {
            let took = all(watched, total).as_secs_f64();
            assert!((2.4..=5.1).contains(&took), "{total}: {took}");
        }
        assert_eq!(all(Pace::default(), 1_000), Duration::ZERO);
        assert!(!Pace::default().for_watching(false).is_slow());
    }

    #[test]
    fn who_asks_for_a_pace_gets_that_one() {
        let pace = Pace { each: Some(Span::from_millis(20)), watched: false }.for_watching(true);
        assert_eq!(all(pace, 10), Duration::from_millis(200));
        assert_eq!(pace.arguments(), ["--pace", "20ms"]);
        assert_eq!(Pace::default().for_watching(true).arguments(), ["--watched"]);
    }
}
