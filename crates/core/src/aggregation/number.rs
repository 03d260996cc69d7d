//! Numbers: their exact order, the weighted median and the weighted mean.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Up to here every whole double is an exact integer that fits 128 bits with room to add two of them.
const WHOLE_LIMIT: f64 = (1u128 << 100) as f64;

/// A number that is compared without rounding: 2^53 and 2^53 + 1 differ, 1 and 1.0 do not.
#[derive(Debug, Clone, Copy)]
pub(super) enum Exact {
    /// Without a fraction.
    Whole(i128),
    /// With a fraction, or beyond all integers of JSON.
    Real(f64),
}

impl Exact {
    pub(super) fn of(number: &Number) -> Self {
        if let Some(whole) = number.as_i64() {
            return Self::Whole(whole.into());
        }
        if let Some(whole) = number.as_u64() {
            return Self::Whole(whole.into());
        }
        let real = number.as_f64().unwrap_or_default();
        if real.fract() == 0.0 && real.abs() < WHOLE_LIMIT {
            return Self::Whole(real as i128);
        }
        Self::Real(real)
    }

    pub(super) fn of_value(value: &Value) -> Option<Self> {
        value.as_number().map(Self::of)
    }

    pub(super) fn is_whole(self) -> bool {
        matches!(self, Self::Whole(_))
    }

    pub(super) fn real(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }

    fn value(self) -> Value {
        let integer = match self {
            Self::Whole(whole) => i64::try_from(whole)
                .map(Number::from)
                .or_else(|_| u64::try_from(whole).map(Number::from))
                .ok(),
            Self::Real(_) => None,
        };
        integer.or_else(|| Number::from_f64(self.real())).map_or(Value::Null, Value::Number)
    }

    /// The middle of two numbers.
    fn middle(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) if (a + b) % 2 == 0 => Self::Whole((a + b) / 2),
            (a, b) => {
                let (low, high) = (a.real().min(b.real()), a.real().max(b.real()));
                Self::Real(tidy(low / 2.0 + high / 2.0, 15).clamp(low, high))
            }
        }
    }

    pub(super) fn cmp(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(&b),
            // A number with a fraction is below 2^53, where a conversion is exact or cannot pass it.
            (a, b) => a.real().total_cmp(&b.real()),
        }
    }
}

/// How near two numbers are, from 0 to 1: 1 − difference ÷ the larger magnitude.
pub(super) fn nearness(a: Exact, b: Exact) -> f64 {
    if a.cmp(b) == Ordering::Equal {
        return 1.0;
    }
    let (a, b) = (a.real(), b.real());
    let larger = a.abs().max(b.abs());
    // Dividing first keeps the difference of two huge numbers finite.
    (1.0 - (a / larger - b / larger).abs()).clamp(0.0, 1.0)
}

/// The value with at most half of the power below it and at most half above it. Where exactly half lies on either side
/// of a gap, the middle of the gap. `said` holds numbers and their power, of which at least one is above 0.
pub(super) fn weighted_median(said: &[(&Value, f64)]) -> Value {
    let mut numbers: Vec<(Exact, &Value, f64)> = said
        .iter()
        .filter(|(_, power)| *power > 0.0)
        .filter_map(|(value, power)| Some((Exact::of_value(value)?, *value, *power)))
        .collect();
    numbers.sort_by(|a, b| a.0.cmp(b.0));
    let total: f64 = numbers.iter().map(|(.., power)| power).sum();
    let mut below = 0.0;
    // Of equal numbers the first voice's way of writing it is kept: the sort is stable.
    let mut written: Option<(Exact, &Value)> = None;
    for (i, (number, value, power)) in numbers.iter().enumerate() {
        let (_, value) = match written.filter(|(earlier, _)| earlier.cmp(*number) == Ordering::Equal) {
            Some(earlier) => earlier,
            None => (*number, *value),
        };
        written = Some((*number, value));
        below += power;
        if numbers.get(i + 1).is_some_and(|next| next.0.cmp(*number) == Ordering::Equal) {
            continue;
        }
        match compare(below, total - below, total) {
            Ordering::Greater => return value.clone(),
            Ordering::Equal => {
                return numbers
                    .get(i + 1)
                    .map_or_else(|| value.clone(), |next| number.middle(next.0).value());
            }
            Ordering::Less => {}
        }
    }
    numbers.last().map_or(Value::Null, |(_, value, _)| Value::clone(value))
}

/// The mean, each number by its power. It is whole when all numbers are and their mean is.
pub(super) fn weighted_mean(said: &[(&Value, f64)]) -> Value {
    let numbers: Vec<(Exact, f64)> = said
        .iter()
        .filter(|(_, power)| *power > 0.0)
        .filter_map(|(value, power)| Some((Exact::of_value(value)?, *power)))
        .collect();
    let total: f64 = numbers.iter().map(|(_, power)| power).sum();
    let mean: f64 = numbers.iter().map(|(number, power)| number.real() * (power / total)).sum();
    let low = numbers.iter().map(|(number, _)| number.real()).fold(f64::INFINITY, f64::min);
    let high = numbers.iter().map(|(number, _)| number.real()).fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return Value::Null;
    }
    if low == high {
        return said
            .iter()
            .find(|(_, power)| *power > 0.0)
            .map_or(Value::Null, |(value, _)| Value::clone(value));
    }
    let mean = tidy(mean.clamp(low, high), 15).clamp(low, high);
    let whole = mean.fract() == 0.0 && mean.abs() < WHOLE_LIMIT && numbers.iter().all(|(n, _)| n.is_whole());
    if whole { Exact::Whole(mean as i128).value() } else { Exact::Real(mean).value() }
}

/// Compares two powers; sums that differ only by rounding are equal. `total` is the power of all.
pub(super) fn compare(a: f64, b: f64, total: f64) -> Ordering {
    if (a - b).abs() <= total * 1e-9 { Ordering::Equal } else { a.total_cmp(&b) }
}

/// Rounded to that many significant digits, so that what was computed shows no noise of the computation. Whole numbers
/// stay as they are.
pub(super) fn tidy(real: f64, digits: usize) -> f64 {
    if real.fract() == 0.0 || !real.is_finite() {
        return real;
    }
    format!("{real:.*e}", digits.saturating_sub(1)).parse().unwrap_or(real)
}
