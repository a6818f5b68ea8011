//! Figures that a few disturbed measurements do not move.

use std::time::{Duration, Instant};

/// The middle one of `values`, or the mean of the middle two.
///
/// # Panics
///
/// Without values there is no median.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    f64::midpoint(low, high)
}

/// How long an operation takes, by the means of batches of it.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The middle one.
    pub median: Duration,
    /// The one that is faster than nine tenths of them: whatever else has the core meanwhile only
    /// ever makes a batch slower, and this is about what the operation itself takes.
    pub undisturbed: Duration,
}

/// How long `operation` takes.
pub fn timed(batches: u32, size: u32, mut operation: impl FnMut()) -> Times {
    let mut batch = || {
        let start = Instant::now();
        (0..size).for_each(|_| operation());
        start.elapsed() / size
    };
    let mut means: Vec<Duration> = (0..batches.max(1)).map(|_| batch()).collect();
    means.sort();
    Times { median: means[means.len() / 2], undisturbed: means[means.len() / 10] }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn an_outlier_moves_nothing() {
        assert_eq!(median(&[3.0, 1.0, 1000.0]), 3.0);
        assert_eq!(median(&[4.0, 1.0, 1000.0, 2.0]), 3.0);
    }
}
