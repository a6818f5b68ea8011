//! The figures of a process, as the system gives them.

use std::{collections::BTreeMap, fs::File, io::Read, os::unix::fs::FileExt, time::Duration};

use rustix::process::{Resource, getrlimit};

use super::clock;

/// A source of figures about processes. A process may end at any time, so its figures are optional.
pub(super) trait Sampler {
    /// All processes.
    fn pids(&mut self) -> Vec<u32>;

    /// The figures that change all the time; `None` if the process has ended.
    fn stat(&mut self, pid: u32) -> Option<Stat>;

    /// The same, for a process that is sampled in every round.
    fn stat_again(&mut self, pid: u32) -> Option<Stat>;

    /// Its memory; `None` if the process has ended.
    fn memory(&mut self, pid: u32) -> Option<Memory>;
}

/// The figures of a process that change all the time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) name: String,
    pub(super) parent: u32,
    /// When it was started. With the pid, this identifies the process.
    pub(super) born: Duration,
    /// When this was read.
    pub(super) read: Duration,
    pub(super) cpu: Duration,
    /// Equal as long as no page was added to its memory or removed.
    pub(super) pages: Pages,
}

/// The page faults of a process and the number of its resident pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) faults: u64,
    pub(super) resident: u64,
}

/// Bytes of memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) rss: u64,
    pub(super) anon: u64,
    pub(super) peak: u64,
}

/// The most files that are kept open; no more than half of what the limit allows.
const KEPT: u64 = 512;

/// The most bytes that are read of such a file. The list of the process's groups, which comes before the
/// figures, can have 65536 entries.
const TEXT_MOST: usize = 1 << 20;

/// The processes of Linux, by two files of `/proc` each.
#[derive(Debug)]
pub(super) struct Proc {
    text: Vec<u8>,
    /// The open `stat` files of processes that are sampled in every round: reading an open file takes
    /// half as long as opening and reading it.
    kept: BTreeMap<u32, File>,
    most: usize,
}

impl Proc {
    pub(super) fn new() -> Self {
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let most = usize::try_from(KEPT.min(files / 2)).unwrap_or(0);
        Self { text: vec![0; 4096], kept: BTreeMap::new(), most }
    }

    /// Reads a file of a process. The kernel writes such a file in one piece, so a read that does not fill
    /// the buffer has all of it.
    fn read(&mut self, pid: u32, file: &str) -> Option<&[u8]> {
        let (mut file, mut length) = (File::open(format!("/proc/{pid}/{file}")).ok()?, 0);
        loop {
            length += file.read(&mut self.text[length..]).ok()?;
            if length < self.text.len() || length >= TEXT_MOST {
                return self.text.get(..length);
            }
            self.text.resize(2 * length, 0);
        }
    }
}

impl Sampler for Proc {
    fn pids(&mut self) -> Vec<u32> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten();
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
    }

    fn stat(&mut self, pid: u32) -> Option<Stat> {
        let stat = parse_stat(self.read(pid, "stat")?)?;
        Some(Stat { read: clock::now(), ..stat })
    }

    fn stat_again(&mut self, pid: u32) -> Option<Stat> {
        let Some(file) = self.kept.get(&pid) else {
            if self.kept.len() < self.most {
                self.kept.insert(pid, File::open(format!("/proc/{pid}/stat")).ok()?);
            }
            return self.stat(pid);
        };
        // The open file stays that of its process, also if the pid is reused.
        let length = file.read_at(&mut self.text, 0).ok();
        let stat = length.and_then(|length| parse_stat(self.text.get(..length)?));
        if stat.is_none() {
            self.kept.remove(&pid);
        }
        Some(Stat { read: clock::now(), ..stat? })
    }

    fn memory(&mut self, pid: u32) -> Option<Memory> {
        let memory = self.read(pid, "status").and_then(parse_status);
        if memory.is_none() {
            self.kept.remove(&pid);
        }
        memory
    }
}

/// Parses `/proc/PID/stat`, see proc_pid_stat(5); `None` for a zombie.
fn parse_stat(text: &[u8]) -> Option<Stat> {
    // The name may itself contain spaces and brackets; nothing after it does.
    let open = text.iter().position(|byte| *byte == b'(')?;
    let close = text.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(text.get(close + 1..)?).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // Fields are counted from 1, and the name is the second.
    let field = |number: usize| fields.get(number - 3).copied();
    let figure = |number: usize| field(number)?.parse::<u64>().ok();
    if matches!(field(3)?, "Z" | "X") {
        return None;
    }
    Some(Stat {
        name: String::from_utf8_lossy(text.get(open + 1..close)?).into_owned(),
        parent: field(4)?.parse().ok()?,
        born: clock::ticks(figure(22)?),
        read: Duration::ZERO,
        cpu: clock::ticks(figure(14)? + figure(15)?),
        pages: Pages { faults: figure(10)?.wrapping_add(figure(12)?), resident: figure(24)? },
    })
}

