//! The lines of a chart, one for each process.

use std::collections::BTreeMap;

use super::super::stats::{Sample, Stats};

/// A process over time.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// The last name that it had.
    pub(super) name: &'a str,
    pub(super) pid: u32,
    samples: Vec<&'a Sample>,
}

/// The lines in the order in which their processes were first sampled, at most `most`: those that had
/// the most memory. Also gives the number of all lines.
pub(super) fn lines(stats: &Stats, most: usize) -> (Vec<Line<'_>>, usize) {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut places = BTreeMap::new();
    for sample in &stats.samples {
        let place = *places.entry(sample.pid).or_insert_with(|| {
            lines.push(Line { name: "", pid: sample.pid, samples: Vec::new() });
            lines.len() - 1
        });
        lines[place].name = &sample.name;
        lines[place].samples.push(sample);
    }
    let all = lines.len();
    if all > most {
        let mut heights: Vec<u64> = lines.iter().map(Line::height).collect();
        heights.sort_unstable_by(|a, b| b.cmp(a));
        let least = heights[most];
        // Of several with the least height, the first stay.
        let mut spare = most - heights.iter().filter(|height| **height > least).count();
        lines.retain(|line| {
            let height = line.height();
            let is_equal = height == least && spare > 0;
            spare -= usize::from(is_equal);
            height > least || is_equal
        });
    }
    (lines, all)
}

impl Line<'_> {
    fn height(&self) -> u64 {
        self.samples.iter().map(|sample| sample.rss).max().unwrap_or(0)
    }

    /// The time in seconds and the `value` of each sample; of more than two in a column of pixels, only
    /// the lowest and the highest.
    pub(super) fn points(&self, columns: usize, value: impl Fn(&Sample) -> f64) -> Vec<(f64, f64)> {
        let points: Vec<(f64, f64)> =
            self.samples.iter().map(|sample| (sample.at.as_secs_f64(), value(sample))).collect();
        if points.len() <= columns * 2 {
            return points;
        }
        let mut kept = Vec::with_capacity(columns * 2);
        for column in points.chunks(points.len().div_ceil(columns)) {
            let lowest = (0..column.len()).min_by(|a, b| column[*a].1.total_cmp(&column[*b].1));
            let highest = (0..column.len()).max_by(|a, b| column[*a].1.total_cmp(&column[*b].1));
            let (Some(lowest), Some(highest)) = (lowest, highest) else { continue };
            kept.push(column[lowest.min(highest)]);
            if lowest != highest {
                kept.push(column[lowest.max(highest)]);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn stats(samples: &[(u32, u64, u64)]) -> Stats {
        let sample = |&(pid, at, rss): &(u32, u64, u64)| Sample {
            pid,
            name: format!("p{at}"),
            at: Duration::from_secs(at),
            rss,
            anon: 0,
            peak: 0,
            cpu: 0.0,
        };
        Stats { samples: samples.iter().map(sample).collect(), ..Stats::default() }
    }

    #[test]
    fn a_line_has_the_last_name_and_stands_where_it_was_first_seen() {
        let stats = stats(&[(9, 0, 1), (3, 0, 2), (9, 1, 3)]);
        let (lines, all) = lines(&stats, 8);
        let told: Vec<(u32, &str, usize)> =
            lines.iter().map(|line| (line.pid, line.name, line.samples.len())).collect();
        assert_eq!((told, all), (vec![(9, "p1", 2), (3, "p0", 1)], 2));
    }

    #[test]
    fn the_largest_are_drawn() {
        let stats = stats(&[(1, 0, 5), (2, 0, 1), (3, 0, 5), (4, 0, 9), (5, 0, 5)]);
        let (lines, all) = lines(&stats, 3);
        assert_eq!(lines.iter().map(|line| line.pid).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(all, 5);
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn many_points_keep_their_lowest_and_highest() {
        let samples: Vec<(u32, u64, u64)> =
            (0..10_000).map(|at| (1, at, at * 7919 % 101)).collect();
        let stats = stats(&samples);
        let points = lines(&stats, 1).0[0].points(100, |sample| sample.rss as f64);
        assert!(points.len() <= 200, "{}", points.len());
        assert!(points.is_sorted_by_key(|point| point.0));
        let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
        assert_eq!((highest, points.iter().any(|point| point.1 == 0.0)), (100.0, true));
    }
}
