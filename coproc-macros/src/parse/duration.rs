//! Durations such as `"100ms"`, `"1.5s"` and `"3m"`.

use crate::model::Nanoseconds;

/// Each unit with its nanoseconds.
const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Reads a number and a unit; `None` for anything else, for zero, and for more than 584 years.
pub(super) fn parse(text: &str) -> Option<Nanoseconds> {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (number, unit) = text.split_at(end);
    let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole: u64 = whole.parse().ok()?;
    let nanoseconds = whole.checked_mul(*scale)?.checked_add(part(fraction, *scale)?)?;
    (nanoseconds > 0).then_some(Nanoseconds(nanoseconds))
}

/// The nanoseconds of the digits after the point, in integers, since 0.1 has no exact floating-point form.
fn part(digits: &str, scale: u64) -> Option<u64> {
    let value: u128 = digits.parse().ok()?;
    let divisor = 10_u128.checked_pow(u32::try_from(digits.len()).ok()?)?;
    u64::try_from(value.checked_mul(u128::from(scale))? / divisor).ok()
}
