//! The samples and notes that a monitor keeps, bounded in number and bytes.

use std::collections::BTreeMap;

use super::stats::{Note, Sample, Stats};

/// How many samples are kept.
const SAMPLES: usize = 100_000;

/// How many notes are kept.
const NOTES: usize = 10_000;

/// How many bytes the texts of all notes may have.
const NOTE_BYTES: usize = 8 << 20;

/// How many bytes of a note's text are kept, and of its details.
const TEXT: usize = 1 << 10;
const DETAILS: usize = 64 << 10;

/// The samples and notes that a monitor keeps.
#[derive(Debug, Default)]
pub(super) struct Recording {
    stats: Stats,
    /// The bytes of the texts of all notes.
    bytes: usize,
}

fn size(note: &Note) -> usize {
    note.text.len() + note.details.len()
}

fn cut(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let boundary = (0..=bytes).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(boundary.unwrap_or(0));
    }
}

impl Recording {
    /// All samples and notes that are kept.
    pub(super) fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Adds the samples of a round.
    pub(super) fn add_samples(&mut self, samples: Vec<Sample>) {
        self.stats.samples.extend(samples);
        self.thin_out(SAMPLES);
    }

    /// Adds a note in the order of time; it may arrive later than one that was made after it.
    pub(super) fn add_note(&mut self, mut note: Note) {
        cut(&mut note.text, TEXT);
        cut(&mut note.details, DETAILS);
        self.bytes += size(&note);
        let notes = &mut self.stats.notes;
        let place = notes.partition_point(|other| other.at <= note.at);
        notes.insert(place, note);
        self.drop_notes(NOTES, NOTE_BYTES);
    }

    /// If there are more than `most` samples, drops every other one of each process; if too many are
    /// left, since most processes have one, also the oldest.
    fn thin_out(&mut self, most: usize) {
        let samples = &mut self.stats.samples;
        let before = samples.len();
        if before <= most {
            return;
        }
        let mut odd = BTreeMap::new();
        samples.retain(|sample| {
            let odd = odd.entry(sample.pid).or_insert(false);
            *odd = !*odd;
            *odd
        });
        let enough = most / 4 * 3;
        if samples.len() > enough {
            samples.drain(..samples.len() - enough);
        }
        self.stats.dropped_samples += (before - samples.len()) as u64;
    }

    /// If there are more than `most` notes or `bytes` of text, drops the oldest quarter, so that a full
    /// recording is not moved at every note.
    fn drop_notes(&mut self, most: usize, bytes: usize) {
        let notes = &mut self.stats.notes;
        if notes.len() <= most && self.bytes <= bytes {
            return;
        }
        let mut dropped = 0;
        for note in notes.iter() {
            if notes.len() - dropped <= most / 4 * 3 && self.bytes <= bytes / 4 * 3 {
                break;
            }
            self.bytes -= size(note);
            dropped += 1;
        }
        notes.drain(..dropped);
        self.stats.dropped_notes += dropped as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sample(pid: u32, at: u64) -> Sample {
        let at = Duration::from_secs(at);
        Sample { pid, name: String::new(), at, rss: 0, anon: 0, peak: 0, cpu: 0.0 }
    }

    fn note(at: u64, text: &str) -> Note {
        let (at, text) = (Duration::from_secs(at), text.to_owned());
        Note { at, pid: 1, text, details: String::new(), label: true, log: true }
    }

    #[test]
    fn the_whole_time_stays_in_view() {
        let mut recording = Recording::default();
        let most = 20;
        for at in 0..1000 {
            recording.stats.samples.extend([sample(1, at), sample(2, at)]);
            recording.thin_out(most);
            assert!(recording.stats.samples.len() <= most);
            assert_eq!(recording.stats.samples[0].at, Duration::ZERO);
        }
        // The youngest that came shows too, and none is counted twice or not at all.
        let Stats { samples, dropped_samples, .. } = recording.stats();
        assert!(samples.iter().any(|sample| sample.at >= Duration::from_secs(990)));
        assert!(samples.is_sorted_by_key(|sample| sample.at));
        assert_eq!(samples.len() as u64 + dropped_samples, 2000);
    }

    #[test]
    fn of_processes_with_one_sample_the_oldest_go() {
        let mut recording = Recording::default();
        for pid in 0..100 {
            recording.stats.samples.push(sample(pid, pid.into()));
            recording.thin_out(20);
        }
        let pids: Vec<u32> = recording.stats().samples.iter().map(|sample| sample.pid).collect();
        assert!(pids.len() >= 15 && pids.len() <= 20, "{pids:?}");
        assert!(pids.iter().copied().eq(100 - pids.len() as u32..100));
    }

    #[test]
    fn notes_stand_in_the_order_in_which_they_were_made() {
        let mut recording = Recording::default();
        for (at, text) in [(2, "b"), (1, "a"), (2, "c"), (0, "first")] {
            recording.add_note(note(at, text));
        }
        let texts: Vec<&str> =
            recording.stats().notes.iter().map(|note| note.text.as_str()).collect();
        assert_eq!(texts, ["first", "a", "b", "c"]);
    }

    #[test]
    fn notes_are_bounded_in_number_and_in_bytes() {
        let mut recording = Recording::default();
        for at in 0..25_000 {
            recording.add_note(note(at, "x"));
        }
        let kept = recording.stats().notes.len() as u64;
        assert!(kept <= NOTES as u64 && kept >= NOTES as u64 / 2);
        assert_eq!(recording.stats().dropped_notes + kept, 25_000);
        assert_eq!(recording.stats().notes[0].at, Duration::from_secs(25_000 - kept));

        for at in 0..300 {
            let details = "ü".repeat(1 << 20);
            recording.add_note(Note { details, ..note(30_000 + at, &"é".repeat(600)) });
        }
        let notes = &recording.stats().notes;
        assert_eq!(recording.bytes, notes.iter().map(size).sum::<usize>());
        assert!(recording.bytes <= NOTE_BYTES);
        let last = notes.last().unwrap();
        assert_eq!((last.text.len(), last.details.len()), (TEXT, DETAILS));
    }
}
