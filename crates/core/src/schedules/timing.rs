//! When a schedule makes sessions: by a cron expression in a time zone, after each so long, or once.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::values::check::Checks;
use crate::values::{Span, Timestamp, limits};

/// When a schedule makes sessions: exactly one of `cron`, `every` and `at`. Part of a stored format.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// A cron expression of five fields, or `@daily` and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// After each so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// Once, at this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The IANA time zone of the cron expression; UTC if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// A timing that can be asked for its times.
pub(super) enum Times {
    Cron(Box<Cron>, TimeZone),
    Every { anchor: i64, step: i64 },
    At(i64),
}

impl Times {
    /// The first time after `after`, in milliseconds of whole seconds.
    pub(super) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let next = match self {
            Self::Cron(cron, zone) => {
                let from = jiff::Timestamp::from_millisecond(after.millis()).ok()?.to_zoned(zone.clone());
                let next = cron.find_next_occurrence(&from, false).ok()?.timestamp().as_second() * 1000;
                // Whatever the library answers, time moves forward.
                (next > after.millis()).then_some(next)?
            }
            Self::Every { anchor, step } => {
                let steps = (after.millis() - anchor).div_euclid(*step) + 1;
                anchor.checked_add(steps.max(1).checked_mul(*step)?)?
            }
            Self::At(at) => (*at > after.millis()).then_some(*at)?,
        };
        let time = Timestamp::from_millis(next);
        (time.millis() == next).then_some(time)
    }
}

impl Times {
    /// The last time that is not after `now`.
    pub(super) fn latest(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Cron(cron, zone) => {
                let from = jiff::Timestamp::from_millisecond(now.millis()).ok()?.to_zoned(zone.clone());
                let latest = cron.find_previous_occurrence(&from, true).ok()?.timestamp().as_second();
                Some(Timestamp::from_millis(latest * 1000))
            }
            Self::Every { anchor, step } => {
                let steps = (now.millis() - anchor).div_euclid(*step);
                (steps > 0).then(|| Timestamp::from_millis(anchor + steps * step))
            }
            Self::At(at) => Some(Timestamp::from_millis(*at)).filter(|at| *at <= now),
        }
    }
}

/// The last moment before a time.
pub(super) fn just_before(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis().saturating_sub(1))
}

/// A time without its milliseconds: sessions are named by the second.
pub(super) fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis().div_euclid(1000) * 1000)
}

impl Timing {
    /// The times, of a schedule that was made at `anchor`. Whatever is wrong is added to `checks`.
    pub(super) fn times(&self, checks: &mut Checks, anchor: Timestamp) -> Option<Times> {
        let zone = self.zone(checks);
        match (&self.cron, self.every, self.at) {
            (Some(cron), None, None) => Some(Times::Cron(Box::new(parse(checks, cron)?), zone?)),
            (None, Some(every), None) => {
                self.only_cron_has_a_zone(checks);
                let least = Span::from_millis(limits::SCHEDULE_EVERY_MS);
                if every < least || every.millis() > limits::EXPIRY_MS || every.millis() % 1000 != 0 {
                    checks.wrong("/every", format!("it is a number of whole seconds, {least} at least"));
                    return None;
                }
                let step = i64::try_from(every.millis()).ok()?;
                Some(Times::Every { anchor: whole_second(anchor).millis(), step })
            }
            (None, None, Some(at)) => {
                self.only_cron_has_a_zone(checks);
                Some(Times::At(whole_second(at).millis()))
            }
            _ => {
                checks.wrong("", "a schedule has exactly one of cron, every and at");
                None
            }
        }
    }

    fn zone(&self, checks: &mut Checks) -> Option<TimeZone> {
        let Some(name) = &self.time_zone else { return Some(TimeZone::UTC) };
        let zone = TimeZone::get(name).ok();
        if zone.is_none() {
            let detail = "it is no time zone of the IANA database, such as Europe/Berlin";
            checks.wrong("/time_zone", detail);
        }
        zone
    }

    fn only_cron_has_a_zone(&self, checks: &mut Checks) {
        if self.time_zone.is_some() {
            checks.wrong("/time_zone", "only a cron expression is read in a time zone: leave it out");
        }
    }
}

fn parse(checks: &mut Checks, expression: &str) -> Option<Cron> {
    if expression.len() > limits::NAME_BYTES {
        checks.wrong("/cron", format!("it may have {} bytes at most", limits::NAME_BYTES));
        return None;
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    match parser.parse(expression) {
        Ok(cron) => Some(cron),
        Err(error) => {
            let form = "it has five fields (minute, hour, day of the month, month, day of the week), such as \
                        '0 3 * * 1-5', or is @hourly, @daily, @weekly, @monthly or @yearly";
            checks.wrong("/cron", format!("it is no cron expression ({error}): {form}"));
            None
        }
    }
}
