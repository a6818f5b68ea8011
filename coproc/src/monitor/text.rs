//! Stats as text: JSON, and comma-separated values; and figures as people write them.

use std::fmt::Write;

use super::stats::{Note, Sample, Stats};

/// Everything, as one JSON object.
pub(super) fn json(stats: &Stats) -> String {
    let mut text = String::from("{\"samples\":[");
    list(&mut text, &stats.samples, |text, sample| {
        let Sample { pid, name, at, rss, anon, peak, cpu } = sample;
        let _ = write!(text, "{{\"pid\":{pid},\"name\":");
        quote(text, name);
        let at = at.as_secs_f64();
        let _ = write!(
            text,
            ",\"at\":{at},\"rss\":{rss},\"anon\":{anon},\"peak\":{peak},\"cpu\":{cpu}}}"
        );
    });
    text.push_str("],\"notes\":[");
    list(&mut text, &stats.notes, |text, note| {
        let Note { at, pid, text: says, details, label, log } = note;
        let _ = write!(text, "{{\"at\":{},\"pid\":{pid},\"text\":", at.as_secs_f64());
        quote(text, says);
        text.push_str(",\"details\":");
        quote(text, details);
        let _ = write!(text, ",\"label\":{label},\"log\":{log}}}");
    });
    let Stats { dropped_samples, dropped_notes, .. } = stats;
    let _ =
        write!(text, "],\"dropped_samples\":{dropped_samples},\"dropped_notes\":{dropped_notes}}}");
    text.push('\n');
    text
}

/// One item a line, so that the file can be read without a tool too.
fn list<T>(text: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    for (index, item) in items.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        write(text, item);
    }
}

/// A JSON string.
fn quote(text: &mut String, string: &str) {
    text.push('"');
    for ch in string.chars() {
        match ch {
            '"' | '\\' => text.extend(['\\', ch]),
            '\0'..='\x1f' => {
                let _ = write!(text, "\\u{:04x}", u32::from(ch));
            }
            _ => text.push(ch),
        }
    }
    text.push('"');
}

/// The samples, one a line.
pub(super) fn csv(stats: &Stats) -> String {
    let mut text = String::from("at,pid,name,rss,anon,peak,cpu\n");
    for Sample { pid, name, at, rss, anon, peak, cpu } in &stats.samples {
        let name = if name.contains([',', '"', '\n', '\r']) {
            &format!("\"{}\"", name.replace('"', "\"\""))
        } else {
            name
        };
        let at = at.as_secs_f64();
        let _ = writeln!(text, "{at},{pid},{name},{rss},{anon},{peak},{cpu}");
    }
    text
}

/// The unit of memory in which `bytes` is a figure of one to four digits, and how many bytes it has.
pub(super) fn unit(bytes: u64) -> (&'static str, u64) {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    units.into_iter().find(|(_, size)| bytes >= *size).unwrap_or(("B", 1))
}

/// Memory as people write it.
#[expect(clippy::cast_precision_loss, reason = "it is rounded to a tenth")]
pub(super) fn memory(bytes: u64) -> String {
    match unit(bytes) {
        (name, 1) => format!("{bytes} {name}"),
        (name, size) => format!("{:.1} {name}", bytes as f64 / size as f64),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
    fn what_is_written_as_json_is_read_back() {
        let stats = stats();
        let value: serde_json::Value = serde_json::from_str(&json(&stats)).unwrap();
        for (sample, read) in stats.samples.iter().zip(value["samples"].as_array().unwrap()) {
            assert_eq!(read["name"].as_str(), Some(sample.name.as_str()));
            assert_eq!(read["at"].as_f64(), Some(1.25));
            assert_eq!(read["cpu"].as_f64(), Some(sample.cpu));
            let figures = [("pid", 7), ("rss", u64::MAX), ("anon", 2), ("peak", 3)];
            for (name, figure) in figures {
                assert_eq!(read[name].as_u64(), Some(figure), "{name}");
            }
        }
        let note = &value["notes"][0];
        assert_eq!(note["text"].as_str(), Some(stats.notes[0].text.as_str()));
        assert_eq!((note["details"].as_str(), note["at"].as_f64()), (Some(""), Some(1e-9)));
        assert_eq!((note["label"].as_bool(), note["log"].as_bool()), (Some(true), Some(false)));
        assert_eq!((value["dropped_samples"].as_u64(), note["pid"].as_u64()), (Some(4), Some(8)));
        assert_eq!(value["dropped_notes"].as_u64(), Some(5));
        let nothing: serde_json::Value = serde_json::from_str(&json(&Stats::default())).unwrap();
        assert_eq!(nothing["samples"].as_array().unwrap().len(), 0);
    }

    #[test]
    fn names_are_quoted_where_they_have_to_be() {
        let text = csv(&stats());
        let text = text.strip_prefix("at,pid,name,rss,anon,peak,cpu\n").unwrap();
        let first = format!("1.25,7,\"say \"\"a, b\"\"\\\n\u{1}ü\",{},2,3,0.5\n", u64::MAX);
        assert_eq!(text, format!("{first}1.25,7,b,{},2,3,0\n", u64::MAX));
    }

    #[test]
    fn memory_is_told_in_its_own_unit() {
        let told = [0, 1023, 5000, 1 << 20, 5 << 29, u64::MAX].map(memory);
        assert_eq!(told, ["0 B", "1023 B", "4.9 KiB", "1.0 MiB", "2.5 GiB", "17179869184.0 GiB"]);
    }
}
