//! Which processes are watched, and what each of them has used since it was last looked at.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    sampler::{Memory, Pages, Sampler, Stat},
    stats::Sample,
};

/// After this many rounds every process of the system is looked at, and not only those that were
/// not there before: a pid may have been given again, or a parent seen later than its child.
const THOROUGH: u32 = 32;

/// The time under which the kernel's accounting, which counts in ticks, says nothing.
const INSTANT: Duration = Duration::from_millis(10);

/// A process and those that descend from it.
///
/// Who was found once is watched until it ends, whether those it descends from live or not.
#[derive(Debug)]
pub(super) struct Family {
    /// Never watched: the monitor.
    aside: u32,
    children: bool,
    members: BTreeMap<u32, Member>,
    /// The processes that there were in the last round.
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
    /// One of whom nothing was read yet, and who had used nothing when it was born.
    fn new(born: Duration) -> Self {
        let (cpu, pages, memory) = (Duration::ZERO, None, Memory::default());
        Self { born, read: born, cpu, pages, memory }
    }

    /// How many cores it used since it was last asked, on average.
    fn cores(&mut self, stat: &Stat) -> f64 {
        let time = stat.read.saturating_sub(self.read).max(INSTANT);
        let used = stat.cpu.saturating_sub(self.cpu);
        (self.read, self.cpu) = (stat.read, stat.cpu);
        used.as_secs_f64() / time.as_secs_f64()
    }

    /// Memory is only read where pages came or went: most processes, most of the time, do nothing.
    fn memory(&mut self, pid: u32, stat: &Stat, sampler: &mut impl Sampler) -> Option<Memory> {
        if self.pages != Some(stat.pages) {
            self.memory = sampler.memory(pid)?;
            self.pages = Some(stat.pages);
        }
        Some(self.memory)
    }
}

impl Family {
    /// `root`, and if `children`, who descends from it, but for `aside`; `None` if there is no such
    /// process.
    pub(super) fn new(
        root: u32,
        aside: u32,
        children: bool,
        sampler: &mut impl Sampler,
    ) -> Option<Self> {
        let members = BTreeMap::from([(root, Member::new(sampler.stat(root)?.born))]);
        Some(Self { aside, children, members, seen: BTreeSet::new(), rounds: 0 })
    }

    /// Whether all of it has ended; then nobody can come any more.
    pub(super) fn is_extinct(&self) -> bool {
        self.members.is_empty()
    }

    /// The resident memory that was last read of `pid`, in bytes.
    pub(super) fn rss(&self, pid: u32) -> Option<u64> {
        self.members.get(&pid).map(|member| member.memory.rss)
    }

    /// A sample of everybody, taken `at`.
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
                // Its pid may already be another's.
                seen.remove(&pid);
            }
            let lives = sample.is_some();
            samples.extend(sample);
            lives
        });
        samples
    }

    /// Takes in who was born into the family since the last round.
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
        // Where pids have begun anew, a child may stand before its parent.
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

    /// A system in which everything happens when a test says so: who ends between being listed and
    /// being read, and whose pid is given again, cannot be had from a real one at will.
    #[derive(Default)]
    struct Script {
        processes: BTreeMap<u32, Stat>,
        /// Who is still listed.
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
    fn without_children_nobody_else_is_watched() {
        let mut script = Script::default();
        script.add(10, 1, 0);
        script.add(11, 10, 0);
        let mut family = Family::new(10, 13, false, &mut script).unwrap();
        assert_eq!(sampled(&mut family, &mut script), [10]);
    }

    #[test]
    fn who_ends_between_list_and_read_is_no_error() {
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
        // The orphan's pid goes to a stranger, whose child is a stranger's.
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
    fn a_stranger_s_pid_given_to_the_family_is_found_in_time() {
        let mut script = Script::default();
        script.add(10, 1, 0);
        script.add(11, 1, 0);
        let mut family = Family::new(10, 13, true, &mut script).unwrap();
        assert_eq!(sampled(&mut family, &mut script), [10]);
        // Between two looks, so that the pid was there each time.
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
        // The first sample tells of its life so far.
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
        // It may have had more in between and given it back: then it had faults.
        assert_eq!(rss(&mut script, Pages { faults: 9, resident: 60 }), (60, 3));
    }
}
