//! Points in time and spans of it. Both come from outside: this crate reads no clock.

use std::fmt;

use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 UTC with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime, example = "2025-02-02T11:00:00.000Z"))]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch, moved into the years 0 to 9999.
    pub fn from_millis(millis: i64) -> Self {
        const YEAR_0: i64 = -62_167_219_200_000;
        const YEAR_9999: i64 = 253_402_207_200_000;
        Self(millis.clamp(YEAR_0, YEAR_9999))
    }

    /// Milliseconds since the epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// This time and `span` later.
    pub fn after(self, span: Span) -> Self {
        Self::from_millis(self.0.saturating_add_unsigned(span.millis()))
    }

    /// The span from `earlier` to this time, or none when it is not later.
    pub fn since(self, earlier: Timestamp) -> Span {
        Span::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The constructor keeps the value in the years that jiff knows.
        let time = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        write!(f, "{time:.3}")
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> String {
        time.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl std::str::FromStr for Timestamp {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let time: jiff::Timestamp = text.parse().map_err(|_| match Pieces::parse(text) {
            Ok(pieces) if pieces.offset().is_some() && pieces.time().is_some() => {
                format!("'{text}' is out of range: the latest time is 9999-12-30T22:00:00Z")
            }
            _ => format!("'{text}' is not an RFC 3339 time such as 2025-02-02T11:00:00Z"),
        })?;
        Ok(Self::from_millis(time.as_millisecond()))
    }
}

/// A length of time in milliseconds. Written as `500ms`, `300s`, `5m` or `2h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, example = "300s"))]
#[serde(try_from = "String", into = "String")]
pub struct Span(u64);

/// A text that is no [`Span`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a duration: write a whole number with ms, s, m or h, such as 300s")]
pub struct InvalidSpan(pub String);

impl Span {
    /// From milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// From seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs * 1000)
    }

    /// Milliseconds.
    pub const fn millis(self) -> u64 {
        self.0
    }
}

impl From<Span> for std::time::Duration {
    fn from(span: Span) -> Self {
        std::time::Duration::from_millis(span.0)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => write!(f, "0s"),
            ms if ms % 3_600_000 == 0 => write!(f, "{}h", ms / 3_600_000),
            ms if ms % 60_000 == 0 => write!(f, "{}m", ms / 60_000),
            ms if ms % 1000 == 0 => write!(f, "{}s", ms / 1000),
            ms => write!(f, "{ms}ms"),
        }
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}

impl TryFrom<String> for Span {
    type Error = InvalidSpan;
    fn try_from(text: String) -> Result<Self, InvalidSpan> {
        text.parse()
    }
}

impl std::str::FromStr for Span {
    type Err = InvalidSpan;
    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let invalid = || InvalidSpan(text.chars().take(40).collect());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| invalid())?;
        let unit = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(invalid()),
        };
        number.checked_mul(unit).map(Self).ok_or_else(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_with_its_unit_and_written_back_the_same() {
        for (text, millis) in
            [("300s", 300_000), ("5m", 300_000), ("2h", 7_200_000), ("500ms", 500), ("0s", 0)]
        {
            assert_eq!(text.parse::<Span>().unwrap().millis(), millis, "{text}");
        }
        assert_eq!(Span::from_secs(300).to_string(), "5m");
        assert_eq!(Span::from_millis(1500).to_string(), "1500ms");
    }

    #[test]
    fn anything_else_is_no_span() {
        for bad in ["", "300", "s", "-5s", "5 s", "1.5s", "5d", "5S", "99999999999999999999h", "ms5"] {
            assert!(bad.parse::<Span>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_timestamp_is_rfc_3339_in_utc_with_milliseconds() {
        let time: Timestamp = "2025-02-02T11:00:00Z".parse().unwrap();
        assert_eq!(time.to_string(), "2025-02-02T11:00:00.000Z");
        assert_eq!(
            "2025-02-02T12:00:00.5+01:00".parse::<Timestamp>().unwrap().to_string(),
            "2025-02-02T11:00:00.500Z"
        );
        assert!(Timestamp::from_millis(i64::MAX).to_string().starts_with("9999"));
        let late = "9999-12-31T23:59:59Z".parse::<Timestamp>().unwrap_err();
        assert!(late.contains("out of range"), "{late}");
        assert!("yesterday".parse::<Timestamp>().is_err());
    }
}
