//! Times as people read them. The console has the same words: `console/src/ui/duration.ts`.

use sessiond_core::Timestamp;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A time without its milliseconds, in UTC.
pub fn absolute(time: Timestamp) -> String {
    let text = time.to_string();
    text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
}

/// How long before or after `now` a time is, in its largest unit.
pub fn relative(time: Timestamp, now: Timestamp) -> String {
    let distance = time.millis().abs_diff(now.millis());
    let said = roughly(distance);
    match time.millis() > now.millis() {
        _ if distance < SECOND => "now".to_owned(),
        true => format!("in {said}"),
        false => format!("{said} ago"),
    }
}

/// A length of time in its largest unit.
fn roughly(millis: u64) -> String {
    let (unit, size) = [("d", DAY), ("h", HOUR), ("min", MINUTE)]
        .into_iter()
        .find(|(_, size)| millis >= *size)
        .unwrap_or(("s", SECOND));
    format!("{} {unit}", millis / size)
}

/// A length of time in its two largest units: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 5 min`.
pub fn duration(millis: u64) -> String {
    let tenths = millis % SECOND / 100;
    let (large, small) = match millis {
        _ if millis < 10 * SECOND && tenths > 0 => return format!("{}.{tenths} s", millis / SECOND),
        ..MINUTE => return format!("{} s", millis / SECOND),
        MINUTE..HOUR => (("min", MINUTE), ("s", SECOND)),
        HOUR..DAY => (("h", HOUR), ("min", MINUTE)),
        _ => (("d", DAY), ("h", HOUR)),
    };
    let first = format!("{} {}", millis / large.1, large.0);
    match millis % large.1 / small.1 {
        0 => first,
        rest => format!("{first} {rest} {}", small.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_its_largest_unit_from_now() {
        let now = Timestamp::from_millis(1_000_000_000_000);
        let at = |millis: i64| relative(Timestamp::from_millis(now.millis() + millis), now);
        assert_eq!(at(0), "now");
        assert_eq!(at(-999), "now");
        assert_eq!(at(-1_000), "1 s ago");
        assert_eq!(at(-59_999), "59 s ago");
        assert_eq!(at(-60_000), "1 min ago");
        assert_eq!(at(-60_000 * 3), "3 min ago");
        assert_eq!(at(-3_600_000), "1 h ago");
        assert_eq!(at(-86_400_000), "1 d ago");
        assert_eq!(at(-3_600_000 * 5), "5 h ago");
        assert_eq!(at(-86_400_000 * 40), "40 d ago");
        assert_eq!(at(90_000), "in 1 min");
        assert_eq!(
            relative(Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX / 2)).split(' ').next_back(),
            Some("ago")
        );
    }

    #[test]
    fn a_length_has_its_two_largest_units() {
        for (millis, said) in [
            (0, "0 s"),
            (400, "0.4 s"),
            (2_000, "2 s"),
            (12_345, "12 s"),
            (125_000, "2 min 5 s"),
            (120_000, "2 min"),
            (3_900_000, "1 h 5 min"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(duration(millis), said);
        }
    }

    #[test]
    fn an_absolute_time_has_no_milliseconds() {
        assert_eq!(absolute(Timestamp::from_millis(1_234)), "1970-01-01T00:00:01Z");
    }
}