/// Parses `/proc/PID/status`, see proc_pid_status(5); `None` for a kernel thread, which has no memory of
/// its own.
fn parse_status(text: &[u8]) -> Option<Memory> {
    let text = String::from_utf8_lossy(text);
    let figure = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
    };
    Some(Memory { rss: figure("VmRSS")?, anon: figure("RssAnon")?, peak: figure("VmHWM")? })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    const STAT: &str = "4711 (a) 1 (b) S 17 4711 4711 0 -1 4194304 100 0 5 0 300 200 0 0 20 0 2 0 \
                        8600 9000000 250 18446744073709551615 1 1 0 0 0 0 0 4096 17 0 0 0 17 0 0";

    #[test]
    fn a_name_may_hold_brackets_and_spaces() {
        let stat = parse_stat(STAT.as_bytes()).unwrap();
        assert_eq!((stat.name.as_str(), stat.parent), ("a) 1 (b", 17));
        assert_eq!((stat.born, stat.cpu), (clock::ticks(8600), clock::ticks(500)));
        assert_eq!(stat.pages, Pages { faults: 105, resident: 250 });
    }

    #[test]
    fn a_process_that_has_ended_is_not_sampled() {
        assert_eq!(parse_stat(STAT.replace(" S ", " Z ").as_bytes()), None);
        assert_eq!(parse_stat(b""), None);
        assert_eq!(parse_stat(b"4711 (a) S 17"), None);
    }

    #[test]
    fn memory_is_in_bytes() {
        let text = b"Name:\tVmRSS: 1 kB\nVmHWM:\t    40 kB\nVmRSS:\t    30 kB\nRssAnon:\t 20 kB\n";
        let memory = parse_status(text).unwrap();
        assert_eq!(memory, Memory { rss: 30 << 10, anon: 20 << 10, peak: 40 << 10 });
        assert_eq!(parse_status(b"Name:\tkthreadd\n"), None);
    }

    #[test]
    fn this_process_is_there_and_an_impossible_one_is_not() {
        let (mut proc, own) = (Proc::new(), std::process::id());
        assert!(proc.pids().contains(&own));
        let (stat, memory) = (proc.stat(own).unwrap(), proc.memory(own).unwrap());
        assert!(stat.born <= stat.read && stat.read <= clock::now());
        assert!(memory.anon > 0 && memory.anon <= memory.rss && memory.rss <= memory.peak);
        assert_eq!((proc.stat(u32::MAX), proc.memory(u32::MAX)), (None, None));
    }

    #[test]
    fn a_long_file_is_read_to_its_end() {
        let mut command = Command::new("cat");
        command.env_clear().env("LONG", "x".repeat(20_000)).env("END", "here");
        let mut child = command.stdin(Stdio::piped()).spawn().expect("cat(1)");
        let text = Proc::new().read(child.id(), "environ").map(<[u8]>::to_vec);
        child.kill().unwrap();
        child.wait().unwrap();
        let text = String::from_utf8(text.unwrap()).unwrap();
        let mut variables: Vec<_> = text.trim_end_matches('\0').split('\0').collect();
        variables.sort_unstable();
        assert_eq!((variables[0], variables[1].len()), ("END=here", 20_005));
    }

    #[test]
    fn files_are_kept_open_as_long_as_there_is_something_to_read() {
        let mut proc = Proc { most: 1, ..Proc::new() };
        let mut children =
            [(); 2].map(|()| Command::new("cat").stdin(Stdio::piped()).spawn().expect("cat(1)"));
        let pids = [children[0].id(), children[1].id()];
        for _ in 0..2 {
            for pid in pids {
                let (again, once) = (proc.stat_again(pid).unwrap(), proc.stat(pid).unwrap());
                assert_eq!(again.born, once.born);
            }
            assert!(proc.kept.keys().eq([&pids[0]]), "{:?}", proc.kept);
        }
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert_eq!(pids.map(|pid| proc.stat_again(pid)), [None, None]);
        assert!(proc.kept.is_empty());
        // A process may lose its memory before its `stat`.
        proc.kept.insert(pids[0], File::open("/dev/null").unwrap());
        assert_eq!(proc.memory(pids[0]), None);
        assert!(proc.kept.is_empty());
    }
}
