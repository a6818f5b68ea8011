//! Workers that start workers, five deep, leave nothing behind.

use std::{path::Path, process};

use coproc::prelude::*;
use coproc_tests::{Census, Watch};

/// Has one like itself inside, and that another.
#[derive(Serialize, Deserialize)]
pub(crate) struct Doll;

#[worker(pub(crate))]
impl Doll {
    /// The processes from here on inwards, this one last. Each hands up what the next one in found.
    #[message]
    fn open(&self, inside: u32) -> coproc::Result<Vec<u32>> {
        let mut found = match inside {
            0 => Vec::new(),
            _ => {
                let inner = Doll.spawn()?;
                let found = inner.open(inside - 1).wait()?;
                inner.worker().join()?;
                found
            }
        };
        found.push(process::id());
        Ok(found)
    }
}

/// Opens some sets of five at once, and sees that none of them is there any more, not even as a
/// zombie.
fn open_sets(number: usize) -> coproc::Result<()> {
    let sets: Vec<_> = (0..number).map(|_| Doll.spawn()).collect::<Result<_, _>>()?;
    let opened: Vec<_> = sets.iter().map(|set| set.open(4).send()).collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for pids in opened {
        found.extend(pids.wait()?);
    }
    drop(sets);
    for pid in &found {
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "process {pid} is left");
    }
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), 5 * number);
    Ok(())
}

/// In a process where nothing else happens, so that all that is there is of its own making.
///
/// Sockets and shared memory have no names: where the processes are gone and this one has no more
/// descriptors than before, there are none.
#[worker]
fn open_again_and_again(rounds: usize) -> coproc::Result<()> {
    const AT_ONCE: usize = 5;
    // What coproc starts once, and keeps.
    open_sets(AT_ONCE)?;
    let before = Census::take();
    for _ in 1..rounds / AT_ONCE {
        open_sets(AT_ONCE)?;
    }
    assert_eq!(Census::take(), before);
    Ok(())
}

#[coproc::test]
fn five_deep_and_nothing_is_left() {
    let _watch = Watch::set();
    let outcome = OpenAgainAndAgain::spawn(250).expect("a process").worker().join();
    assert_eq!(outcome, Ok(()));
}
