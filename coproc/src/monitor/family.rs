//! The watched processes, and the CPU time and memory of each since its last sample.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    sampler::{Memory, Pages, Sampler, Stat},
    stats::Sample,
};

/// After this many rounds every process of the system is read, and not only the new ones: a pid may have
/// been reused between two rounds, or a parent seen after its child.
const THOROUGH: u32 = 32;

/// The resolution of the kernel's accounting, which counts in ticks.
const INSTANT: Duration = Duration::from_millis(10);

/// A process and its descendants.
///
/// A descendant that was found is watched until it ends, also after its parent has ended.
#[derive(Debug)]
pub(super) struct Family {
    /// The monitor, which is never watched.
    aside: u32,
    children: bool,
    members: BTreeMap<u32, Member>,
    /// The pids of all processes in the last round.
    seen: BTreeSet<u32>,
    rounds: u32,
}

#[derive(Debug)]
struct Member {
    born: Duration,
    read: Duration,
    cpu: Duration,
    pages: Option<Pages>,
    memory: Memory,
}

impl Member {
    /// A process that was not sampled; it had used no CPU time when it was started.
    fn new(born: Duration) -> Self {
        let (cpu, pages, memory) = (Duration::ZERO, None, Memory::default());
        Self { born, read: born, cpu, pages, memory }
    }

    /// The CPU time since the last sample, in cores.
    fn cores(&mut self, stat: &Stat) -> f64 {
        let time = stat.read.saturating_sub(self.read).max(INSTANT);
        let used = stat.cpu.saturating_sub(self.cpu);
        (self.read, self.cpu) = (stat.read, stat.cpu);
        used.as_secs_f64() / time.as_secs_f64()
    }

    /// The memory, which is read again only if pages were added or removed: most processes are idle.
    fn memory(&mut self, pid: u32, stat: &Stat, sampler: &mut impl Sampler) -> Option<Memory> {
        if self.pages != Some(stat.pages) {
            self.memory = sampler.memory(pid)?;
            self.pages = Some(stat.pages);
        }
        Some(self.memory)
    }
}

impl Family {
    /// The process `root`, and with `children` its descendants, without `aside`; `None` if there is no
    /// process `root`.
    pub(super) fn new(
        root: u32,
        aside: u32,
        children: bool,
        sampler: &mut impl Sampler,
    ) -> Option<Self> {
        let members = BTreeMap::from([(root, Member::new(sampler.stat(root)?.born))]);
        Some(Self { aside, children, members, seen: BTreeSet::new(), rounds: 0 })
    }

    /// Whether all have ended; then no descendant can be started.
    pub(super) fn is_extinct(&self) -> bool {
        self.members.is_empty()
    }

    /// The resident memory of `pid` in its last sample, in bytes.
    pub(super) fn rss(&self, pid: u32) -> Option<u64> {
        self.members.get(&pid).map(|member| member.memory.rss)
    }

    /// A round of samples with the time `at`.
    pub(super) fn sample(&mut self, at: Duration, sampler: &mut impl Sampler) -> Vec<Sample> {
        if self.children {
            self.find(sampler);
        }
        let mut samples = Vec::with_capacity(self.members.len());
        let seen = &mut self.seen;
        self.members.retain(|&pid, member| {
            let sample =
                sampler.stat_again(pid).filter(|stat| stat.born == member.born).and_then(|stat| {
                    let cpu = member.cores(&stat);
                    let Memory { rss, anon, peak } = member.memory(pid, &stat, sampler)?;
                    Some(Sample { pid, name: stat.name, at, rss, anon, peak, cpu })
                });
            if sample.is_none() {
                // Another process may have its pid already.
                seen.remove(&pid);
            }
            let lives = sample.is_some();
            samples.extend(sample);
            lives
        });
        samples
    }

