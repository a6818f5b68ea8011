//! The axes of a chart: the pixel of a value, and the marks.

use std::{ops::Range, time::Duration};

use super::super::units;

/// A unit, and its size in seconds or bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    pub(super) name: &'static str,
    pub(super) size: f64,
}

/// The unit for a time of this length.
pub(super) fn time(length: Duration) -> Unit {
    let (name, size) = match length.as_secs() {
        0..600 => ("s", 1.0),
        600..36_000 => ("min", 60.0),
        _ => ("h", 3600.0),
    };
    Unit { name, size }
}

/// The unit for an axis up to `most` bytes.
#[expect(clippy::cast_precision_loss, reason = "powers of two are exact")]
pub(super) fn memory(most: u64) -> Unit {
    // An axis up to a number of one digit would have too few marks.
    let (name, size) = units::unit(most / 2);
    Unit { name, size: size as f64 }
}

/// A range of values along an edge of a chart.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    from: f64,
    to: f64,
    /// The pixels of `from` and of `to`.
    pixels: (i32, i32),
}

impl Axis {
    /// An axis from the first pixel to the second.
    pub(super) fn new(values: Range<f64>, pixels: (i32, i32)) -> Self {
        // An axis has a length.
        let to = if values.end > values.start { values.end } else { values.start + 1.0 };
        Self { from: values.start, to, pixels }
    }

    /// The pixel of a value, or of the nearer end if it is outside.
    #[expect(clippy::cast_possible_truncation, reason = "it is between the two ends")]
    pub(super) fn pixel(&self, value: f64) -> i32 {
        let part = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        let (from, to) = self.pixels;
        from + (part * f64::from(to - from)).round() as i32
    }

    /// Round values that are at least `apart` pixels from one another, each with its pixel and text.
    pub(super) fn marks(&self, apart: i32) -> Vec<(i32, String)> {
        let length = f64::from((self.pixels.1 - self.pixels.0).abs().max(1));
        let least = (self.to - self.from) * f64::from(apart) / length;
        let power = 10_f64.powf(least.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
        let step = steps.into_iter().find(|step| *step >= least).unwrap_or(10.0 * power);
        let first = (self.from / step - 1e-9).ceil();
        let values = (0..1000).map(|index| (first + f64::from(index)) * step);
        values
            .take_while(|value| *value <= self.to + step * 1e-9)
            .map(|value| (self.pixel(value), mark(value, step)))
            .collect()
    }
}

/// A value with as many digits as the step needs.
fn mark(value: f64, step: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small, positive")]
    let digits = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(values: Range<f64>, length: i32) -> Vec<String> {
        let marks = Axis::new(values, (0, length)).marks(40);
        assert!(marks.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 39), "{marks:?}");
        marks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn units_grow_with_what_they_measure() {
        let times = [0, 599, 600, 36_000].map(|seconds| time(Duration::from_secs(seconds)).name);
        assert_eq!(times, ["s", "s", "min", "h"]);
        let memories = [0, 3 << 20, 1 << 30, 3 << 30].map(|bytes| memory(bytes).name);
        assert_eq!(memories, ["B", "MiB", "MiB", "GiB"]);
    }

    #[test]
    fn marks_are_round_and_apart() {
        assert_eq!(marks(0.0..10.0, 400), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
        assert_eq!(marks(0.0..1.05, 200), ["0.0", "0.5", "1.0"]);
        assert_eq!(marks(3.3..61.0, 300), ["10", "20", "30", "40", "50", "60"]);
        assert_eq!(marks(0.0..0.0, 100), ["0.0", "0.5", "1.0"]);
        assert_eq!(marks(0.0..3e-3, 100), ["0.000", "0.002"]);
    }

    #[test]
    fn values_stand_between_the_ends() {
        let axis = Axis::new(10.0..20.0, (100, 0));
        assert_eq!(
            [9.0, 10.0, 15.0, 20.0, 21.0].map(|value| axis.pixel(value)),
            [100, 100, 50, 0, 0]
        );
    }
}
