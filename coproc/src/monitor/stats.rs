//! The samples and notes of a monitor.

use std::{io, path::Path, time::Duration};

use serde::{Deserialize, Serialize};

use super::save;

/// Samples of processes, and notes. Both are in the order of time, on one clock that starts with the
/// monitor.
///
/// ```
/// use coproc::{Monitor, prelude::*};
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let monitor = Monitor::builder().every(ms(10)).spawn()?;
///     let stats = monitor.stats().wait()?;
///     let most = stats.samples.iter().map(|sample| sample.rss).max();
///     assert!(most.is_some_and(|bytes| bytes > 0));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stats {
    /// A sample for each process and round, the oldest first.
    pub samples: Vec<Sample>,
    /// Notes, the oldest first.
    pub notes: Vec<Note>,
    /// How many samples were dropped. A monitor keeps 100 000 samples. When it has more, it drops every
    /// other sample of each process, so that `samples` covers the whole time, the oldest part most
    /// coarsely.
    pub dropped_samples: u64,
    /// How many notes were dropped. A monitor keeps 10 000 notes with 8 MiB of text, and drops the
    /// oldest first.
    pub dropped_notes: u64,
}

/// A process at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sample {
    /// The process.
    pub pid: u32,
    /// Its name in the system, at most 15 bytes: the name of the worker, or of the program.
    pub name: String,
    /// The time since the monitor's start, the same in all samples of one round.
    #[serde(with = "seconds")]
    pub at: Duration,
    /// Resident memory in bytes. Memory that processes share counts for each of them.
    pub rss: u64,
    /// Anonymous resident memory in bytes: what the process has allocated. No file backs it, and only a
    /// forked process shares it.
    pub anon: u64,
    /// The most resident memory that it ever had, in bytes, also between two samples.
    pub peak: u64,
    /// The CPU time since the previous sample, in cores: 1.0 is one core all of the time. In the first
    /// sample of a process, the CPU time since it was started. The system counts in steps of 10 ms, so
    /// periods below about 100 ms give coarse figures.
    pub cpu: f64,
}

/// A text that a process sent to the monitor, with the time at which it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Note {
    /// The time since the monitor's start at which it was made.
    #[serde(with = "seconds")]
    pub at: Duration,
    /// The process that made it.
    pub pid: u32,
    /// The text, cut after 1 KiB.
    pub text: String,
    /// More text, for the log, cut after 64 KiB. It may be empty.
    pub details: String,
    /// Whether it is a label in plots.
    pub label: bool,
    /// Whether it is a line in the log.
    pub log: bool,
}

impl Stats {
    /// Writes the samples to a file as CSV, one a line, under a header: `at` (in seconds), `pid`, `name`,
    /// `rss`, `anon`, `peak` (in bytes), `cpu` (in cores). An existing file is replaced in one step; a
    /// link, a pipe or a device is written to.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let folder = std::env::temp_dir();
    /// # let file = folder.join(format!("coproc-doc-{}.csv", std::process::id()));
    /// let stats = coproc::monitor::Stats::default();
    /// stats.to_csv(&file)?;
    /// assert_eq!(std::fs::read_to_string(&file)?, "at,pid,name,rss,anon,peak,cpu\n");
    /// # std::fs::remove_file(&file)
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The file cannot be written; the error names it.
    pub fn to_csv(&self, path: impl AsRef<Path>) -> io::Result<()> {
        save::replace(path.as_ref(), &self.csv()?)
    }

    fn csv(&self) -> io::Result<Vec<u8>> {
        let mut rows = csv::Writer::from_writer(Vec::new());
        rows.write_record(["at", "pid", "name", "rss", "anon", "peak", "cpu"])?;
        for Sample { pid, name, at, rss, anon, peak, cpu } in &self.samples {
            rows.serialize((at.as_secs_f64(), pid, name, rss, anon, peak, cpu))?;
        }
        rows.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    /// Writes everything to a file, as one JSON object with the fields of [`Stats`]; `at` is in
    /// seconds. `serde_json` reads it back as a [`Stats`]. An existing file is replaced in one step; a
    /// link, a pipe or a device is written to.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// # let folder = std::env::temp_dir();
    /// # let file = folder.join(format!("coproc-doc-{}.json", std::process::id()));
    /// let stats = coproc::monitor::Stats::default();
    /// stats.to_json(&file)?;
    /// assert!(std::fs::read_to_string(&file)?.starts_with("{\"samples\":["));
    /// # std::fs::remove_file(&file)
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The file cannot be written; the error names it.
    pub fn to_json(&self, path: impl AsRef<Path>) -> io::Result<()> {
        save::replace(path.as_ref(), &serde_json::to_vec(self)?)
    }
}

/// A duration as a number of seconds in human-readable formats, where serde's own form is an object.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        at: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            at.as_secs_f64().serialize(serializer)
        } else {
            at.serialize(serializer)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        if deserializer.is_human_readable() {
            let seconds = f64::deserialize(deserializer)?;
            Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)
        } else {
            Duration::deserialize(deserializer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats() -> Stats {
        let sample = Sample {
            pid: 7,
            name: "say \"a, b\"\\\n\u{1}ü".into(),
            at: Duration::from_millis(1250),
            rss: u64::MAX,
            anon: 2,
            peak: 3,
            cpu: 0.5,
        };
        let note = Note {
            at: Duration::from_nanos(1),
            pid: 8,
            text: "\u{2028}</script>\t".into(),
            details: String::new(),
            label: true,
            log: false,
        };
        let samples = vec![sample.clone(), Sample { cpu: 0.0, name: "b".into(), ..sample }];
        Stats { samples, notes: vec![note], dropped_samples: 4, dropped_notes: 5 }
    }

    #[test]
    fn json_is_read_back_and_counts_in_seconds() {
        for stats in [stats(), Stats::default()] {
            let json = serde_json::to_vec(&stats).unwrap();
            assert_eq!(serde_json::from_slice::<Stats>(&json).unwrap(), stats);
        }
        let value = serde_json::to_value(stats()).unwrap();
        assert_eq!(value["samples"][0]["at"].as_f64(), Some(1.25));
        assert_eq!(value["notes"][0]["at"].as_f64(), Some(1e-9));
        let before = serde_json::json!({ "at": -1.0, "pid": 8, "text": "", "details": "",
            "label": true, "log": true });
        assert!(serde_json::from_value::<Note>(before).is_err());
    }

    #[test]
    fn names_are_quoted_where_they_have_to_be() {
        let text = String::from_utf8(stats().csv().unwrap()).unwrap();
        let text = text.strip_prefix("at,pid,name,rss,anon,peak,cpu\n").unwrap();
        let first = format!("1.25,7,\"say \"\"a, b\"\"\\\n\u{1}ü\",{},2,3,0.5\n", u64::MAX);
        assert_eq!(text, format!("{first}1.25,7,b,{},2,3,0.0\n", u64::MAX));
    }
}
