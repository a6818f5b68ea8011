//! The log file: one line for each note.

use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{save, stats::Note, units};

/// A file to which lines are appended.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    /// Opens the file for appending, and writes a line with the watched process and the period.
    pub(super) fn open(path: &Path, watched: u32, every: Duration) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|error| save::named(path, &error))?;
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut log = Self { file, path: path.to_owned() };
        let began = date(since.as_secs());
        log.write(&format!("# {began}: watching process {watched} every {every:?}"))?;
        Ok(log)
    }

    /// Writes a line.
    pub(super) fn write(&mut self, line: &str) -> io::Result<()> {
        // In one piece, so that lines of several monitors do not mix.
        let written = self.file.write_all(format!("{line}\n").as_bytes());
        written.map_err(|error| save::named(&self.path, &error))
    }
}

/// A note as a line: its time, its process, the resident memory of that if known, its text.
pub(super) fn line(note: &Note, rss: Option<u64>) -> String {
    let mut line = format!("{:.3} s  {}", note.at.as_secs_f64(), note.pid);
    if let Some(rss) = rss {
        let _ = write!(line, "  {}", units::memory(rss));
    }
    let _ = write!(line, "  {}", on_one_line(&note.text));
    if !note.details.is_empty() {
        let _ = write!(line, ": {}", on_one_line(&note.details));
    }
    line
}

/// The text with control characters escaped, line breaks among them.
fn on_one_line(text: &str) -> String {
    text.chars()
        .flat_map(|ch| {
            let escaped = ch.is_control().then(|| ch.escape_default());
            let plain = escaped.is_none().then_some(ch);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// Seconds since 1970 as a date and a time of day, UTC.
fn date(seconds: u64) -> String {
    let (days, seconds) = (seconds / 86_400, seconds % 86_400);
    let is_leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let (mut year, mut day) = (1970, days);
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let months = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for days in months {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str, details: &str) -> Note {
        let (text, details) = (text.to_owned(), details.to_owned());
        Note { at: Duration::from_millis(61_250), pid: 7, text, details, label: true, log: true }
    }

    #[test]
    fn a_note_is_one_line() {
        assert_eq!(
            line(&note("loaded", "3 files"), Some(5000)),
            "61.250 s  7  4.9 KiB  loaded: 3 files"
        );
        assert_eq!(line(&note("a\nb\tü\u{1b}", ""), None), "61.250 s  7  a\\nb\\tü\\u{1b}");
    }

    #[test]
    fn dates() {
        let told = [0, 951_782_400, 1_709_164_800, 1_735_689_599, 4_107_542_399].map(date);
        let dates = [
            "1970-01-01T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "2024-02-29T00:00:00Z",
            "2024-12-31T23:59:59Z",
            "2100-02-28T23:59:59Z",
        ];
        assert_eq!(told, dates);
    }
}
