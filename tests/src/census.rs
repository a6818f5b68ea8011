//! What a process has: to be the same before and after.

use std::{collections::BTreeMap, fs, process};

/// The descriptors, threads and children of this process, the dead ones that nobody waited for
/// among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    /// How many descriptors lead to what is called so.
    pub descriptors: BTreeMap<String, usize>,
    /// How many threads there are. Their names tell less: one that has only just begun still has
    /// that of the thread which started it.
    pub threads: usize,
    /// The children's pids.
    pub children: Vec<u32>,
}

impl Census {
    /// Counts.
    ///
    /// # Panics
    ///
    /// There is no `/proc`.
    #[must_use]
    pub fn take() -> Self {
        Self { descriptors: descriptors(), threads: threads(), children: children() }
    }
}

fn descriptors() -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (_, target) in open() {
        // The number of a socket or pipe is another one for the next.
        let kind = target.split(":[").next().unwrap_or_default().to_owned();
        *found.entry(kind).or_default() += 1;
    }
    found
}

/// Which descriptors are open in this process, and what they lead to.
///
/// # Panics
///
/// There is no `/proc`.
#[must_use]
pub fn open() -> BTreeMap<i32, String> {
    let entries = fs::read_dir("/proc/self/fd").expect("the descriptors").flatten();
    let numbers: Vec<i32> =
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let target = |fd: &i32| fs::read_link(format!("/proc/self/fd/{fd}")).ok();
    // The one by which they were listed is closed again.
    numbers.iter().filter_map(|fd| Some((*fd, target(fd)?.display().to_string()))).collect()
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").expect("the threads").count()
}

fn children() -> Vec<u32> {
    let own = process::id();
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut children: Vec<u32> = pids.filter(|pid| parent(*pid) == Some(own)).collect();
    children.sort_unstable();
    children
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything. After it come the state and the parent.
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