    /// Adds the descendants that were started since the last round.
    fn find(&mut self, sampler: &mut impl Sampler) {
        if self.rounds.is_multiple_of(THOROUGH) {
            self.seen.clear();
        }
        self.rounds = self.rounds.wrapping_add(1);
        let now: BTreeSet<u32> = sampler.pids().into_iter().collect();
        let strangers = now.iter().copied().filter(|pid| {
            *pid != self.aside && !self.seen.contains(pid) && !self.members.contains_key(pid)
        });
        let mut strangers: Vec<(u32, Stat)> =
            strangers.filter_map(|pid| Some((pid, sampler.stat(pid)?))).collect();
        self.seen = now;
        // After the pids have wrapped around, a child may have a lower pid than its parent.
        loop {
            let before = strangers.len();
            strangers.retain(|(pid, stat)| {
                let is_child = self.members.contains_key(&stat.parent);
                if is_child {
                    self.members.insert(*pid, Member::new(stat.born));
                }
                !is_child
            });
            if strangers.len() == before {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A system whose processes end and reuse pids when a test says so, which a real one does not.
    #[derive(Default)]
    struct Script {
        processes: BTreeMap<u32, Stat>,
        /// Processes that are listed, but have ended.
        ended: Vec<u32>,
        read: usize,
    }

    impl Script {
        fn add(&mut self, pid: u32, parent: u32, born: u64) -> &mut Stat {
            let stat = Stat { parent, born: secs(born), read: secs(born), ..Stat::default() };
            self.processes.remove(&pid);
            self.processes.entry(pid).or_insert(stat)
        }
    }

    impl Sampler for Script {
        fn pids(&mut self) -> Vec<u32> {
            self.processes.keys().chain(&self.ended).copied().collect()
        }

        fn stat(&mut self, pid: u32) -> Option<Stat> {
            self.processes.get(&pid).cloned()
        }

        fn stat_again(&mut self, pid: u32) -> Option<Stat> {
            self.stat(pid)
        }

        fn memory(&mut self, pid: u32) -> Option<Memory> {
            self.read += 1;
            self.processes
                .get(&pid)
                .map(|stat| Memory { rss: stat.pages.resident, ..Memory::default() })
        }
    }

    fn sampled(family: &mut Family, script: &mut Script) -> Vec<u32> {
        family.sample(secs(0), script).iter().map(|sample| sample.pid).collect()
    }

    #[test]
    fn descendants_are_found_and_the_monitor_is_aside() {
        let mut script = Script::default();
        script.add(10, 1, 0);
        let mut family = Family::new(10, 13, true, &mut script).unwrap();
        assert_eq!(sampled(&mut family, &mut script), [10]);
        // Pids began anew between 20 and 5: the grandchild is listed before its parent.
        for (pid, parent) in [(20, 10), (5, 20), (13, 10), (30, 1)] {
            script.add(pid, parent, 1);
        }
        assert_eq!(sampled(&mut family, &mut script), [5, 10, 20]);
    }

    #[test]
    fn without_children_only_the_root_is_watched() {
        let mut script = Script::default();
        script.add(10, 1, 0);
        script.add(11, 10, 0);
        let mut family = Family::new(10, 13, false, &mut script).unwrap();
        assert_eq!(sampled(&mut family, &mut script), [10]);
    }

    #[test]
    fn a_process_that_ends_between_list_and_read_is_no_error() {
        let mut script = Script::default();
        script.add(10, 1, 0);
        script.ended = vec![11, 12];
        let mut family = Family::new(10, 13, true, &mut script).unwrap();
        assert_eq!(sampled(&mut family, &mut script), [10]);
        assert!(Family::new(11, 13, true, &mut script).is_none());
    }

    #[test]
    fn children_outlive_the_root_and_a_pid_given_again_is_another_process() {
        let mut script = Script::default();
        script.add(10, 1, 0);
        script.add(11, 10, 1);
        let mut family = Family::new(10, 13, true, &mut script).unwrap();
        assert_eq!(sampled(&mut family, &mut script), [10, 11]);
        script.add(10, 1, 2);
        assert_eq!(sampled(&mut family, &mut script), [11]);
        // A process outside the family reuses the pid of the orphan.
        script.add(11, 1, 3);
        assert!(sampled(&mut family, &mut script).is_empty());
        assert!(family.is_extinct());
    }

    #[test]
    fn a_pid_given_again_within_the_family_is_found() {
        let mut script = Script::default();
        script.add(10, 1, 0);
        script.add(11, 10, 1);
        let mut family = Family::new(10, 13, true, &mut script).unwrap();
        assert_eq!(sampled(&mut family, &mut script), [10, 11]);
        script.add(11, 10, 2);
        assert_eq!(sampled(&mut family, &mut script), [10]);
        assert_eq!(sampled(&mut family, &mut script), [10, 11]);
    }

    #[test]
    fn a_pid_that_a_descendant_reuses_is_found_in_time() {
        let mut script = Script::default();
        script.add(10, 1, 0);
        script.add(11, 1, 0);
        let mut family = Family::new(10, 13, true, &mut script).unwrap();
        assert_eq!(sampled(&mut family, &mut script), [10]);
        // Between two rounds, so that the pid is in both lists.
        script.add(11, 10, 1);
        let found = (0..THOROUGH).any(|_| sampled(&mut family, &mut script) == [10, 11]);
        assert!(found);
    }

    #[test]
    fn cpu_is_what_was_used_over_the_time_between_two_samples() {
        let mut script = Script::default();
        let stat = script.add(10, 1, 100);
        (stat.read, stat.cpu) = (secs(104), secs(1));
        let mut family = Family::new(10, 13, true, &mut script).unwrap();
        // The first sample covers the time since the start.
        let cpu = |family: &mut Family, script: &mut Script| {
            family.sample(secs(0), script).iter().map(|sample| sample.cpu).sum::<f64>()
        };
        assert_eq!(cpu(&mut family, &mut script), 0.25);
        let stat = script.processes.get_mut(&10).unwrap();
        (stat.read, stat.cpu) = (secs(106), secs(5));
        assert_eq!(cpu(&mut family, &mut script), 2.0);
        assert_eq!(cpu(&mut family, &mut script), 0.0);
    }

    #[test]
    fn memory_is_read_again_where_pages_came_or_went() {
        let mut script = Script::default();
        script.add(10, 1, 0).pages = Pages { faults: 7, resident: 70 };
        let mut family = Family::new(10, 13, true, &mut script).unwrap();
        let mut rss = |script: &mut Script, pages| {
            script.processes.get_mut(&10).unwrap().pages = pages;
            family.sample(secs(0), script);
            (family.rss(10).unwrap(), script.read)
        };
        assert_eq!(rss(&mut script, Pages { faults: 7, resident: 70 }), (70, 1));
        assert_eq!(rss(&mut script, Pages { faults: 7, resident: 70 }), (70, 1));
        assert_eq!(rss(&mut script, Pages { faults: 7, resident: 60 }), (60, 2));
        // Memory that was allocated and freed in between shows as faults.
        assert_eq!(rss(&mut script, Pages { faults: 9, resident: 60 }), (60, 3));
    }
}
